// Processes and the system: waiting for children, resource use and limits, names, prctl, scheduling.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "core/base/bytes.h"
#include "core/outside/linux_access.h"
#include "core/outside/linux_handlers.h"
#include "core/outside/linux_limits.h"

namespace sigtape::outside {
namespace {

// --- children

void wait4_(CallContext& c) {
  i32* status = c.stage<i32>();
  auto* usage = c.stage<struct rusage>();
  HostResult r = c.blocking(SYS_wait4, c.signed_word(0), status, c.word(2), usage);
  if (r.succeeded() && r.value > 0) {
    if (!c.at(1).is_null() && !give(c, c.at(1), *status)) return;
    return finish_with<guest::Rusage>(c, r, c.at(3), *usage);
  }
  c.finish(r);
}

// kernel/exit.c: the structure is filled on success, with zeros where there was no child to tell of.
void waitid_(CallContext& c) {
  siginfo_t* info = c.stage<siginfo_t>();
  auto* usage = c.stage<struct rusage>();
  i32 id = c.word(0) == 3 ? c.fd(1) : c.signed_word(1);  // P_PIDFD
  HostResult r = c.blocking(SYS_waitid, c.word(0), id, info, c.word(3), usage);
  if (!r.succeeded()) return c.finish(r);
  if (info->si_signo != 0 && !c.at(4).is_null()) {
    guest::Rusage out;
    to_guest(*usage, out);
    if (!give(c, c.at(4), out)) return;
  }
  if (!c.at(2).is_null()) {
    struct Told {
      i32 signal, error, code, pid;
      u32 uid;
      i32 status;
    };
    Told told{info->si_signo, 0, info->si_code, info->si_pid, info->si_uid, info->si_status};
    if (!give(c, c.at(2), told)) return;
  }
  c.finish(r);
}

void getrusage_(CallContext& c) {
  auto* usage = c.stage<struct rusage>();
  HostResult r = c.immediate(SYS_getrusage, c.signed_word(0), usage);
  if (r.succeeded() && c.at(1).is_null()) return c.fail(EFAULT);
  finish_with<guest::Rusage>(c, r, c.at(1), *usage);
}

// --- limits

void ugetrlimit_(CallContext& c) {
  rlimit host{};
  if (i32 error = read_limit(c, 0, c.word(0), host)) return c.fail(error);
  auto narrow = [](u64 v) { return static_cast<u32>(std::min<u64>(v, 0xffff'ffff)); };
  if (give(c, c.at(1), guest::Rlimit{narrow(host.rlim_cur), narrow(host.rlim_max)})) c.done(0);
}

void setrlimit_(CallContext& c) {
  auto limit = fetch<guest::Rlimit>(c, c.at(1));
  if (!limit) return;
  auto wide = [](u32 v) { return v == 0xffff'ffff ? RLIM_INFINITY : rlim_t{v}; };
  rlimit host{wide(limit->cur), wide(limit->max)};
  if (i32 error = write_limit(c, 0, c.word(0), host)) return c.fail(error);
  c.done(0);
}

void prlimit64_(CallContext& c) {
  auto wanted = fetch_optional<guest::Rlimit64>(c, c.at(2));
  if (!wanted.ok) return;
  rlimit before{};
  if (i32 error = read_limit(c, c.signed_word(0), c.word(1), before)) return c.fail(error);
  if (wanted.value)
    if (i32 error = write_limit(c, c.signed_word(0), c.word(1), {wanted.value->cur, wanted.value->max}))
      return c.fail(error);
  if (!c.at(3).is_null() && !give(c, c.at(3), guest::Rlimit64{before.rlim_cur, before.rlim_max})) return;
  c.done(0);
}

// --- names

void uname_(CallContext& c) {
  auto* host = c.stage<guest::Utsname>();  // six arrays of 65 on both sides
  static_assert(sizeof(struct utsname) == sizeof(guest::Utsname));
  HostResult r = c.immediate(SYS_uname, host);
  std::memset(host->machine, 0, sizeof host->machine);
  std::strcpy(host->machine, "armv7l");
  if (r.succeeded() && !give(c, c.at(0), *host)) return;
  c.finish(r);
}

void sysinfo_(CallContext& c) {
  auto* host = c.stage<struct sysinfo>();
  HostResult r = c.immediate(SYS_sysinfo, host);
  if (r.succeeded() && c.at(0).is_null()) return c.fail(EFAULT);
  finish_with<guest::Sysinfo>(c, r, c.at(0), *host);
}

void nice_(CallContext& c) {  // not among the host's calls
  HostResult now = c.immediate(SYS_getpriority, PRIO_PROCESS, 0);
  if (!now.succeeded()) return c.finish(now);
  i32 increment = std::clamp(c.signed_word(0), -40, 40);
  i32 wanted = std::clamp(20 - static_cast<i32>(now.value) + increment, -20, 19);
  HostResult r = c.immediate(SYS_setpriority, PRIO_PROCESS, 0, wanted);
  if (r.failed()) return c.fail(EPERM);
  c.done(0);
}

// --- seccomp: filters are the emulated kernel's; whether this process may have them, the host's (EACCES). It says so
// before it looks at the program, and does not take this one.
void seccomp_(CallContext& c) {
  sock_filter no_code{0xffff, 0, 0, 0};
  sock_fprog none{1, &no_code};
  HostResult r = c.immediate(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &none);
  if (r.done && r.error() == EINVAL) return c.done(0);
  c.finish(r);
}

// --- prctl

void prctl_out(CallContext& c, u32 bytes) {
  u8* host = c.stage(16);
  std::memset(host, 0, 16);
  HostResult r = c.immediate(SYS_prctl, c.word(0), host, 0, 0, 0);
  if (r.succeeded() && !give_bytes(c, c.at(1), host, bytes)) return;
  c.finish(r);
}

void prctl_(CallContext& c) {
  abi::Shape shape = abi::shape_of(*c.call.row, c.call.words);
  if (shape.variant && !shape.variant->refusal.empty()) {
    if (shape.variant->refusal.ends_with("EINVAL")) return c.fail(EINVAL);  // ARMv7's own answer
    return c.unsupported("prctl option", EINVAL);
  }
  if (shape.unknown_variant) return c.unsupported("prctl option", EINVAL);
  constexpr u32 set_vma = 0x53564d41;
  switch (c.word(0)) {
    case PR_SET_SECCOMP: return seccomp_(c);
    case PR_GET_PDEATHSIG: case PR_GET_CHILD_SUBREAPER: return prctl_out(c, 4);
    case PR_GET_NAME: return prctl_out(c, 16);
    case PR_SET_NAME: return c.finish(c.immediate(SYS_prctl, PR_SET_NAME, c.pointer(1), 0, 0, 0));
    case PR_GET_TID_ADDRESS:
      if (give(c, c.at(1), c.thread.clear_child_tid.value)) c.done(0);
      return;
    case set_vma: return c.fail(EINVAL);  // as a kernel without CONFIG_ANON_VMA_NAME
    case PR_SET_PTRACER: return c.finish(c.immediate(SYS_prctl, PR_SET_PTRACER, c.signed_word(1), 0, 0, 0));
    default:
      return c.finish(c.immediate(SYS_prctl, c.word(0), c.word(1), c.word(2), c.word(3), c.word(4)));
  }
}

// --- scheduling

template <class Time>
void sched_rr_get_interval_as(CallContext& c) {
  timespec* host = c.stage<timespec>();
  HostResult r = c.immediate(SYS_sched_rr_get_interval, c.signed_word(0), host);
  if (r.succeeded() && c.at(1).is_null()) return c.fail(EFAULT);
  finish_with<Time>(c, r, c.at(1), *host);
}

// A mask of longs: 4 bytes each for the guest, 8 on the host, the same bits.
void sched_getaffinity_(CallContext& c) {
  u32 room = c.word(1);
  if (room % 4 != 0 || room == 0) return c.fail(EINVAL);
  u64 host_room = std::min<u64>((u64{room} + 7) & ~u64{7}, 8192);
  u8* host = c.stage(host_room);
  HostResult r = c.immediate(SYS_sched_getaffinity, c.signed_word(0), host_room, host);
  if (!r.succeeded()) return c.finish(r);
  u32 bytes = std::min<u32>(room, static_cast<u32>(r.value));
  if (give_bytes(c, c.at(2), host, bytes)) c.done(bytes);
}

void sched_setattr_(CallContext& c) {
  auto size = fetch<u32>(c, c.at(1));
  if (!size) return;
  constexpr u32 first_version = 48;
  u32 bytes = *size == 0 ? first_version : std::min<u32>(*size, 4096);
  u8* host = c.stage(std::max<u32>(bytes, first_version));
  if (!c.space.read(c.at(1), {host, bytes})) return c.fail(EFAULT);
  HostResult r = c.immediate(SYS_sched_setattr, c.signed_word(0), host, c.word(2));
  if (r.error() == E2BIG && !give(c, c.at(1), sigtape::load<u32>(host))) return;
  c.finish(r);
}

void sched_getattr_(CallContext& c) {
  u32 size = std::min<u32>(c.word(2), 4096);
  u8* host = c.stage(4096);
  HostResult r = c.immediate(SYS_sched_getattr, c.signed_word(0), host, c.word(2), c.word(3));
  if (r.succeeded() && !give_bytes(c, c.at(1), host, std::min(size, sigtape::load<u32>(host)))) return;
  c.finish(r);
}

}  // namespace

HandlerTable process_handlers() {
  static constexpr NamedHandler table[] = {
      {"wait4", wait4_},
      {"waitid", waitid_},
      {"getrusage", getrusage_},
      {"ugetrlimit", ugetrlimit_},
      {"setrlimit", setrlimit_},
      {"prlimit64", prlimit64_},
      {"uname", uname_},
      {"sysinfo", sysinfo_},
      {"nice", nice_},
      {"prctl", prctl_},
      {"seccomp", seccomp_},
      {"sched_rr_get_interval", sched_rr_get_interval_as<guest::Timespec32>},
      {"sched_rr_get_interval_time64", sched_rr_get_interval_as<guest::Timespec64>},
      {"sched_getaffinity", sched_getaffinity_},
      {"sched_setattr", sched_setattr_},
      {"sched_getattr", sched_getattr_},
  };
  return table;
}

}  // namespace sigtape::outside

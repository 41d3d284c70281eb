// FreeBSD processes: waiting for children, resource use and limits, processor sets, randomness, msync.
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cstring>

#include "core/outside/freebsd_convert.h"
#include "core/outside/freebsd_handlers.h"
#include "core/outside/linux_access.h"
#include "core/outside/linux_limits.h"
#include "core/outside/signal_map.h"

namespace sigtape::outside {
namespace {

// --- children

enum : u32 { w_nohang = 1, w_untraced = 2, w_continued = 4, w_nowait = 8, w_exited = 0x10, w_trapped = 0x20 };

void wait4_(CallContext& c) {
  u32 guest_options = c.word(2);
  if (guest_options & ~(w_nohang | w_untraced | w_continued | 0x8000'0000)) return c.fail(EINVAL);
  int options = 0;
  if (guest_options & w_nohang) options |= WNOHANG;
  if (guest_options & w_untraced) options |= WUNTRACED;
  if (guest_options & w_continued) options |= WCONTINUED;
  i32* status = c.stage<i32>();
  auto* usage = c.stage<struct rusage>();
  HostResult r = c.blocking(SYS_wait4, c.signed_word(0), status, options, usage);
  if (!r.succeeded() || r.value == 0) return c.finish(r);
  if (!c.at(1).is_null() && !give(c, c.at(1), freebsd_wait_status_of(*status))) return;
  finish_with<bsd::Rusage>(c, r, c.at(3), *usage);
}

// sys/sys/wait.h: idtype_t. nullopt: none that the host can wait for.
std::optional<int> host_id_type(u32 guest) {
  switch (guest) {
    case 0: return P_PID;
    case 2: return P_PGID;
    case 7: return P_ALL;
    default: return std::nullopt;
  }
}

// The status word that wait4 would give, from waitid's siginfo.
i32 wait_status_of(const siginfo_t& info) {
  constexpr i32 continued = 19, stopped = 0x7f, core = 0x80;
  i32 signal = guest_signal_of(abi::System::freebsd, info.si_status).value;
  switch (info.si_code) {
    case CLD_EXITED: return (info.si_status & 0xff) << 8;
    case CLD_CONTINUED: return continued;
    case CLD_KILLED: return signal;
    case CLD_DUMPED: return signal | core;
    default: return signal << 8 | stopped;
  }
}

// wait6(idtype, id, status, options, wrusage, info): id is words 2 and 3.
void wait6_(CallContext& c) {
  u32 guest_options = c.word(5);
  auto type = host_id_type(c.word(0));
  if (!type) return c.unsupported("wait6 for this kind of id", EINVAL);
  if (guest_options & ~u32{w_nohang | w_untraced | w_continued | w_nowait | w_exited | w_trapped})
    return c.fail(EINVAL);
  int options = 0;
  if (guest_options & w_nohang) options |= WNOHANG;
  if (guest_options & w_untraced) options |= WSTOPPED;
  if (guest_options & w_continued) options |= WCONTINUED;
  if (guest_options & w_nowait) options |= WNOWAIT;
  if (guest_options & (w_exited | w_trapped)) options |= WEXITED;
  if (!(options & (WEXITED | WSTOPPED | WCONTINUED))) return c.fail(EINVAL);
  siginfo_t* info = c.stage<siginfo_t>();
  std::memset(info, 0, sizeof *info);
  auto* usage = c.stage<struct rusage>();
  HostResult r = c.blocking(SYS_waitid, *type, static_cast<i32>(c.pair(2)), info, options, usage);
  if (!r.succeeded()) return c.finish(r);
  i32 pid = info->si_pid;
  if (!c.at(7).is_null()) {
    bsd::Siginfo out{};
    if (pid != 0) {
      constexpr i32 sigchld = 20;
      out = {.signo = sigchld, .code = info->si_code, .pid = pid, .uid = info->si_uid};
      out.status =
          info->si_code == CLD_EXITED ? info->si_status : guest_signal_of(abi::System::freebsd, info->si_status).value;
    }
    if (!give(c, c.at(7), out)) return;
  }
  if (pid != 0 && !c.at(6).is_null()) {
    bsd::Wrusage out{};
    to_guest(*usage, out.self);
    if (!give(c, c.at(6), out)) return;
  }
  if (pid != 0 && !c.at(4).is_null() && !give(c, c.at(4), wait_status_of(*info))) return;
  c.done(static_cast<u32>(pid));
}

void getrusage_(CallContext& c) {
  auto* usage = c.stage<struct rusage>();
  HostResult r = c.immediate(SYS_getrusage, c.signed_word(0), usage);  // RUSAGE_ numbers are the host's
  if (r.succeeded() && c.at(1).is_null()) return c.fail(EFAULT);
  finish_with<bsd::Rusage>(c, r, c.at(1), *usage);
}

// --- limits. Those that only FreeBSD has are unlimited.

void getrlimit_(CallContext& c) {
  constexpr u32 count = 15;  // RLIM_NLIMITS
  if (c.word(0) >= count) return c.fail(EINVAL);
  rlimit host{RLIM_INFINITY, RLIM_INFINITY};
  if (auto resource = host_resource_of(c.word(0)))
    if (i32 error = read_limit(c, 0, static_cast<u32>(*resource), host)) return c.fail(error);
  if (give(c, c.at(1), freebsd_limit_of(host))) c.done(0);
}

void setrlimit_(CallContext& c) {
  auto resource = host_resource_of(c.word(0));
  auto wanted = fetch<bsd::Rlimit>(c, c.at(1));
  if (!wanted) return;
  if (!resource) return c.unsupported("setrlimit of a limit that only FreeBSD has", EINVAL);
  if (i32 error = write_limit(c, 0, static_cast<u32>(*resource), host_of(*wanted))) return c.fail(error);
  c.done(0);
}

// --- processors. level and which do not matter for one's own set; id is words 2 and 3.

void cpuset_getaffinity_(CallContext& c) {
  u32 size = c.word(4);
  constexpr u32 least = 4, most = 32;  // bytes: of the kernel's cpuset_t, of CPU_MAXSIZE
  if (size < least || size > most) return c.fail(ERANGE);
  auto* host = c.stage<cpu_set_t>();
  HostResult r = c.immediate(SYS_sched_getaffinity, 0, sizeof *host, host);
  if (!r.succeeded()) return c.finish(r);
  u8* set = c.stage(size);
  std::memset(set, 0, size);
  std::memcpy(set, host, std::min<u64>(size, static_cast<u64>(r.value)));
  if (give_bytes(c, c.at(5), set, size)) c.done(0);
}

// --- control. procctl(idtype, id, com, data)

void procctl_(CallContext& c) {
  enum : u32 { trace_ctl = 7, trace_status = 8, pdeathsig_ctl = 11, no_new_privs_ctl = 19 };
  switch (c.word(4)) {
    case trace_ctl: return c.done(0);
    case trace_status:
      if (give(c, c.at(5), i32{0})) c.done(0);
      return;
    case pdeathsig_ctl: {
      auto signal = fetch<i32>(c, c.at(5));
      if (!signal) return;
      int host = *signal == 0 ? 0 : host_signal_of(abi::System::freebsd, os::Signal{*signal});
      return c.finish(c.immediate(SYS_prctl, PR_SET_PDEATHSIG, host));
    }
    case no_new_privs_ctl: return c.finish(c.immediate(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    default: return c.unsupported("procctl command", EINVAL);
  }
}

// GRND_NONBLOCK, GRND_RANDOM and GRND_INSECURE are the host's.
void getrandom_(CallContext& c) {
  constexpr u32 most = 0x7fff'ffff;
  if (c.word(1) > most || (c.word(2) & ~u32{GRND_NONBLOCK | GRND_RANDOM | 4})) return c.fail(EINVAL);
  OutBuffer buffer = out_buffer(c, c.at(0), c.word(1));
  HostResult r = c.blocking(SYS_getrandom, buffer.host, buffer.bytes, c.word(2));
  if (r.succeeded() && !give_buffer(c, buffer, static_cast<u64>(r.value))) return;
  c.finish(r);
}

// The kernel side has checked the range and has answered MS_ASYNC.
void msync_(CallContext& c) {
  constexpr u32 ms_invalidate = 2;
  GuestAddr begin{c.word(0) & ~(mem::page_size - 1)};
  u64 bytes = u64{c.word(1)} + (c.word(0) - begin.value);
  int flags = MS_SYNC | (c.word(2) & ms_invalidate ? MS_INVALIDATE : 0);
  c.finish(c.blocking(SYS_msync, c.pointer(begin), bytes, flags));
}

}  // namespace

HandlerTable freebsd_process_handlers() {
  static constexpr NamedHandler table[] = {
      {"wait4", wait4_},         {"wait6", wait6_},         {"getrusage", getrusage_},
      {"getrlimit", getrlimit_}, {"setrlimit", setrlimit_}, {"cpuset_getaffinity", cpuset_getaffinity_},
      {"procctl", procctl_},     {"getrandom", getrandom_}, {"msync", msync_},
  };
  return table;
}

}  // namespace sigtape::outside

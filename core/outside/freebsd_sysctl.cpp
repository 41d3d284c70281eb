// FreeBSD's sysctl tree, as far as C libraries, Go and common programs ask: by number and by name.
#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "core/outside/freebsd_convert.h"
#include "core/outside/freebsd_handlers.h"
#include "core/outside/linux_access.h"
#include "core/outside/linux_proc.h"
#include "core/outside/live.h"

namespace sigtape::outside {
namespace {

using Bytes = std::vector<u8>;
using Oid = std::vector<i32>;

Bytes text(std::string_view value) {
  Bytes bytes(value.begin(), value.end());
  bytes.push_back(0);
  return bytes;
}
template <class T>
Bytes plain(const T& value) {
  auto bytes = bytes_of(value);
  return {bytes.begin(), bytes.end()};
}

// --- values that depend on the host

i32 processors(CallContext& c) {
  auto* set = c.stage<cpu_set_t>();
  HostResult r = c.immediate(SYS_sched_getaffinity, 0, sizeof *set, set);
  return r.succeeded() ? std::clamp(CPU_COUNT_S(static_cast<size_t>(r.value), set), 1, 32) : 1;
}
Bytes processor_count(CallContext& c) { return plain(processors(c)); }
Bytes host_name(CallContext& c) {
  auto* names = c.stage<struct utsname>();
  return c.immediate(SYS_uname, names).succeeded() ? text(names->nodename) : text("");
}
// As much as a 32-bit machine may have.
Bytes physical_memory(CallContext& c) {
  auto* host = c.stage<struct sysinfo>();
  constexpr u64 most = 2u << 30;
  u64 total = c.immediate(SYS_sysinfo, host).succeeded() ? u64{host->totalram} * host->mem_unit : most;
  return plain(static_cast<u32>(std::min(total, most)));
}
Bytes boot_time(CallContext& c) {
  auto* now = c.stage<timespec>();
  auto* up = c.stage<timespec>();
  c.immediate(SYS_clock_gettime, CLOCK_REALTIME, now);
  c.immediate(SYS_clock_gettime, CLOCK_BOOTTIME, up);
  return plain(bsd::Timeval{now->tv_sec - up->tv_sec, 0, 0});
}

// --- the tree. Nodes without a number of their own (OID_AUTO) get one beyond those that sys/sys/sysctl.h names.

struct Node {
  std::string_view name;
  std::array<i32, 3> oid;  // ends at the first 0
  Bytes (*value)(CallContext&);
};

enum : i32 { kern = 1, vm = 2, hw = 6, posix = 9, kern_proc = 14, automatic = 1000 };
constexpr u32 release = 1302001;

// clang-format off
constexpr Node nodes[] = {
    {"kern.ostype", {kern, 1}, [](CallContext&) { return text("FreeBSD"); }},
    {"kern.osrelease", {kern, 2}, [](CallContext&) { return text("13.2-RELEASE"); }},
    {"kern.osrevision", {kern, 3}, [](CallContext&) { return plain(i32{199506}); }},
    {"kern.version", {kern, 4}, [](CallContext&) { return text("FreeBSD 13.2-RELEASE GENERIC\n"); }},
    {"kern.maxproc", {kern, 6}, [](CallContext&) { return plain(i32{6000}); }},
    {"kern.argmax", {kern, 8}, [](CallContext&) { return plain(i32{2 * 256 * 1024}); }},
    {"kern.hostname", {kern, 10}, host_name},
    {"kern.clockrate", {kern, 12}, [](CallContext&) { return plain(std::array<i32, 5>{1000, 1000, 0, 127, 8128}); }},
    {"kern.ngroups", {kern, 18}, [](CallContext&) { return plain(i32{1023}); }},
    {"kern.saved_ids", {kern, 20}, [](CallContext&) { return plain(i32{0}); }},
    {"kern.boottime", {kern, 21}, boot_time},
    {"kern.osreldate", {kern, 24}, [](CallContext&) { return plain(i32{release}); }},
    {"kern.maxfilesperproc", {kern, 27}, [](CallContext&) { return plain(i32{11095}); }},
    {"kern.ps_strings", {kern, 32}, [](CallContext&) { return plain(u32{0xbfbf'eff0}); }},
    {"kern.usrstack", {kern, 33}, [](CallContext&) { return plain(u32{0xbfbf'f000}); }},
    {"kern.iov_max", {kern, 35}, [](CallContext&) { return plain(i32{1024}); }},
    {"kern.smp.maxcpus", {kern, automatic, 1}, [](CallContext&) { return plain(i32{32}); }},
    {"kern.smp.cpus", {kern, automatic, 2}, processor_count},
    {"kern.smp.active", {kern, automatic, 3}, [](CallContext& c) { return plain(i32{processors(c) > 1}); }},
    {"kern.ipc.soacceptqueue", {kern, automatic + 1, 1}, [](CallContext&) { return plain(i32{128}); }},
    {"kern.ipc.somaxconn", {kern, automatic + 1, 2}, [](CallContext&) { return plain(i32{128}); }},
    {"kern.ipc.maxsockbuf", {kern, automatic + 1, 3}, [](CallContext&) { return plain(u32{2 << 20}); }},
    {"kern.sched.cpusetsize", {kern, automatic + 2, 1}, [](CallContext&) { return plain(i32{4}); }},
    {"kern.sched.cpusetsizemin", {kern, automatic + 2, 2}, [](CallContext&) { return plain(i32{4}); }},
    {"vm.overcommit", {vm, automatic}, [](CallContext&) { return plain(i32{0}); }},
    {"hw.machine", {hw, 1}, [](CallContext&) { return text("arm"); }},
    {"hw.model", {hw, 2}, [](CallContext&) { return text("ARM Cortex-A15"); }},
    {"hw.ncpu", {hw, 3}, processor_count},
    {"hw.byteorder", {hw, 4}, [](CallContext&) { return plain(i32{1234}); }},
    {"hw.physmem", {hw, 5}, physical_memory},
    {"hw.usermem", {hw, 6}, physical_memory},
    {"hw.pagesize", {hw, 7}, [](CallContext&) { return plain(i32{4096}); }},
    {"hw.floatingpoint", {hw, 10}, [](CallContext&) { return plain(i32{1}); }},
    {"hw.machine_arch", {hw, 11}, [](CallContext&) { return text("armv7"); }},
    {"hw.realmem", {hw, 12}, physical_memory},
    {"hw.pagesizes", {hw, automatic}, [](CallContext&) { return plain(std::array<u32, 2>{4096, 1 << 20}); }},
};
// clang-format on

Oid oid_of(const Node& node) { return Oid(node.oid.begin(), std::ranges::find(node.oid, 0)); }

// --- nodes that take arguments behind their number

constexpr u32 most_random = 256;  // kern.arandom gives no more at once

Bytes random_bytes(CallContext& c, u32 wanted) {
  u32 count = std::min(wanted, most_random);
  u8* host = c.stage(most_random);
  HostResult r = c.immediate(SYS_getrandom, host, count, 0);
  return r.succeeded() ? Bytes(host, host + r.value) : Bytes();
}

// kern.proc.WHAT.PID, of the process itself. 0 or an errno.
int process_value(CallContext& c, const Oid& oid, Bytes& value) {
  enum : i32 { args = 7, pathname = 12, osrel = 40 };
  if (oid.size() != 4) return EINVAL;
  i32 pid = oid[3];
  if (pid != -1 && pid != c.thread.group->pid) return ESRCH;
  switch (oid[2]) {
    case pathname: {
      auto path = proc_link_text(c, AT_FDCWD, "/proc/self/exe");
      if (!path) return ENOENT;
      value = text(*path);
      return 0;
    }
    case args:
      for (const std::string& argument : c.live.first_image().arguments) {
        Bytes one = text(argument);
        value.insert(value.end(), one.begin(), one.end());
      }
      return 0;
    case osrel: value = plain(u32{release}); return 0;
    default:
      c.answer.notes.unsupported = true;
      c.answer.notes.unsupported_what = "kern.proc sysctl";
      return EOPNOTSUPP;
  }
}

// --- the calls

struct Question {
  GuestAddr old, old_size, fresh;
  u32 fresh_size = 0;
  u32 room = 0;
};

// SYSCTL_OUT: what fits, the size needed where there is no buffer, ENOMEM where there is too small a one.
void finish(CallContext& c, const Question& q, const Bytes& value) {
  u32 size = static_cast<u32>(value.size());
  u32 fits = q.old.is_null() ? 0 : std::min(q.room, size);
  if (fits) {
    u8* staged = c.stage(fits);
    std::memcpy(staged, value.data(), fits);
    if (!give_bytes(c, q.old, staged, fits)) return;
  }
  bool short_of_room = !q.old.is_null() && fits < size;
  if (!q.old_size.is_null() && !give(c, q.old_size, q.old.is_null() ? size : fits)) return;
  if (short_of_room) return c.fail(ENOMEM);
  c.done(0);
}

std::optional<Oid> oid_of_name(std::string_view name) {
  for (const Node& node : nodes)
    if (node.name == name) return oid_of(node);
  if (name == "kern.arandom") return Oid{kern, 37};
  if (name == "kern.proc.pathname") return Oid{kern, kern_proc, 12};
  return std::nullopt;
}

std::optional<std::string> name_argument(CallContext& c, GuestAddr at, u32 bytes) {
  std::string name(std::min<u32>(bytes, 1024), 0);
  if (!c.space.read(at, {reinterpret_cast<u8*>(name.data()), name.size()})) return c.fail(EFAULT), std::nullopt;
  name.resize(strnlen(name.data(), name.size()));
  return name;
}

void answer(CallContext& c, const Question& q, const Oid& oid) {
  constexpr Oid::value_type net = 4;
  if (oid.size() >= 2 && oid[0] == 0 && oid[1] == 3) {  // name to number
    auto name = name_argument(c, q.fresh, q.fresh_size);
    if (!name) return;
    auto found = oid_of_name(*name);
    if (!found) return c.fail(ENOENT);
    Bytes bytes;
    for (i32 part : *found)
      for (u8 byte : plain(part)) bytes.push_back(byte);
    return finish(c, q, bytes);
  }
  for (const Node& node : nodes)
    if (oid_of(node) == oid) {
      if (!q.fresh.is_null()) return c.fail(EPERM);
      return finish(c, q, node.value(c));
    }
  if (oid.size() == 2 && oid[0] == kern && oid[1] == 37)
    return finish(c, q, random_bytes(c, q.old.is_null() ? most_random : q.room));
  if (oid.size() >= 2 && oid[0] == kern && oid[1] == kern_proc) {
    Bytes value;
    if (int error = process_value(c, oid, value)) return c.fail(error);
    return finish(c, q, value);
  }
  if (!oid.empty() && oid[0] == net) return c.unsupported("sysctl of the network", ENOENT);
  c.fail(ENOENT);
}

bool load_room(CallContext& c, Question& q) {
  if (q.old_size.is_null()) return true;
  auto room = fetch<u32>(c, q.old_size);
  if (!room) return false;
  q.room = *room;
  return true;
}

void sysctl_(CallContext& c) {
  constexpr u32 longest = 24;  // CTL_MAXNAME
  u32 count = c.word(1);
  if (count < 2 || count > longest) return c.fail(EINVAL);
  Oid oid(count);
  if (!c.space.read(c.at(0), {reinterpret_cast<u8*>(oid.data()), count * 4ul})) return c.fail(EFAULT);
  Question q{.old = c.at(2), .old_size = c.at(3), .fresh = c.at(4), .fresh_size = c.word(5)};
  if (load_room(c, q)) answer(c, q, oid);
}

void sysctlbyname_(CallContext& c) {
  Question q{.old = c.at(2), .old_size = c.at(3), .fresh = c.at(4), .fresh_size = c.word(5)};
  if (!load_room(c, q)) return;
  auto name = name_argument(c, c.at(0), c.word(1));
  if (!name) return;
  auto oid = oid_of_name(*name);
  if (!oid) return c.fail(ENOENT);
  answer(c, q, *oid);
}

}  // namespace

HandlerTable freebsd_sysctl_handlers() {
  static constexpr NamedHandler table[] = {{"__sysctl", sysctl_}, {"__sysctlbyname", sysctlbyname_}};
  return table;
}

}  // namespace sigtape::outside

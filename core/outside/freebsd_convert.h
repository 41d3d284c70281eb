// FreeBSD structures and flags between guest and host; pure functions without memory access.
#pragma once
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/vfs.h>
#include <time.h>

#include <optional>

#include "core/abi/freebsd/structs.h"
#include "core/os/signal_info.h"

namespace sigtape::outside {

namespace bsd = abi::freebsd;

// --- time
inline timespec host_of(const bsd::Timespec& t) { return {t.sec, t.nsec}; }
inline timeval host_of(const bsd::Timeval& t) { return {t.sec, t.usec}; }
inline itimerval host_of(const bsd::Itimerval& t) { return {host_of(t.interval), host_of(t.value)}; }
inline void to_guest(const timespec& t, bsd::Timespec& out) { out = {t.tv_sec, static_cast<i32>(t.tv_nsec), 0}; }
inline void to_guest(const timeval& t, bsd::Timeval& out) { out = {t.tv_sec, static_cast<i32>(t.tv_usec), 0}; }
inline void to_guest(const itimerval& t, bsd::Itimerval& out) {
  to_guest(t.it_interval, out.interval);
  to_guest(t.it_value, out.value);
}
// The host's clock of that number (sys/sys/_clock_id.h); nullopt: there is none.
std::optional<clockid_t> host_clock_of(u32 guest);

// --- files
u32 host_open_flags_of_freebsd(u32 guest);
u32 freebsd_open_flags_of(u32 host);
// AT_ flags of sys/fcntl.h; nullopt: unknown bits.
std::optional<u32> host_at_flags_of_freebsd(u32 guest);
void to_guest(const struct statx& s, bsd::Stat& out);
void to_guest(const struct statx& s, bsd::Stat11& out);
// The host's mount table is not looked at: every file system is the root's.
void to_guest(const struct statfs& s, bsd::Statfs& out);
// FreeBSD knows type and whence as 16 bits, and other numbers for the type.
struct flock host_of(const bsd::Flock& lock);
void to_guest(const struct flock& lock, bsd::Flock& out);

// --- processes
void to_guest(const struct rusage& r, bsd::Rusage& out);
// The status word of wait4: signal numbers are the guest's, and a continued child is its SIGCONT.
i32 freebsd_wait_status_of(i32 host);
// The host's resource; nullopt: FreeBSD's own.
std::optional<int> host_resource_of(u32 guest);
bsd::Rlimit freebsd_limit_of(const rlimit& limit);
rlimit host_of(const bsd::Rlimit& limit);

// --- signal sets
inline os::SigSet set_of(const bsd::Sigset& set) {
  return {{set.bits[0] | (u64{set.bits[1]} << 32), set.bits[2] | (u64{set.bits[3]} << 32)}};
}
inline void to_guest(const os::SigSet& set, bsd::Sigset& out) {
  out = {{static_cast<u32>(set.words[0]), static_cast<u32>(set.words[0] >> 32), static_cast<u32>(set.words[1]),
          static_cast<u32>(set.words[1] >> 32)}};
}
void to_guest(const os::SigInfo& info, bsd::Siginfo& out);

}  // namespace sigtape::outside

// Signals as the core passes them about: numbers, sets, siginfo and dispositions, independent of the guest's layouts.
#pragma once
#include <array>

#include "core/base/ints.h"
#include "core/base/strong.h"

namespace sigtape::os {

// A guest signal number (1-64 Linux, 1-128 FreeBSD). Live translates from and to the host's.
struct Signal : Strong<struct SignalTag, i32> {
  using Strong::Strong;
};

// Bit (signal - 1). 128 bits because FreeBSD has 128 signals; Linux guests use the lower word.
struct SigSet {
  std::array<u64, 2> words{};
  static SigSet of(u64 low) { return {{low, 0}}; }
  static SigSet all() { return {{~u64{0}, ~u64{0}}}; }
  bool contains(Signal s) const { return (words[index(s)] >> ((s.value - 1) & 63)) & 1; }
  void add(Signal s) { words[index(s)] |= u64{1} << ((s.value - 1) & 63); }
  void remove(Signal s) { words[index(s)] &= ~(u64{1} << ((s.value - 1) & 63)); }
  SigSet operator|(const SigSet& o) const { return {{words[0] | o.words[0], words[1] | o.words[1]}}; }
  SigSet without(const SigSet& o) const { return {{words[0] & ~o.words[0], words[1] & ~o.words[1]}}; }
  bool operator==(const SigSet&) const = default;

 private:
  static unsigned index(Signal s) { return static_cast<unsigned>(s.value - 1) >> 6; }
};

// siginfo_t without its union: which members mean something follows from number and code, as in sigaction(2).
// `code` is the guest ABI's number.
struct SigInfo {
  Signal signal;
  i32 error = 0;
  i32 code = 0;
  i32 pid = 0;       // sender, or SIGCHLD's child
  u32 uid = 0;
  i32 status = 0;    // SIGCHLD
  u32 utime = 0, stime = 0;
  u64 value = 0;     // sigval: 32 bits matter
  GuestAddr address;  // faults
  u32 address_lsb = 0;
  i32 timer_id = 0, overrun = 0;
  i32 band = 0, fd = 0;       // SIGIO
  u32 syscall_number = 0, arch = 0;  // SIGSYS
  bool synchronous = false;   // raised by the guest's own instruction
  u64 captured_ns = 0;        // CLOCK_MONOTONIC in the host handler, for the analyzer only
};

// How siginfo's union is to be read: from code and number (kernel/signal.c: siginfo_layout).
enum class InfoKind : u8 { kill, timer, poll, fault, child, queued, syscall };
InfoKind linux_info_kind(const SigInfo& info);

// A disposition in the guest's own terms. Flags are kept as the guest's bits plus the decoded ones that rules need.
struct SigAction {
  u32 handler = 0;  // 0 SIG_DFL, 1 SIG_IGN, else an address (bit 0: Thumb)
  u32 raw_flags = 0;
  u32 restorer = 0;
  SigSet mask;
  bool restart = false, nodefer = false, resethand = false, onstack = false, siginfo = false, nocldstop = false,
       nocldwait = false;
  bool is_default() const { return handler == 0; }
  bool is_ignore() const { return handler == 1; }
};

struct AltStack {
  GuestAddr base;
  u32 bytes = 0;
  u32 flags = 0;  // the guest's SS_ bits
};

}  // namespace sigtape::os

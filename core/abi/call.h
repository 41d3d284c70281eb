// A system call in flight and what came of it: argument words, outcome, bytes for the guest.
#pragma once
#include <array>
#include <span>
#include <variant>
#include <vector>

#include "core/abi/syscall.h"
#include "core/base/strong.h"

namespace sigtape::abi {

inline constexpr unsigned max_words = 8;

struct Call {
  System system = System::linux_eabi;
  u32 number = 0;
  const Row* row = nullptr;            // nullptr: unknown number
  std::array<u32, max_words> words{};  // r0-r6, or FreeBSD's register and stack words
  GuestAddr pc;                        // of the svc
  u32 word(unsigned i) const { return words[i]; }
  u64 pair(unsigned i) const { return words[i] | (u64{words[i + 1]} << 32); }
};

// The call ended. EINTR is a value like any other.
struct Done {
  u32 value = 0;
  u32 value2 = 0;  // FreeBSD's r1; upper half of 64-bit results
  bool operator==(const Done&) const = default;
};
// The call ended with an error of the *guest's* numbering, positive.
struct Failed {
  u32 error = 0;
  bool operator==(const Failed&) const = default;
};
// Never entered, or rewound by the kernel: pc stays on the svc, r0 untouched.
struct NotDone {
  bool operator==(const NotDone&) const = default;
};
// sigreturn, exec, exit: nothing is written to registers.
struct Gone {
  bool operator==(const Gone&) const = default;
};
using Outcome = std::variant<Done, Failed, NotDone, Gone>;

// Bytes that the outside puts into guest memory. They live in the answering side's buffers until the next call of the
// same thread.
struct GuestWrite {
  GuestAddr at;
  std::span<const u8> bytes;
};

// Of use to the analyzer only; never reaches the guest.
struct CallNotes {
  bool unsupported = false;  // unknown call, ioctl or option: an `unsupported` event (ST301)
  const char* unsupported_what = nullptr;
  bool signal_before_entry = false;  // a capture was pending when the host call was issued all the same (broken modes)
  bool host_interrupted = false;  // the host kernel had begun the call and ended it with EINTR, whatever became of that
  bool decided_by_mode = false;   // a broken delivery mode chose EINTR or restart; the guest kernel's rule keeps out
  bool rewound_unseen = false;    // restarted by the host after a capture, before the guest's handler (broken modes)
  u64 entered_ns = 0;             // CLOCK_MONOTONIC when the host call was issued, and when it came back
  u64 left_ns = 0;
};

struct Answer {
  Outcome outcome = Done{};
  std::vector<GuestWrite> writes;
  CallNotes notes;
  void clear() {
    outcome = Done{};
    writes.clear();
    notes = {};
  }
};

}  // namespace sigtape::abi

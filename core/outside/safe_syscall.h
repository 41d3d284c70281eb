// The safe system call: issued only if no captured signal waits, and known not to have happened if one came first.
#pragma once
#include "core/base/ints.h"

namespace sigtape::outside {

struct SyscallWords {
  long number = 0;
  long arguments[6] = {};
};

// Where a thread is on its way into a call; for telling when a signal came (see capture.cpp).
enum class CallPhase : u32 { elsewhere = 0, on_the_way = 1 };

extern "C" {
struct SafeOutcome {  // in rax and rdx
  i64 value;
  u64 done;
};
// Leaves at once, not done, if *pending is not 0. Sets *phase to elsewhere when the call is over.
SafeOutcome sigtape_safe_syscall(const SyscallWords* words, const volatile u32* pending, volatile CallPhase* phase);
// A captured host pc in [enter, issue] means that the kernel has done nothing yet, or has undone what it began: the
// restart of ERESTART* puts the pc back on the syscall instruction. rcx is 0 until that instruction has been executed
// (but see syscall_marks_rcx).
extern const char sigtape_safe_begin[], sigtape_safe_enter[], sigtape_safe_issue[], sigtape_safe_leave[],
    sigtape_safe_not_done[], sigtape_safe_end[];
// The restorer for rt_sigaction.
void sigtape_restore_rt();
}

}  // namespace sigtape::outside

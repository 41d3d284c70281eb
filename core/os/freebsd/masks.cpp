// sigsuspend, pselect, ppoll: the mask that holds for the duration of the call (TDP_OLDMASK).
#include "core/os/freebsd/kernel.h"
#include "core/os/freebsd/sets.h"

namespace sigtape::os::freebsd {

namespace {

// The word with the address of the mask.
std::optional<unsigned> mask_word_of(u32 number) {
  switch (number) {
    case 341: return 0;  // sigsuspend
    case 522: return 5;  // pselect
    case 545: return 3;  // ppoll
    default: return std::nullopt;
  }
}

}  // namespace

void FreebsdKernel::apply_temporary_mask(Thread& thread) {
  auto word = mask_word_of(thread.call.number);
  if (!word || thread.call.word(*word) == 0) return;
  auto set = space_.load<abi::freebsd::Sigset>(GuestAddr{thread.call.word(*word)});
  if (!set) return;
  thread.mask_to_restore = thread.mask;
  thread.mask = blockable(set_of(*set));
}

// With EINTR the temporary mask stays until a handler's frame is built or no signal is left (sys/kern/subr_trap.c:
// ast_sigsuspend). A call that was not done never began.
void FreebsdKernel::settle_temporary_mask(Thread& thread) {
  if (!thread.mask_to_restore || failed_with(thread.answer.outcome, Errno::intr)) return;
  thread.mask = *thread.mask_to_restore;
  thread.mask_to_restore.reset();
}

bool FreebsdKernel::restore_mask(Thread& thread) {
  SigSet temporary = thread.mask;
  thread.mask = *thread.mask_to_restore;
  if (outside_.set_mask(thread)) {
    thread.mask_to_restore.reset();
    return true;
  }
  thread.mask = temporary;
  return false;
}

}  // namespace sigtape::os::freebsd

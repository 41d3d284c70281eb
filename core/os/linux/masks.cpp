// sigsuspend, pselect6, ppoll, epoll_pwait…: the mask that holds for the duration of the call.
#include "core/os/linux/kernel.h"
#include "core/os/linux/sets.h"

namespace sigtape::os::linux_eabi {

namespace {

// Where such a call has its mask.
enum class Where : u8 { value, pointer, pair };
struct MaskArgument {
  Where where;
  u8 word;
};

std::optional<MaskArgument> mask_argument_of(u32 number) {
  switch (number) {
    case 72: return MaskArgument{Where::value, 2};  // sigsuspend(unused, unused, mask), kernel/signal.c OLD_SIGSUSPEND3
    case 179: return MaskArgument{Where::pointer, 0};  // rt_sigsuspend
    case 335:                                          // pselect6
    case 413: return MaskArgument{Where::pair, 5};     // pselect6_time64
    case 336:                                          // ppoll
    case 414: return MaskArgument{Where::pointer, 3};  // ppoll_time64
    case 346:                                          // epoll_pwait
    case 441: return MaskArgument{Where::pointer, 4};  // epoll_pwait2
    case 399:                                          // io_pgetevents
    case 416: return MaskArgument{Where::pair, 5};     // io_pgetevents_time64
    default: return std::nullopt;
  }
}

std::optional<u64> read_mask(const mem::Space& space, const abi::Call& call, MaskArgument argument) {
  u32 word = call.word(argument.word);
  if (argument.where == Where::value) return word;
  u32 address = word, size = call.word(argument.word + 1u);
  if (argument.where == Where::pair) {
    auto pair = space.load<std::array<u32, 2>>(GuestAddr{word});
    if (!pair) return std::nullopt;
    address = (*pair)[0];
    size = (*pair)[1];
  }
  if (address == 0 || size != 8) return std::nullopt;
  return space.load<u64>(GuestAddr{address});
}

}  // namespace

void LinuxKernel::apply_temporary_mask(Thread& thread) {
  auto argument = mask_argument_of(thread.call.number);
  if (!argument) return;
  auto bits = read_mask(space_, thread.call, *argument);
  if (!bits) return;
  thread.mask_to_restore = thread.mask;
  thread.mask = blockable(*bits);
}

// kernel/signal.c: restore_saved_sigmask_unless(interrupted). With EINTR the temporary mask stays until a handler's
// frame is built or no signal is left. A call that was not done never began, so there the former mask comes back; the
// host's kernel has done its part by itself.
void LinuxKernel::settle_temporary_mask(Thread& thread) {
  if (!thread.mask_to_restore || failed_with(thread.answer.outcome, Errno::intr)) return;
  thread.mask = *thread.mask_to_restore;
  thread.mask_to_restore.reset();
}

bool LinuxKernel::restore_mask(Thread& thread) {
  SigSet temporary = thread.mask;
  thread.mask = *thread.mask_to_restore;
  if (outside_.set_mask(thread)) {
    thread.mask_to_restore.reset();
    return true;
  }
  thread.mask = temporary;
  return false;
}

}  // namespace sigtape::os::linux_eabi

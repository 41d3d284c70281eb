// RLIMIT_STACK, RLIMIT_DATA, RLIMIT_AS: kept here, because they speak of the guest's address space and not of the
// host's.
#include "core/abi/linux/structs.h"
#include "core/os/linux/kernel.h"

namespace sigtape::os::linux_eabi {

namespace {
enum : u32 { limit_data = 2, limit_stack = 3, limit_space = 9 };
enum : u32 { call_setrlimit = 75, call_prlimit64 = 369 };
constexpr u64 infinity = ~u64{0};
}  // namespace

// After the outside has accepted a new limit.
void LinuxKernel::note_limit_change(Thread& thread) {
  const abi::Call& call = thread.call;
  if ((call.number != call_setrlimit && call.number != call_prlimit64) ||
      !std::holds_alternative<abi::Done>(thread.answer.outcome))
    return;
  u32 resource = 0;
  u64 current = 0;
  if (call.number == call_setrlimit) {
    auto wanted = space_.load<abi::linux_eabi::Rlimit>(GuestAddr{call.word(1)});
    if (!wanted) return;
    resource = call.word(0);
    current = wanted->cur == ~u32{0} ? infinity : wanted->cur;
  } else {
    i32 pid = static_cast<i32>(call.word(0));
    if (call.word(2) == 0 || (pid != 0 && pid != thread.group->pid)) return;
    auto wanted = space_.load<abi::linux_eabi::Rlimit64>(GuestAddr{call.word(2)});
    if (!wanted) return;
    resource = call.word(1);
    current = wanted->cur;
  }
  if (resource == limit_data) limits_.data = current;
  if (resource == limit_stack) limits_.stack = current;
  if (resource == limit_space) limits_.space = current;
}

}  // namespace sigtape::os::linux_eabi

// System call entry and exit: number and words, who answers, the result in r0, pc past the svc.
#include <algorithm>
#include <array>
#include <utility>

#include "core/base/log.h"
#include "core/os/linux/kernel.h"

namespace sigtape::os {

std::unique_ptr<Kernel> make_linux_kernel(Context context) {
  return std::make_unique<linux_eabi::LinuxKernel>(context);
}

namespace linux_eabi {

namespace {

struct Entry {
  u32 number;
  LinuxKernel::Handler handler;
};

}  // namespace

// The calls that the emulated kernel answers itself, or prepares for the outside. Ascending.
LinuxKernel::Handler LinuxKernel::handler_of(u32 number) {
  using K = LinuxKernel;
  static constexpr Entry entries[] = {
      {0, &K::restart_syscall},
      {1, &K::exit},
      {2, &K::fork},
      {11, &K::execve},
      {45, &K::brk},
      {67, &K::sigaction},
      {91, &K::munmap},
      {119, &K::sigreturn},
      {120, &K::clone},
      {125, &K::mprotect},
      {126, &K::sigprocmask},
      {136, &K::personality},
      {144, &K::msync},
      {150, &K::mlock},
      {151, &K::munlock},
      {152, &K::mlockall},
      {153, &K::munlockall},
      {163, &K::mremap},
      {172, &K::prctl},
      {173, &K::rt_sigreturn},
      {174, &K::rt_sigaction},
      {175, &K::rt_sigprocmask},
      {186, &K::sigaltstack},
      {190, &K::vfork},
      {192, &K::mmap2},
      {219, &K::mincore},
      {220, &K::madvise},
      {240, &K::futex},
      {248, &K::exit_group},
      {256, &K::set_tid_address},
      {305, &K::shmat},
      {306, &K::shmdt},
      {338, &K::set_robust_list},
      {339, &K::get_robust_list},
      {383, &K::seccomp},
      {387, &K::execveat},
      {390, &K::mlock2},
      {422, &K::futex},
      {435, &K::clone3},
  };
  static_assert(std::is_sorted(std::begin(entries), std::end(entries),
                               [](const Entry& a, const Entry& b) { return a.number < b.number; }));
  static constexpr auto places = [] {  // by number: 1 + the place in `entries`
    std::array<u8, std::end(entries)[-1].number + 1> all{};
    for (const Entry& entry : entries) all[entry.number] = static_cast<u8>(1 + (&entry - entries));
    return all;
  }();
  if (number < places.size()) return places[number] ? entries[places[number] - 1].handler : nullptr;
  return number >= 0xf0000 ? &K::arm_private : nullptr;
}

// Inline: after a system call, processors have forgotten where to return to, so that each return behind it waits.
[[gnu::always_inline]] inline Answered LinuxKernel::dispatch(Thread& thread) {
  if (thread.seccomp_filter || thread.seccomp_strict) [[unlikely]] {
    Answered outcome;
    if (!passes_seccomp(thread, outcome)) return outcome;
  }
  if (Handler handler = handler_of(thread.call.number)) return (this->*handler)(thread);
  const abi::Row* row = thread.call.row;
  if (!row || row->side == abi::Side::refused) {
    thread.answer.notes.unsupported = !row || !row->refused_as_kernel;
    thread.answer.notes.unsupported_what = "system call";
    return fail(Errno::nosys);
  }
  apply_temporary_mask(thread);
  outside_.call(thread, thread.call, thread.answer);
  settle_temporary_mask(thread);
  note_limit_change(thread);
  return std::nullopt;
}

void LinuxKernel::system_call(Thread& thread) {
  cpu::State& cpu = thread.cpu;
  cpu.monitor.open = false;  // arch/arm/kernel/entry-header.S clears it on the way back to user mode
  abi::Call& call = thread.call;
  call.system = abi::System::linux_eabi;
  call.number = cpu.r[7];
  call.row = abi::row_of(call.system, call.number);
  // Word by word: a wide load of what translated code has just stored in words would have to wait for it.
  for (unsigned i = 0; i < 7; i++) call.words[i] = *static_cast<const volatile u32*>(&cpu.r[i]);
  call.words[7] = 0;
  call.pc = GuestAddr{cpu.r[15]};
  thread.answer.clear();
  if (Answered outcome = dispatch(thread)) {
    thread.answer.outcome = *outcome;
    if (!std::holds_alternative<abi::NotDone>(*outcome)) outside_.answered(thread, call, thread.answer);
  }
  LOG(syscall, "{} at {:#x} ({:#x}, {:#x}, {:#x}, {:#x}) -> {}", abi::name_of(call.system, call.number), call.pc.value,
      call.words[0], call.words[1], call.words[2], call.words[3],
      std::visit(
          [](const auto& o) -> std::string {
            using T = std::decay_t<decltype(o)>;
            if constexpr (std::is_same_v<T, abi::Done>) return fmt::format("{:#x}", o.value);
            if constexpr (std::is_same_v<T, abi::Failed>) return fmt::format("error {}", o.error);
            if constexpr (std::is_same_v<T, abi::NotDone>) return "not done";
            return "gone";
          },
          thread.answer.outcome));
  finish_call(thread);
}

// NotDone leaves everything: the svc is executed again after the handler. Gone has set the registers itself.
void LinuxKernel::finish_call(Thread& thread) {
  const abi::Outcome& outcome = thread.answer.outcome;
  if (std::holds_alternative<abi::NotDone>(outcome)) return;
  thread.tick = thread.tick + 1;
  if (std::holds_alternative<abi::Gone>(outcome)) return;
  cpu::State& cpu = thread.cpu;
  u32 value = 0;
  if (const auto* finished = std::get_if<abi::Done>(&outcome)) value = finished->value;
  if (const auto* failed = std::get_if<abi::Failed>(&outcome)) value = 0 - failed->error;
  for (const abi::GuestWrite& write : thread.answer.writes)
    if (!store_bytes(write.at.value, write.bytes)) value = 0 - static_cast<u32>(Errno::fault);
  cpu.r[0] = value;
  cpu.skip_svc();
}

}  // namespace linux_eabi
}  // namespace sigtape::os

// System call entry and exit: number and words, who answers, the result in r0, r1 and the carry flag, pc past the svc.
#include <algorithm>
#include <string_view>

#include "core/base/log.h"
#include "core/os/freebsd/kernel.h"
#include "core/os/freebsd/sets.h"

namespace sigtape::os {

std::unique_ptr<Kernel> make_freebsd_kernel(Context context) {
  return std::make_unique<freebsd::FreebsdKernel>(context);
}

namespace freebsd {

namespace {

struct Entry {
  u32 number;
  FreebsdKernel::Handler handler;
};

constexpr u32 call_syscall = 0, call_quad_syscall = 198;

u32 words_of(const abi::Row& row) {
  const auto& begins = row.words;
  if (row.count == 0) return 0;
  u32 last = begins[row.count - 1u];
  return last + (row.args[row.count - 1u].kind == abi::Kind::off64 ? 2 : 1);
}

// Slots of the table behind which GENERIC has nothing but nosys (sys/kern/syscalls.master: OBSOL; COMPAT4, 6 and 7).
bool is_absent(const abi::Row* row) {
  if (!row) return true;
  for (std::string_view prefix : {"obs_", "compat4.", "compat6.", "compat7."})
    if (row->side == abi::Side::refused && row->name.starts_with(prefix)) return true;
  return false;
}

}  // namespace

// The calls that the emulated kernel answers itself, or prepares for the outside. Ascending.
FreebsdKernel::Handler FreebsdKernel::handler_of(u32 number) {
  using K = FreebsdKernel;
  static constexpr Entry entries[] = {
      {1, &K::exit},        {2, &K::fork},        {17, &K::obreak},      {53, &K::sigaltstack},  {59, &K::execve},
      {65, &K::msync},      {66, &K::vfork},      {69, &K::sbrk},        {73, &K::munmap},       {74, &K::mprotect},
      {75, &K::madvise},    {78, &K::mincore},    {165, &K::sysarch},    {203, &K::mlock},       {204, &K::mlock},
      {250, &K::minherit},  {251, &K::rfork},     {324, &K::mlockall},   {325, &K::mlockall},    {340, &K::sigprocmask},
      {416, &K::sigaction}, {417, &K::sigreturn}, {421, &K::getcontext}, {422, &K::setcontext},  {423, &K::swapcontext},
      {431, &K::thr_exit},  {432, &K::thr_self},  {433, &K::thr_kill},   {442, &K::thr_suspend}, {443, &K::thr_wake},
      {454, &K::umtx_op},   {455, &K::thr_new},   {477, &K::mmap},       {492, &K::fexecve},
  };
  static_assert(std::is_sorted(std::begin(entries), std::end(entries),
                               [](const Entry& a, const Entry& b) { return a.number < b.number; }));
  auto it = std::lower_bound(std::begin(entries), std::end(entries), number,
                             [](const Entry& e, u32 n) { return e.number < n; });
  return it != std::end(entries) && it->number == number ? it->handler : nullptr;
}

// sys/arm/arm/syscall.c: cpu_fetch_syscall_args. False: words on the stack cannot be read.
bool FreebsdKernel::decode(Thread& thread) {
  const cpu::State& cpu = thread.cpu;
  abi::Call& call = thread.call;
  call = {.system = abi::System::freebsd, .number = cpu.r[7], .pc = GuestAddr{cpu.r[15]}};
  u32 first = 0;  // register with word 0
  if (call.number == call_syscall) first = 1;
  if (call.number == call_quad_syscall) first = 2;
  if (first != 0) call.number = cpu.r[0];
  call.row = abi::row_of(call.system, call.number);
  u32 in_registers = 4 - first;
  std::copy_n(cpu.r.begin() + first, in_registers, call.words.begin());
  u32 wanted = call.row ? words_of(*call.row) : 0;
  if (wanted <= in_registers) return true;
  return space_.read(GuestAddr{cpu.r[13]},
                     {reinterpret_cast<u8*>(&call.words[in_registers]), (wanted - in_registers) * 4});
}

// sys/kern/kern_sig.c: nosys. SIGSYS and ENOSYS, where the signal is neither blocked nor ignored.
Answered FreebsdKernel::no_such_call(Thread& thread) {
  thread.answer.notes.unsupported = true;
  thread.answer.notes.unsupported_what = "system call";
  const SigAction& action = thread.group->dispositions->action[signal::sys];
  if (thread.mask.contains(Signal{signal::sys}) || action.is_ignore()) return fail(Errno::nosys);
  cpu::State before = thread.cpu;
  thread.cpu.r[0] = static_cast<u32>(Errno::nosys);
  thread.cpu.flags.c = 1;
  thread.cpu.skip_svc();
  if (raise(thread, SigInfo{.signal = Signal{signal::sys}})) return abi::Gone{};
  thread.cpu = before;
  return abi::NotDone{};
}

Answered FreebsdKernel::ask_outside(Thread& thread) {
  apply_temporary_mask(thread);
  outside_.call(thread, thread.call, thread.answer);
  settle_temporary_mask(thread);
  return std::nullopt;
}

Answered FreebsdKernel::dispatch(Thread& thread) {
  if (Handler handler = handler_of(thread.call.number)) return (this->*handler)(thread);
  const abi::Row* row = thread.call.row;
  if (is_absent(row)) return no_such_call(thread);
  if (row->side != abi::Side::refused) return ask_outside(thread);
  thread.answer.notes.unsupported = true;
  thread.answer.notes.unsupported_what = "system call";
  return fail(Errno::nosys);
}

void FreebsdKernel::system_call(Thread& thread) {
  thread.cpu.monitor.open = false;
  thread.answer.clear();
  Answered outcome = decode(thread) ? dispatch(thread) : Answered(fail(Errno::fault));
  const abi::Call& call = thread.call;
  if (outcome) {
    thread.answer.outcome = *outcome;
    if (!std::holds_alternative<abi::NotDone>(*outcome)) outside_.answered(thread, call, thread.answer);
  }
  LOG(syscall, "{} at {:#x} ({:#x}, {:#x}, {:#x}, {:#x}, {:#x}) -> {}", abi::name_of(call.system, call.number),
      call.pc.value, call.words[0], call.words[1], call.words[2], call.words[3], call.words[4],
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

// sys/arm/arm/vm_machdep.c: cpu_set_syscall_retval. NotDone is ERESTART: the svc is executed again after the handler,
// registers untouched. Gone is EJUSTRETURN. An error leaves r1 alone.
void FreebsdKernel::finish_call(Thread& thread) {
  abi::Outcome outcome = thread.answer.outcome;
  if (std::holds_alternative<abi::NotDone>(outcome)) return;
  thread.tick = thread.tick + 1;
  if (std::holds_alternative<abi::Gone>(outcome)) return;
  for (const abi::GuestWrite& write : thread.answer.writes)
    if (!store_bytes(write.at.value, write.bytes)) outcome = fail(Errno::fault);
  cpu::State& cpu = thread.cpu;
  if (const auto* finished = std::get_if<abi::Done>(&outcome)) {
    cpu.r[0] = finished->value;
    cpu.r[1] = finished->value2;
    cpu.flags.c = 0;
  } else {
    cpu.r[0] = std::get<abi::Failed>(outcome).error;
    cpu.flags.c = 1;
  }
  cpu.skip_svc();
}

}  // namespace freebsd
}  // namespace sigtape::os

// The Linux/ARM EABI kernel as a guest sees it: what it keeps per address space, and its calls by family.
#pragma once
#include <atomic>
#include <map>
#include <optional>

#include "core/abi/linux/structs_signal.h"
#include "core/os/elf.h"
#include "core/os/kernel.h"
#include "core/os/linux/errors.h"
#include "core/os/linux/layout.h"
#include "core/os/linux/priority_futex.h"

namespace sigtape::os::linux_eabi {

// What setrlimit governs inside the guest's address space; ~0 is RLIM_INFINITY.
struct Limits {
  u64 stack = 8u << 20, data = ~u64{0}, space = ~u64{0};
};

// madvise(MADV_DONTFORK, MADV_WIPEONFORK): acted upon in the child.
struct ForkAdvice {
  bool wipe = false, drop = false;
};

// A handler answers by returning an outcome, or returns nullopt when the outside has filled thread.answer.
using Answered = std::optional<abi::Outcome>;

class LinuxKernel final : public Kernel {
 public:
  explicit LinuxKernel(Context context)
      : space_(context.space), engine_(context.engine), outside_(context.outside), threads_(context.threads) {
    engine_.set_alignment(cpu::Alignment::fix_up);
  }

  abi::System system() const override { return abi::System::linux_eabi; }
  Result<void> start(Thread& thread, const outside::Image& image, const outside::ProgramFile& file) override;
  void begin(Thread& thread) override;
  void system_call(Thread& thread) override;
  void deliver(Thread& thread, const SigInfo& info) override;
  [[nodiscard]] bool restore_mask(Thread& thread) override;
  void fault(Thread& thread, const cpu::Stop& stop) override;

  using Handler = Answered (LinuxKernel::*)(Thread& thread);
  static Handler handler_of(u32 number);

 private:
  // entry.cpp
  Answered dispatch(Thread& thread);
  void finish_call(Thread& thread);

  // seccomp.cpp
  Answered seccomp(Thread& thread);
  Answered prctl(Thread& thread);
  abi::Outcome set_seccomp_strict(Thread& thread);
  Answered set_seccomp_filter(Thread& thread, u32 flags, u32 argument);
  // False: the call is not made, and `outcome`, which comes empty, is what it gives, as of a handler.
  bool passes_seccomp(Thread& thread, Answered& outcome);

  // masks.cpp: calls that set a mask for their duration
  void apply_temporary_mask(Thread& thread);
  void settle_temporary_mask(Thread& thread);

  // memory.cpp, remap.cpp, advice.cpp
  Answered brk(Thread& thread);
  Answered mmap2(Thread& thread);
  Answered munmap(Thread& thread);
  Answered mprotect(Thread& thread);
  Answered mremap(Thread& thread);
  Answered madvise(Thread& thread);
  Answered mincore(Thread& thread);
  Answered msync(Thread& thread);
  Answered mlock(Thread& thread);
  Answered mlock2(Thread& thread);
  Answered munlock(Thread& thread);
  Answered mlockall(Thread& thread);
  Answered munlockall(Thread& thread);
  Answered shmat(Thread& thread);  // segments.cpp
  Answered shmdt(Thread& thread);
  std::optional<Errno> choose_address(u32 wanted, u32 bytes, u32 flags, GuestAddr& at) const;
  std::optional<GuestAddr> free_range(u32 bytes) const;
  bool may_grow_by(u32 bytes, bool is_data) const;  // RLIMIT_AS, RLIMIT_DATA
  mem::Prot prot_of(u32 bits) const;
  abi::Outcome unmap(u32 at, u32 bytes);
  abi::Outcome remap_to(u32 from, u32 old_bytes, u32 to, u32 new_bytes, u32 flags);
  abi::Outcome map_again(u32 from, u32 old_bytes, u32 to, u32 bytes);
  std::optional<Errno> check_resize(u32 from, u32 old_bytes, u32 new_bytes) const;
  Errno advise(u32 begin, u32 end, u32 advice, const mem::Mapping& mapping);
  void clear(u32 begin, u32 end, bool can_be_read);
  void note_fork_advice(u32 begin, u32 end, u32 advice);
  void apply_fork_advice();
  void forget_fork_advice(u32 begin, u32 bytes);
  bool grow_stack(u32 address);
  bool kernel_writable(u32 address, u32 bytes);  // after growing the stack where that makes it so
  bool store_bytes(u32 address, std::span<const u8> bytes);

  // limits.cpp
  void note_limit_change(Thread& thread);

  // signal_calls.cpp
  Answered rt_sigaction(Thread& thread);
  Answered sigaction(Thread& thread);
  Answered rt_sigprocmask(Thread& thread);
  Answered sigprocmask(Thread& thread);
  Answered sigaltstack(Thread& thread);
  Answered rt_sigreturn(Thread& thread);
  Answered sigreturn(Thread& thread);
  Answered change_mask(Thread& thread, u32 how, u64 bits, u64 affected, u64& former);
  Answered change_action(Thread& thread, u32 number, const SigAction* wanted, SigAction& former);
  // 0 or the error number, and what it was before
  u32 set_altstack(Thread& thread, const abi::linux_eabi::StackT& wanted, u32 sp);
  Answered return_from(Thread& thread, u32 frame, bool rt);

  // deliver.cpp, frames.cpp
  bool raise(Thread& thread, const SigInfo& info);  // force_sig: a synchronous signal
  void raise_deadly(Thread& thread, const SigInfo& info);  // force_sig with the default action, whatever is set
  void bad_frame(Thread& thread, Signal signal);
  void default_action(Thread& thread, const SigInfo& info);
  void end_by_signal(Thread& thread, Signal signal, bool core);
  bool run_handler(Thread& thread, const SigInfo& info, const SigAction& action);
  bool build_frame(Thread& thread, const SigInfo& info, const SigAction& action, GuestAddr& frame);

  // clone.cpp, exit.cpp, exec.cpp, private.cpp
  struct CloneWish;
  Answered clone(Thread& thread);
  Answered clone3(Thread& thread);
  Answered fork(Thread& thread);
  Answered vfork(Thread& thread);
  Answered do_clone(Thread& thread, const CloneWish& wish);
  std::unique_ptr<Thread> child_of(Thread& thread, const CloneWish& wish) const;
  Answered exit(Thread& thread);
  Answered exit_group(Thread& thread);
  void end_thread(Thread& thread, const outside::End& end);  // and with the last one the process, as `end` says
  // `thread` is the one that runs; `owner` may be another one that ends with it.
  void leave_locks(Thread& thread, Thread& owner);
  void leave_robust_locks(Thread& thread, Thread& owner);
  bool release_robust_lock(Thread& thread, const Thread& owner, u32 address, bool priority_inheritance, bool pending);
  void clear_child_tid(Thread& thread);
  void wake_one(Thread& thread, u32 address);
  bool shares_memory(const Thread& thread) const;  // is another thread running in this address space?
  bool is_last_of_group(const Thread& thread) const;
  void end_process(Thread& thread, const outside::End& end);
  Answered execve(Thread& thread);
  Answered execveat(Thread& thread);
  Answered do_exec(Thread& thread, u32 path, i32 dirfd, u32 flags, u32 arguments, u32 environment);
  Answered set_tid_address(Thread& thread);
  Answered set_robust_list(Thread& thread);
  Answered get_robust_list(Thread& thread);
  Answered restart_syscall(Thread& thread);
  Answered personality(Thread& thread);
  Answered arm_private(Thread& thread);  // 0xf0000 and up

  // priority_futex.cpp
  Answered futex(Thread& thread);
  Answered lock_pi(Thread& thread, bool only_try);
  Answered unlock_pi(Thread& thread);
  Answered wait_requeue_pi(Thread& thread);
  Answered cmp_requeue_pi(Thread& thread);
  std::optional<std::atomic_ref<u32>> futex_word(u32 address);
  std::optional<Errno> take_priority_lock(u32 address, ThreadId owner, bool others_wait);
  void wait_for_priority_lock(Thread& thread, u32 address);
  void pass_priority_lock(Thread& thread, u32 address, u32 more_bits);
  void wake_priority_waiter(Thread& thread, u32 address, const Thread& sleeper);
  void leave_priority_locks(Thread& thread, const Thread& owner);
  bool is_shared_futex(u32 address, u32 operation) const;

  // fault.cpp
  void memory_fault(Thread& thread, const cpu::Stop& stop);

  // timer.cpp
  bool read_timer_register(Thread& thread, u32 insn);  // false: it is no such instruction
  bool read_counter(Thread& thread, u64& ticks);

  mem::Space& space_;
  cpu::Engine& engine_;
  outside::Outside& outside_;
  const std::map<ThreadId, std::unique_ptr<Thread>>& threads_;

  u32 brk_start_ = 0, brk_end_ = 0;  // brk_end_ as the guest set it, not page aligned
  u32 mmap_base_ = 0;                // mappings are placed below, top down
  u32 sigreturn_page_ = 0;
  bool is_root_ = false;             // when the program began: may map below mmap_min_addr
  u32 personality_ = 0x0080'0000;  // PER_LINUX with ADDR_LIMIT_32BIT, as every EABI program has it
  Limits limits_;
  PriorityFutexes priority_futexes_;
  std::map<u32, ForkAdvice> fork_advice_;  // by page address
};

}  // namespace sigtape::os::linux_eabi

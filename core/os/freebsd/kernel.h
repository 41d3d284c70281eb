// The FreeBSD/armv7 kernel as a guest sees it: what it keeps per address space, and its calls by family.
#pragma once
#include <map>
#include <optional>
#include <set>

#include "core/abi/freebsd/structs.h"
#include "core/os/elf.h"
#include "core/os/freebsd/errors.h"
#include "core/os/freebsd/layout.h"
#include "core/os/freebsd/sleep_queue.h"
#include "core/os/freebsd/user_word.h"
#include "core/os/kernel.h"

namespace sigtape::os::freebsd {

// A handler answers by returning an outcome, or returns nullopt when the outside has filled thread.answer.
using Answered = std::optional<abi::Outcome>;

class FreebsdKernel final : public Kernel {
 public:
  explicit FreebsdKernel(Context context)
      : space_(context.space), engine_(context.engine), outside_(context.outside), threads_(context.threads) {
    engine_.set_alignment(cpu::Alignment::fault);
  }

  abi::System system() const override { return abi::System::freebsd; }
  Result<void> start(Thread& thread, const outside::Image& image, const outside::ProgramFile& file) override;
  void begin(Thread&) override {}
  void system_call(Thread& thread) override;
  void deliver(Thread& thread, const SigInfo& info) override;
  [[nodiscard]] bool restore_mask(Thread& thread) override;
  void fault(Thread& thread, const cpu::Stop& stop) override;

  using Handler = Answered (FreebsdKernel::*)(Thread& thread);
  static Handler handler_of(u32 number);

 private:
  // entry.cpp
  bool decode(Thread& thread);
  Answered dispatch(Thread& thread);
  void finish_call(Thread& thread);
  Answered no_such_call(Thread& thread);
  Answered ask_outside(Thread& thread);
  bool store_bytes(u32 address, std::span<const u8> bytes) { return space_.write(GuestAddr{address}, bytes); }
  template <class T>
  bool give(u32 address, const T& value) {
    return store_bytes(address, bytes_of(value));
  }

  // masks.cpp: calls that set a mask for their duration
  void apply_temporary_mask(Thread& thread);
  void settle_temporary_mask(Thread& thread);

  // start.cpp
  Result<LoadedElf> load_interpreter(const Elf& program, const std::string& program_path);

  // memory.cpp, inherit.cpp
  Answered mmap(Thread& thread);
  Answered munmap(Thread& thread);
  Answered mprotect(Thread& thread);
  Answered madvise(Thread& thread);
  Answered mincore(Thread& thread);
  Answered msync(Thread& thread);
  Answered mlock(Thread& thread);
  Answered mlockall(Thread& thread);
  Answered obreak(Thread& thread);
  Answered sbrk(Thread& thread);
  Answered minherit(Thread& thread);
  std::optional<Errno> check_mmap(const abi::Call& call) const;
  std::optional<GuestAddr> find_space(u32 bytes, u32 from, u32 alignment) const;
  std::optional<Errno> place_mapping(u32 wanted, u32 bytes, u32 flags, u32 page_offset, GuestAddr& at) const;
  u32 mapping_floor() const { return page_up(data_begin_ + largest_data); }
  void apply_inheritance();
  void forget_inheritance(u32 begin, u32 bytes);

  // signal_calls.cpp, contexts.cpp
  Answered sigaction(Thread& thread);
  Answered sigprocmask(Thread& thread);
  Answered sigaltstack(Thread& thread);
  Answered sigreturn(Thread& thread);
  Answered getcontext(Thread& thread);
  Answered setcontext(Thread& thread);
  Answered swapcontext(Thread& thread);
  Answered enter_context(Thread& thread, u32 address);
  abi::freebsd::Ucontext context_of(const Thread& thread) const;

  // deliver.cpp
  bool raise(Thread& thread, const SigInfo& info);  // trapsignal: a synchronous signal
  void default_action(Thread& thread, const SigInfo& info);
  void end_by_signal(Thread& thread, Signal signal, bool core);
  bool run_handler(Thread& thread, const SigInfo& info, const SigAction& action);
  bool build_frame(Thread& thread, const SigInfo& info, const SigAction& action, GuestAddr& frame);

  // threads.cpp
  Answered thr_new(Thread& thread);
  Answered thr_exit(Thread& thread);
  Answered thr_self(Thread& thread);
  Answered thr_kill(Thread& thread);
  Answered thr_suspend(Thread& thread);
  Answered thr_wake(Thread& thread);
  Answered sysarch(Thread& thread);

  // processes.cpp, exec.cpp
  Answered fork(Thread& thread);
  Answered vfork(Thread& thread);
  Answered rfork(Thread& thread);
  Answered fork_copy(Thread& thread);
  Answered fork_sharing(Thread& thread, u64 flags);
  Answered exit(Thread& thread);
  bool is_last_of_group(const Thread& thread) const;
  void end_process(Thread& thread, const outside::End& end);
  Answered execve(Thread& thread);
  Answered fexecve(Thread& thread);
  Answered do_exec(Thread& thread, outside::ExecRequest request, u32 arguments, u32 environment);

  // umtx.cpp, umtx_mutex.cpp, umtx_objects.cpp
  Answered umtx_op(Thread& thread);
  Answered umtx_wait(Thread& thread);
  Answered umtx_wake(Thread& thread);
  Answered umtx_nwake(Thread& thread);
  Answered umutex_lock(Thread& thread);
  Answered umutex_unlock(Thread& thread);
  Answered umutex_wake(Thread& thread);
  Answered umutex_wake2(Thread& thread);
  Answered umutex_set_ceiling(Thread& thread);
  std::optional<Errno> release_umutex(Thread& thread, u32 address);
  Answered ucond_wait(Thread& thread);
  Answered ucond_wake(Thread& thread, u32 count);
  Answered urwlock_read(Thread& thread);
  Answered urwlock_write(Thread& thread);
  Answered urwlock_unlock(Thread& thread);
  Answered usem_wait(Thread& thread);
  Answered usem_wake(Thread& thread);
  Answered usem2_wait(Thread& thread);
  Answered usem2_wake(Thread& thread);
  // Sleeps through the outside's thread.call; what became of it is thread.answer.outcome, Done where somebody woke it.
  bool sleep_on(Thread& thread, const SleepKey& key);
  u32 wake_sleepers(Thread& thread, const SleepKey& key, u32 count);
  void unpark(Thread& thread, const Thread& sleeper);
  UserWord word_at(u32 address);
  bool is_thread_id(i32 lwpid) const;

  mem::Space& space_;
  cpu::Engine& engine_;
  outside::Outside& outside_;
  const std::map<ThreadId, std::unique_ptr<Thread>>& threads_;

  u32 os_release_ = 0;  // p_osrel: of the ABI tag note, 0 without one
  u32 data_begin_ = 0;  // vm_daddr
  u32 break_ = 0, lowest_break_ = 0;
  u32 stack_bytes_ = 0;
  std::map<u32, u32> inheritance_;  // minherit, by page: what is not INHERIT_COPY
  SleepQueue sleepers_;
  std::set<i32> woken_early_;  // thr_wake before thr_suspend (TDF_THRWAKEUP), by lwpid
};

// Thread::id is the host's.
inline i32 lwpid_of(const Thread& thread) { return thread.id.value + abi::freebsd::first_thread_id; }

}  // namespace sigtape::os::freebsd

// clone, clone3, fork, vfork: kernel/fork.c's checks, the child's registers, the stores of thread ids.
#include "core/abi/linux/structs.h"
#include "core/os/linux/frames.h"
#include "core/os/linux/kernel.h"
#include "core/os/linux/sets.h"

namespace sigtape::os::linux_eabi {

namespace {

// include/uapi/linux/sched.h
enum : u64 {
  clone_newtime = 0x80,
  clone_signal_mask = 0xff,
  clone_vm = 0x100,
  clone_fs = 0x200,
  clone_sighand = 0x800,
  clone_pidfd = 0x1000,
  clone_vfork = 0x4000,
  clone_thread = 0x1'0000,
  clone_newns = 0x2'0000,
  clone_settls = 0x8'0000,
  clone_parent_settid = 0x10'0000,
  clone_child_cleartid = 0x20'0000,
  clone_detached = 0x40'0000,
  clone_child_settid = 0x100'0000,
  clone_newuser = 0x1000'0000,
  clone_newpid = 0x2000'0000,
  clone_clear_sighand = 0x1'0000'0000,
  clone_into_cgroup = 0x2'0000'0000,
};
constexpr u32 clone_args_first_size = 64;

}  // namespace

struct LinuxKernel::CloneWish {
  u64 flags = 0;
  i32 exit_signal = 0;
  u32 sp = 0;  // 0: as the parent's
  u32 tls = 0, parent_tid = 0, child_tid = 0, pidfd = 0;
};

// copy_thread and copy_signal: the child stands behind the svc with r0 = 0.
std::unique_ptr<Thread> LinuxKernel::child_of(Thread& thread, const CloneWish& wish) const {
  auto child = std::make_unique<Thread>(engine_.make_state());
  child->cpu = thread.cpu;
  cpu::State& cpu = child->cpu;
  cpu.r[0] = 0;
  cpu.skip_svc();
  if (wish.sp) cpu.r[13] = wish.sp;
  if (wish.flags & clone_settls) cpu.tpidruro = wish.tls;
  child->mask = thread.mask;
  child->group = thread.group;
  child->seccomp_filter = thread.seccomp_filter;
  child->seccomp_strict = thread.seccomp_strict;
  if (wish.flags & clone_vfork) child->altstack = thread.altstack;  // otherwise gone with CLONE_VM
  if (wish.flags & clone_child_settid) child->set_child_tid = GuestAddr{wish.child_tid};
  if (wish.flags & clone_child_cleartid) child->clear_child_tid = GuestAddr{wish.child_tid};
  return child;
}

Answered LinuxKernel::do_clone(Thread& thread, const CloneWish& wish) {
  u64 flags = wish.flags;
  if ((flags & clone_fs) && (flags & (clone_newns | clone_newuser))) return fail(Errno::inval);
  if ((flags & clone_thread) && !(flags & clone_sighand)) return fail(Errno::inval);
  if ((flags & clone_sighand) && !(flags & clone_vm)) return fail(Errno::inval);
  if ((flags & clone_thread) && (flags & (clone_newuser | clone_newpid))) return fail(Errno::inval);
  if ((flags & clone_pidfd) && (flags & (clone_detached | clone_thread))) return fail(Errno::inval);
  if ((flags & clone_sighand) && (flags & clone_clear_sighand)) return fail(Errno::inval);
  outside::CloneRequest request{flags, wish.exit_signal, GuestAddr{(flags & clone_pidfd) ? wish.pidfd : 0}};
  abi::Answer& answer = thread.answer;
  auto store_parent_tid = [&] {
    const auto* finished = std::get_if<abi::Done>(&answer.outcome);
    if (finished && finished->value != 0 && (flags & clone_parent_settid))
      store_bytes(wish.parent_tid, bytes_of(finished->value));
  };
  if (flags & clone_thread) {
    outside_.start_thread(thread, thread.call, request, child_of(thread, wish), answer);
    store_parent_tid();
    return std::nullopt;
  }
  if (flags & clone_vm) {
    auto child = child_of(thread, wish);
    child->group = std::make_shared<Group>();
    child->group->is_vfork_child = true;
    child->group->dispositions = (flags & clone_sighand) ? thread.group->dispositions
                                                         : std::make_shared<Dispositions>(*thread.group->dispositions);
    if (flags & clone_clear_sighand)
      for (SigAction& action : child->group->dispositions->action)
        if (!action.is_ignore()) action = {};
    if (flags & clone_parent_settid) child->set_parent_tid = GuestAddr{wish.parent_tid};
    outside_.vfork(thread, thread.call, request, std::move(child), answer);
    return std::nullopt;
  }
  outside_.fork(thread, thread.call, request, answer);
  const auto* finished = std::get_if<abi::Done>(&answer.outcome);
  if (!finished || finished->value != 0) {
    store_parent_tid();
    return std::nullopt;
  }
  // The child, alone in a copy of the address space.
  priority_futexes_.clear();
  apply_fork_advice();
  if (wish.sp) thread.cpu.r[13] = wish.sp;
  if (flags & clone_settls) thread.cpu.tpidruro = wish.tls;
  thread.mask_to_restore.reset();
  thread.clear_child_tid = GuestAddr{(flags & clone_child_cleartid) ? wish.child_tid : 0};
  thread.robust_list = GuestAddr{0};
  if (flags & clone_child_settid) store_bytes(wish.child_tid, bytes_of(thread.id.value));
  if (flags & clone_clear_sighand)
    for (SigAction& action : thread.group->dispositions->action)
      if (!action.is_ignore()) action = {};
  return std::nullopt;
}

// schedule_tail: the new thread itself stores its id.
void LinuxKernel::begin(Thread& thread) {
  if (!thread.set_parent_tid.is_null()) store_bytes(thread.set_parent_tid.value, bytes_of(thread.id.value));
  if (!thread.set_child_tid.is_null()) store_bytes(thread.set_child_tid.value, bytes_of(thread.id.value));
  thread.set_parent_tid = thread.set_child_tid = GuestAddr{0};
}

// clone(flags, sp, parent_tid, tls, child_tid): CONFIG_CLONE_BACKWARDS
Answered LinuxKernel::clone(Thread& thread) {
  const abi::Call& call = thread.call;
  CloneWish wish{.flags = call.word(0) & ~clone_signal_mask,
                 .exit_signal = static_cast<i32>(call.word(0) & clone_signal_mask)};
  wish.sp = call.word(1);
  wish.parent_tid = wish.pidfd = call.word(2);
  wish.tls = call.word(3);
  wish.child_tid = call.word(4);
  if ((wish.flags & clone_pidfd) && (wish.flags & clone_parent_settid)) return fail(Errno::inval);
  return do_clone(thread, wish);
}

Answered LinuxKernel::clone3(Thread& thread) {
  u32 at = thread.call.word(0), bytes = thread.call.word(1);
  if (bytes > mem::page_size) return fail(Errno::too_big);
  if (bytes < clone_args_first_size) return fail(Errno::inval);
  u8 raw[mem::page_size] = {};
  if (!space_.read(GuestAddr{at}, {raw, bytes})) return fail(Errno::fault);
  for (u32 i = sizeof(abi::linux_eabi::CloneArgs); i < bytes; i++)
    if (raw[i]) return fail(Errno::too_big);
  auto args = load<abi::linux_eabi::CloneArgs>(raw);
  if (args.exit_signal > 64 || (args.flags & (clone_signal_mask & ~clone_newtime)) || (args.flags & clone_detached))
    return fail(Errno::inval);
  if ((args.flags & (clone_thread | 0x8000)) && args.exit_signal) return fail(Errno::inval);  // 0x8000: CLONE_PARENT
  if ((args.stack == 0) != (args.stack_size == 0)) return fail(Errno::inval);
  if (args.set_tid_size || (args.flags & clone_into_cgroup)) {
    thread.answer.notes.unsupported = true;
    thread.answer.notes.unsupported_what = "clone3 with set_tid or a cgroup";
    return fail(args.set_tid_size ? Errno::perm : Errno::inval);  // as without CAP_CHECKPOINT_RESTORE
  }
  CloneWish wish{.flags = args.flags, .exit_signal = static_cast<i32>(args.exit_signal)};
  wish.sp = static_cast<u32>(args.stack + args.stack_size);
  wish.tls = static_cast<u32>(args.tls);
  wish.parent_tid = static_cast<u32>(args.parent_tid);
  wish.child_tid = static_cast<u32>(args.child_tid);
  wish.pidfd = static_cast<u32>(args.pidfd);
  return do_clone(thread, wish);
}

Answered LinuxKernel::fork(Thread& thread) { return do_clone(thread, {.exit_signal = signal::chld}); }
Answered LinuxKernel::vfork(Thread& thread) {
  return do_clone(thread, {.flags = clone_vm | clone_vfork, .exit_signal = signal::chld});
}

}  // namespace sigtape::os::linux_eabi

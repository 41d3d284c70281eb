// fork as a fork, and vfork as what it is: another process in the same memory.
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/sanitizer.h"
#if SIGTAPE_ASAN
#include <sanitizer/asan_interface.h>
#endif

#include "core/base/check.h"
#include "core/base/log.h"
#include "core/outside/live_state.h"
#include "core/outside/raw_syscall.h"

namespace sigtape::outside {
namespace {

// Thread ids and the thread pointer are stored by the kernel side, in guest memory; CLONE_VM is a matter of the call.
constexpr u64 kernel_side_flags =
    CLONE_VM | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | CLONE_DETACHED;
constexpr u64 clear_sighand = u64{1} << 32;  // clone3's only
constexpr u64 low_flags = 0xffff'ff00;       // what clone(2) has room for

struct CloneAnswer {
  long pid;
  i32 pidfd = -1;
};

// libc's fork where it will do: it waits for other threads to be out of malloc.
CloneAnswer host_fork(const CloneRequest& request) {
  u64 flags = request.flags & ~kernel_side_flags & low_flags;
  CloneAnswer made{};
  if (flags == 0 && request.exit_signal == SIGCHLD) {
    made.pid = ::fork();
    if (made.pid < 0) made.pid = -errno;
    return made;
  }
  made.pid = raw_syscall(SYS_clone, flags | static_cast<u64>(request.exit_signal), nullptr, &made.pidfd, nullptr, 0);
  return made;
}

struct SharedBeginning {
  LiveState* state;
  HostThread* host;
  u64 flags;
};

// In the child, on a stack of its own. With CLONE_VFORK it runs with the parent thread's TLS, the parent being held by
// the kernel; otherwise with that of a host thread that waits for its end.
int shared_child_main(void* raw) {
  SharedBeginning beginning = *static_cast<SharedBeginning*>(raw);
  LiveState& s = *beginning.state;
  HostThread& host = *beginning.host;
  current_host_thread = &host;
  i32 pid = static_cast<i32>(raw_syscall(SYS_getpid));
  if (!(beginning.flags & CLONE_VFORK)) s.take_baton(host);  // which the parent has until it has adopted the child
  os::Thread& thread = *host.thread;
  if (beginning.flags & CLONE_VFORK) {  // the parent can't do it before the child is over
    thread.id = ThreadId{pid};
    thread.group->pid = pid;
    s.inside->adopt(std::unique_ptr<os::Thread>(&thread));
    host.tid.store(pid, std::memory_order_release);
  }
  host.slice_start = thread.tick.value;
  if (beginning.flags & clear_sighand) mirror_start(s.system, s.options.delivery, inherited_ignored());
  s.hooks.vfork_child_begins(thread);
  host.real_mask = s.host_mask(thread.mask);
  set_real_mask(host.real_mask);
  s.inside->run(thread);
  UNREACHABLE("a process that shares memory came back from its end");
}

u8* take_stack(LiveState& s) {
  if (!s.free_stacks.empty()) {
    u8* stack = s.free_stacks.back();
    s.free_stacks.pop_back();
#if SIGTAPE_ASAN
    __asan_unpoison_memory_region(stack, LiveState::stack_bytes);  // its last user ended in the middle of a call
#endif
    return stack;
  }
  void* at = mmap(nullptr, LiveState::stack_bytes, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (at == MAP_FAILED) return nullptr;
  mprotect(at, 4096, PROT_NONE);
  return static_cast<u8*>(at);
}

HostThread& new_shared_child(LiveState& s, os::Thread& child) {
  HostThread& born = s.new_host_thread(&child);
  born.is_vfork_child = true;
  // Its descriptor table and its limits are copies.
  born.own_fds = std::make_shared<OwnFds>(*s.host().own_fds);
  born.limits = std::make_shared<KeptLimits>(*s.host().limits);
  return born;
}

void put_pidfd(HostThread& host, const CloneRequest& request, i32 pidfd, abi::Answer& answer) {
  if (!(request.flags & CLONE_PIDFD)) return;
  u8* staged = host.staging.allocate(sizeof pidfd);
  store(staged, pidfd);
  answer.writes.push_back({request.pidfd, {staged, sizeof pidfd}});
}

// CLONE_VM without CLONE_VFORK: two processes at once in the same memory. Libc's own data in that memory want a thread
// of libc's behind each, so a keeper lends the child its TLS: it makes the child, and then only waits for its end.
struct Keeper {
  LiveState* state;
  HostThread* keeper;
  HostThread* born;
  const CloneRequest* request;
  u8* stack;
  i32 pidfd = -1;
  std::atomic<i32> pid{0};  // of the child, or -errno
};

void* keeper_main(void* raw) {
  auto& shared = *static_cast<Keeper*>(raw);
  block_all();
  LiveState& s = *shared.state;
  HostThread &keeper = *shared.keeper, &born = *shared.born;
  u8* stack = shared.stack;
  SharedBeginning beginning{&s, &born, shared.request->flags};
  std::atomic<i32> alive{1};  // cleared by the kernel when the child leaves this memory, by exec or by its end
  u64 flags = (beginning.flags & ~kernel_side_flags & low_flags) | CLONE_VM | CLONE_CHILD_CLEARTID;
  int pid = clone(shared_child_main, stack + LiveState::stack_bytes,
                  static_cast<int>(flags | static_cast<u64>(shared.request->exit_signal)), &beginning, &shared.pidfd,
                  nullptr, &alive);
  shared.pid.store(pid < 0 ? -errno : pid, std::memory_order_release);
  raw_syscall(SYS_futex, &shared.pid, FUTEX_WAKE_PRIVATE, 1);
  if (pid >= 0) {
    while (alive.load(std::memory_order_acquire)) raw_syscall(SYS_futex, &alive, FUTEX_WAIT, 1, nullptr);
    current_host_thread = &keeper;
    if (s.baton.inherit(born.waiter, keeper.waiter))
      keeper.holds_baton = true;
    else
      s.take_baton(keeper);
    os::Thread* left = born.thread;
    s.hooks.vfork_child_gone(*left);
    s.inside->forget(*left);
    s.sharing_processes--;
    delete &born;
    s.free_stacks.push_back(stack);
    current_host_thread = nullptr;
    s.put_down_baton(keeper);
  }
  delete &keeper;
  return nullptr;
}

void start_sharing_process(LiveState& s, HostThread& host, const abi::Call& call, const CloneRequest& request,
                           std::unique_ptr<os::Thread> child, abi::Answer& answer) {
  auto fail = [&](int error) { answer.outcome = abi::Failed{guest_error_of(call.system, error)}; };
  u8* stack = take_stack(s);
  if (!stack) return fail(ENOMEM);
  HostThread& born = new_shared_child(s, *child);
  Keeper keeper{&s, &s.new_host_thread(nullptr), &born, &request, stack};
  int error = s.create_host_thread(keeper_main, &keeper);
  if (error) {
    delete keeper.keeper;
  } else {
    while (keeper.pid.load(std::memory_order_acquire) == 0)
      raw_syscall(SYS_futex, &keeper.pid, FUTEX_WAIT_PRIVATE, 0, nullptr);
    if (keeper.pid.load() < 0) error = -keeper.pid.load();
  }
  if (error) {
    delete &born;
    s.free_stacks.push_back(stack);
    return fail(error);
  }
  i32 pid = keeper.pid.load();
  child->id = ThreadId{pid};
  child->group->pid = pid;
  s.sharing_processes++;
  s.inside->adopt(std::move(child));
  put_pidfd(host, request, keeper.pidfd, answer);
  answer.outcome = abi::Done{static_cast<u32>(pid)};
}

}  // namespace

void Live::fork(os::Thread& thread, const abi::Call& call, const CloneRequest& request, abi::Answer& answer) {
  LiveState& s = *state_;
  HostThread& host = s.host(thread);
  host.staging.reset();
  block_all();
  if (host.pending) {
    answer.outcome = abi::NotDone{};
    return;
  }
  // A child has none of its parent's locks.
  if (s.shared) s.shared->put_down();
  CloneAnswer made = host_fork(request);
  if (s.shared && made.pid != 0) s.shared->take();
  if (made.pid < 0) {
    answer.outcome = abi::Failed{guest_error_of(call.system, static_cast<int>(-made.pid))};
  } else if (made.pid > 0) {
    LOG(thread, "{} forked {}", thread.id.value, made.pid);
    put_pidfd(host, request, made.pidfd, answer);
    answer.outcome = abi::Done{static_cast<u32>(made.pid)};
  } else {
    s.baton.reset(host.waiter);
    s.leader_status.reset();
    s.sharing_processes = 0;
    host.is_leader = true;
    host.is_vfork_child = false;
    thread.id = ThreadId{static_cast<i32>(raw_syscall(SYS_gettid))};
    thread.group->pid = static_cast<i32>(raw_syscall(SYS_getpid));
    thread.group->is_vfork_child = false;
    s.inside->forget_all_but(thread);
    if (request.flags & clear_sighand) mirror_start(s.system, s.options.delivery, inherited_ignored());
    answer.outcome = abi::Done{0};
  }
  s.unblock(host);
}

void Live::vfork(os::Thread& parent, const abi::Call& call, const CloneRequest& request,
                 std::unique_ptr<os::Thread> child, abi::Answer& answer) {
  LiveState& s = *state_;
  HostThread& host = s.host(parent);
  host.staging.reset();
  block_all();
  if (host.pending) {
    answer.outcome = abi::NotDone{};
    return;
  }
  if (!(request.flags & CLONE_VFORK)) {
    start_sharing_process(s, host, call, request, std::move(child), answer);
    s.unblock(host);
    return;
  }
  u8* stack = take_stack(s);
  HostThread& born = new_shared_child(s, *child);
  SharedBeginning beginning{&s, &born, request.flags};
  u64 flags = (request.flags & ~kernel_side_flags & low_flags) | CLONE_VM;
  // The baton goes from parent to child and back: the kernel holds the parent meanwhile.
  host.holds_baton = false;
  born.holds_baton = true;
  s.baton.inherit(host.waiter, born.waiter);
  i32 pidfd = -1;
  int pid = -1, error = ENOMEM;
  if (stack) {
    pid = clone(shared_child_main, stack + LiveState::stack_bytes,
                static_cast<int>(flags | static_cast<u64>(request.exit_signal)), &beginning, &pidfd);
    error = errno;
  }
  current_host_thread = &host;
  if (s.baton.inherit(born.waiter, host.waiter))
    host.holds_baton = true;
  else
    s.take_baton(host);
  if (pid < 0) {
    answer.outcome = abi::Failed{guest_error_of(call.system, error)};
  } else {
    os::Thread* left = child.release();  // the machine's, since the child began
    bool began = born.tid.load(std::memory_order_acquire) != 0;
    if (began) {
      s.hooks.vfork_child_gone(*left);
      s.inside->forget(*left);
    } else {
      delete left;  // killed before its first step
    }
    put_pidfd(host, request, pidfd, answer);
    answer.outcome = abi::Done{static_cast<u32>(pid)};
    LOG(thread, "{} had {} in its memory, which is gone", parent.id.value, pid);
  }
  delete &born;
  if (stack) s.free_stacks.push_back(stack);
  s.unblock(host);
}

}  // namespace sigtape::outside

// Guest threads as host threads: their beginning and end, and the end of the process.
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

#include "core/base/check.h"
#include "core/base/log.h"
#include "core/outside/live_state.h"
#include "core/outside/raw_syscall.h"

namespace sigtape::outside {
namespace {

struct Beginning {
  LiveState* state;
  HostThread* host;
};

void* thread_main(void* raw) {
  Beginning beginning = *static_cast<Beginning*>(raw);
  HostThread& host = *beginning.host;
  LiveState& s = *beginning.state;
  block_all();  // libc leaves 32 open in a new thread
  current_host_thread = &host;
  // What a pthread shares and this clone did not ask for.
  if (!(host.clone_flags & CLONE_FILES)) raw_syscall(SYS_unshare, CLONE_FILES);
  if (!(host.clone_flags & CLONE_FS)) raw_syscall(SYS_unshare, CLONE_FS);
  host.tid.store(static_cast<i32>(raw_syscall(SYS_gettid)), std::memory_order_release);
  raw_syscall(SYS_futex, &host.tid, FUTEX_WAKE_PRIVATE, 1);
  // `beginning` is gone from here on; the parent keeps the baton until its call is over.
  s.take_baton(host);
  os::Thread& thread = *host.thread;
  host.slice_start = thread.tick.value;
  host.real_mask = s.host_mask(thread.mask);
  set_real_mask(host.real_mask);
  s.inside->run(thread);
  s.inside->forget(thread);
  host.thread = nullptr;
  current_host_thread = nullptr;
  s.put_down_baton(host);
  delete &host;
  return nullptr;
}

// The first pthread_create gives signal 33 to libc's setxid broadcast and opens it: the guest's disposition is put back
// afterwards, and what was pending meanwhile is kept from libc's handler.
class KeepSignal33 {
 public:
  explicit KeepSignal33(bool wanted) : wanted_(wanted) {
    if (!wanted_) return;
    raw_syscall(SYS_rt_sigaction, 33, nullptr, action_, 8);
    const u64 set = u64{1} << 32;
    const timespec now{};
    siginfo_t info;
    while (raw_syscall(SYS_rt_sigtimedwait, &set, &info, &now, 8) == 33) pending_.push_back(info);
  }
  ~KeepSignal33() {
    if (!wanted_) return;
    block_all();
    raw_syscall(SYS_rt_sigaction, 33, action_, nullptr, 8);
    for (siginfo_t& info : pending_)
      raw_syscall(SYS_rt_tgsigqueueinfo, raw_syscall(SYS_getpid), raw_syscall(SYS_gettid), 33, &info);
  }

 private:
  bool wanted_;
  u64 action_[4] = {};
  std::vector<siginfo_t> pending_;
};

// A captured signal for the whole process goes to another thread (kernel/signal.c: retarget_shared_pending); one for
// this thread alone goes with it.
void leave_signal_to_others(HostThread& host) {
  block_all();
  if (!host.pending) return;
  host.pending = 0;
  const siginfo_t& info = host.capture.info;
  if (info.si_code != SI_TKILL) queue_to_process(info.si_signo, info);
}

constexpr u32 linux_exit = 1;  // the thread's own; exit_group is the process's

}  // namespace

int LiveState::create_host_thread(void* (*entry)(void*), void* argument) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, stack_bytes);
  KeepSignal33 keep(!has_made_threads);
  pthread_t unused;
  int error = pthread_create(&unused, &attributes, entry, argument);
  has_made_threads = true;
  pthread_attr_destroy(&attributes);
  return error;
}

void Live::start_thread(os::Thread& parent, const abi::Call& call, const CloneRequest& request,
                        std::unique_ptr<os::Thread> child, abi::Answer& answer) {
  LiveState& s = *state_;
  HostThread& host = s.host(parent);
  block_all();
  if (host.pending) {
    answer.outcome = abi::NotDone{};
    return;
  }
  HostThread& born = s.new_host_thread(child.get());
  born.clone_flags = request.flags;
  Beginning beginning{&s, &born};
  int error = s.create_host_thread(thread_main, &beginning);
  if (error) {
    delete &born;
    answer.outcome = abi::Failed{guest_error_of(call.system, error)};
  } else {
    while (born.tid.load(std::memory_order_acquire) == 0)
      raw_syscall(SYS_futex, &born.tid, FUTEX_WAIT_PRIVATE, 0, nullptr);
    child->id = ThreadId{born.tid.load()};
    s.inside->adopt(std::move(child));
    answer.outcome = abi::Done{static_cast<u32>(born.tid.load())};
    LOG(thread, "{} started {}", parent.id.value, born.tid.load());
  }
  s.unblock(host);
}

void Live::end_thread(os::Thread& thread) {
  LiveState& s = *state_;
  HostThread& host = s.host(thread);
  leave_signal_to_others(host);
  LOG(thread, "{} ends", thread.id.value);
  if (!host.is_leader && !host.is_vfork_child) return;  // thread_main goes on
  // The host's leader stays a zombie until the others are gone, as the guest's must.
  i32 status = static_cast<i32>(thread.call.word(0) & 0xff);
  if (host.is_leader) {
    s.leader_status = status;
    s.inside->forget(thread);
    s.put_down_baton(host);
  }
  while (true) raw_syscall(SYS_exit, status);
}

void Live::end_process(os::Thread& thread, const End& end) {
  LiveState& s = *state_;
  i32 status = end.status;
  HostThread& host = s.host(thread);
  if (s.sharing_processes > 0) {  // the others in this memory go on
    block_all();
    s.put_down_baton(host);
  }
  if (s.shared && !host.is_vfork_child) s.shared->put_down();
  if (end.kind == EndKind::signal) {
    int signal = host_signal_of(s.system, os::Signal{end.status});
    LOG(signal, "{} ends by signal {}", thread.id.value, end.status);
    block_all();
    // A core file would be ours and not the guest's. Where cores go to a pipe, the limit is not looked at.
    const rlimit none{0, 0};
    raw_syscall(SYS_prlimit64, 0, RLIMIT_CORE, &none, nullptr);
    raw_syscall(SYS_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
    const u64 standard[4] = {};
    raw_syscall(SYS_rt_sigaction, signal, standard, nullptr, 8);
    raw_syscall(SYS_tgkill, raw_syscall(SYS_getpid), raw_syscall(SYS_gettid), signal);
    if (signal > 0) set_real_mask(~(u64{1} << (signal - 1)));
    status = 128 + signal;
  } else if (s.leader_status && thread.call.system == abi::System::linux_eabi && thread.call.number == linux_exit) {
    status = *s.leader_status;  // the last thread out does not decide; wait(2) shows the leader's status
  }
  while (true) raw_syscall(SYS_exit_group, status);
}

}  // namespace sigtape::outside

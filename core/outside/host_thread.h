// What Live keeps for one host thread (or vfork child): its capture slot, its place in the baton's queue, its staging.
#pragma once
#include <signal.h>

#include <atomic>
#include <memory>

#include "core/base/clock.h"
#include "core/cpu/engine.h"
#include "core/os/thread.h"
#include "core/outside/baton.h"
#include "core/outside/linux_limits.h"
#include "core/outside/own_fds.h"
#include "core/outside/safe_syscall.h"
#include "core/outside/staging.h"

namespace sigtape::outside {

// What the host pc was inside of when the signal came.
enum class CaptureSpot : u8 {
  elsewhere,     // guest code, the kernel side, after a call
  before_issue,  // on the way into a call, before its syscall instruction
  rewound,       // in a call that the kernel has undone and is about to issue again
};

// Filled by the host's handler; async-signal-safe by being plain memory of the interrupted thread.
struct Capture {
  siginfo_t info;
  u64 captured_ns = 0;
  CaptureSpot spot = CaptureSpot::elsewhere;
};

struct CaptureTrace;  // live.h

struct HostThread {
  // 1 while a captured signal waits for take_signal. The first member, tested by safe_syscall.
  volatile u32 pending = 0;
  // take_signal has been called, set_mask not yet: all signals are still blocked.
  bool taken = false;
  volatile CallPhase phase = CallPhase::elsewhere;
  volatile bool holds_baton = false;
  Capture capture;
  CaptureTrace* trace = nullptr;  // during a call in the modes that only look first
  cpu::Engine* engine = nullptr;
  os::Thread* thread = nullptr;
  Baton::Waiter waiter;
  FastClock clock;
  Staging staging;
  // Shared by the threads of a process; a vfork child has its own.
  std::shared_ptr<OwnFds> own_fds;
  std::shared_ptr<KeptLimits> limits;
  u64 real_mask = 0;  // what the host thread's mask was last set to, outside of captures and of our own critical parts
  u32 waits_slept_out = 0;  // since one was cut short by a wake that came at once (CallContext::await_wake)
  u64 slice_start = 0;     // thread->tick when the baton was taken
  bool is_leader = false;  // the host process's first thread, which stays until the end
  bool is_vfork_child = false;
  u64 clone_flags = 0;      // of its own creation: what the host thread has to undo, once it runs
  std::atomic<i32> tid{0};  // published by the host thread when it begins
};

// The calling thread's; nullptr where it has none. Async-signal-safe: initial-exec TLS is a fixed offset from fs.
extern constinit thread_local HostThread* current_host_thread __attribute__((tls_model("initial-exec")));

}  // namespace sigtape::outside

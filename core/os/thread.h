// What the emulated kernel keeps for one guest thread and for its thread group.
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "core/abi/call.h"
#include "core/base/strong.h"
#include "core/cpu/engine.h"
#include "core/os/signal_info.h"

namespace sigtape::os {

namespace linux_eabi {
class SeccompFilter;
}

// Shared by the threads of a process (CLONE_SIGHAND); a vfork child has its own copy. Changed under the baton only, so
// handler, flags and mask change together for all threads.
struct Dispositions {
  std::array<SigAction, 129> action{};  // index: signal number
};

// A thread group: what has one pid. A vfork child shares the address space with its parent but is a group of its own.
struct Group {
  i32 pid = 0;
  std::shared_ptr<Dispositions> dispositions = std::make_shared<Dispositions>();
  bool is_vfork_child = false;
};

enum class Life : u8 {
  running,
  ended,      // thread exit; the others go on
  group_ended // the whole process is over
};

struct Thread {
  // With a state of the engine that is to run it, where there is one.
  explicit Thread(cpu::StatePtr state = cpu::StatePtr{new cpu::State}) : held_state(std::move(state)) {}

  ThreadId id;
  const cpu::StatePtr held_state;
  cpu::State& cpu = *held_state;
  Tick tick;  // retired instructions, svc included once its call is over
  std::shared_ptr<Group> group;
  Life life = Life::running;

  // signals
  SigSet mask;
  // During and after sigsuspend, ppoll…: the mask before the call, which goes into the first frame. Where no handler
  // runs, Kernel::restore_mask puts it back.
  std::optional<SigSet> mask_to_restore;
  AltStack altstack;

  // Where Kernel::begin stores the new thread's id (CLONE_CHILD_SETTID; CLONE_PARENT_SETTID of a vfork child).
  GuestAddr set_child_tid, set_parent_tid;

  // What the last fault was, as signal frames show it (Linux: trap_no, error_code, fault_address of sigcontext).
  u32 trap_number = 0, fault_status = 0, fault_address = 0;

  // seccomp(2) of Linux guests: what keeps calls from being made. Inherited by children, filters also over exec.
  std::shared_ptr<const linux_eabi::SeccompFilter> seccomp_filter;
  bool seccomp_strict = false;

  // thread exit
  GuestAddr clear_child_tid;
  GuestAddr robust_list;
  u32 robust_list_bytes = 0;

  abi::Call call;      // the call it is in, or was in last
  abi::Answer answer;  // reused, so that its buffers are
};

}  // namespace sigtape::os

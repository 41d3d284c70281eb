// What the parts of Live share: one per host process (and its vfork children, which share its memory).
#pragma once
#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <vector>

#include "core/base/check.h"
#include "core/outside/baton.h"
#include "core/outside/capture.h"
#include "core/outside/exec_target.h"
#include "core/outside/host_call.h"
#include "core/outside/host_thread.h"
#include "core/outside/live.h"

namespace sigtape::outside {

// A program file, mapped as long as anyone holds it.
struct LiveProgramFile final : ProgramFile {
  LiveProgramFile() = default;
  ~LiveProgramFile();
  LiveProgramFile(const LiveProgramFile&) = delete;
  OwnFds* owner = nullptr;
  HostFd named{-1};  // the file under its own name: `fd`, or what that is a copy of
};

struct LiveState {
  LiveState(LiveOptions given, LiveHooks& recorder);

  LiveOptions options;
  LiveHooks& hooks;
  PathRoot root;
  Baton baton;
  SharedBatons* shared = nullptr;  // taken after the baton, put down before it
  Inside* inside = nullptr;
  Image image;
  GuestAddr first_stack;  // see Live::first_stack
  std::shared_ptr<LiveProgramFile> program;
  abi::System system = abi::System::linux_eabi;
  HostFd self{-1};                   // the sigtape binary, O_PATH
  std::optional<i32> leader_status;  // the first thread has ended, others go on
  bool has_made_threads = false;
  int sharing_processes = 0;                            // children in the same memory that run beside their parent
  std::map<ThreadId, std::atomic<u32>> parking_places;  // of CallContext::parking_place
  std::array<std::atomic<u32>, 64> wakes{};             // of futexes, counted by their address's lower bits
  std::vector<u8*> free_stacks;                         // for vfork children, stack_bytes each

  static constexpr u64 stack_bytes = 1 << 20;
  // Instructions between two chances for others: with others waiting, and without.
  static constexpr u64 contended_slice = 16'000, quiet_slice = 4'000'000;

  HostThread& host() const {
    CHECK_THAT(current_host_thread, "a host thread without a guest thread asks the host");
    return *current_host_thread;
  }
  HostThread& host(const os::Thread& thread) const {  // the same, and it must be that thread's
    HostThread& own = host();
    CHECK_THAT(own.thread == &thread, "thread {} asks in the host thread of {}", thread.id.value,
               own.thread ? own.thread->id.value : 0);
    return own;
  }
  std::atomic<u32>& wakes_at(GuestAddr word) { return wakes[(word.value >> 2) % wakes.size()]; }
  void take_baton(HostThread& host);
  void put_down_baton(HostThread& host);
  // The mask belongs to the guest again after a capture was taken, also where nobody called set_mask.
  void settle(HostThread& host);
  // Ends a part of ours with all signals blocked.
  void unblock(HostThread& host);
  HostThread& new_host_thread(os::Thread* thread);
  u64 host_mask(const os::SigSet& set) const { return host_set_of(system, set); }

  // A detached host thread with a stack of stack_bytes; all signals must be blocked. Answers errno.
  int create_host_thread(void* (*entry)(void*), void* argument);

  Result<HostFd> self_descriptor();
  Result<std::shared_ptr<LiveProgramFile>> load_program(OpenFile file, const std::string& guest_path);
};

// The host's name of a thread, as the kernel gives it at execve: the file's name.
void set_thread_name(const std::string& path);
// /proc/PID/cmdline begins with the guest's own arguments, which follow ours in the argument area.
void show_arguments_from(const char* first_argument);

}  // namespace sigtape::outside

// The one door between the guest and everything else. Live asks the host, the recorder wraps it, the replayer replaces
// it; nothing in core knows which. All members are called with the baton held; those that say so may put it down
// meanwhile, and have taken it up again when they return.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/abi/call.h"
#include "core/base/result.h"
#include "core/cpu/engine.h"
#include "core/mem/space.h"
#include "core/os/thread.h"

namespace sigtape::outside {

// How a process image begins: what execve hands over. Random bytes and ids come from outside and so go on the tape.
struct Image {
  std::string path;  // as given to execve: AT_EXECFN
  std::vector<std::string> arguments, environment;
  std::array<u8, 32> random{};
  u32 uid = 0, euid = 0, gid = 0, egid = 0;
  i32 pid = 0;
  u64 stack_limit = 8u << 20;                // RLIMIT_STACK; ~0 for RLIM_INFINITY, as the two below
  u64 data_limit = ~u64{0};                  // RLIMIT_DATA
  u64 space_limit = ~u64{0};                 // RLIMIT_AS
  u32 personality = 0;                       // of the image before it
  std::vector<u64> seccomp;                  // its filters: SeccompFilter::chain
  os::SigSet mask, ignored, pending_unused;  // inherited over exec
};

// A program file opened for loading. `bytes` stays valid as long as the object; `fd` may be mapped by Space::map_file.
struct ProgramFile {
  std::string path;  // guest path
  HostFd fd{-1};
  std::span<const u8> bytes;
  u64 device = 0, inode = 0;
};

struct MapRequest {
  GuestAddr at;  // already chosen
  u32 bytes = 0;
  mem::Prot prot;
  mem::Sharing sharing = mem::Sharing::private_;
  GuestFd fd;
  u64 offset = 0;
};

// shmat of a System V segment.
struct SegmentRequest {
  i32 id = 0;
  mem::Prot prot;
  // Asked once its size, in whole pages, is known: Done{address}, or why it may not be.
  std::function<abi::Outcome(u32 bytes)> place;
};

struct ExecRequest {
  std::string path;
  i32 dirfd = -100;
  u32 flags = 0;
  u32 personality = 0;       // for the new image
  std::vector<u64> seccomp;  // the same: SeccompFilter::chain
  std::vector<std::string> arguments, environment;
};

// clone, clone3, fork and vfork boiled down. Thread ids are stored by the kernel side (see os::Thread), so what is left
// for the outside is the new task itself and, with CLONE_PIDFD, a write of the descriptor's number in the answer.
struct CloneRequest {
  u64 flags = 0;  // the guest ABI's CLONE_ bits without the exit signal; Linux' also for FreeBSD guests
  i32 exit_signal = 0;
  GuestAddr pidfd;  // where CLONE_PIDFD is set
};

enum class EndKind : u8 { exit, signal, exec, abandoned };
struct End {
  EndKind kind = EndKind::exit;
  i32 status = 0;  // exit status, or the guest's signal number
  bool core_dumped = false;
};

// What the outside needs of the guest's side of the door; run::Machine is one. All with the baton held.
class Inside {
 public:
  virtual ~Inside() = default;
  virtual mem::Space& space() = 0;
  virtual cpu::Engine& engine() = 0;
  virtual os::Thread& adopt(std::unique_ptr<os::Thread> thread) = 0;  // its id is set by then
  virtual void forget(os::Thread& thread) = 0;
  virtual void forget_all_but(os::Thread& thread) = 0;  // the child after fork
  // Runs until thread.life is no longer `running`: once per host thread (Live) or fiber (replayer).
  virtual void run(os::Thread& thread) = 0;
};

class Outside {
 public:
  virtual ~Outside() = default;

  // The machine that this door belongs to, before anything else is called.
  virtual void attach(Inside& inside) = 0;

  // --- start of an image
  virtual Result<Image> image() = 0;
  virtual Result<std::shared_ptr<ProgramFile>> open_program(const std::string& guest_path) = 0;
  // The first thread is about to run its first instruction.
  virtual void started(os::Thread& thread) = 0;

  // --- system calls. Fills `answer`; may put the baton down. NotDone only where a captured signal waits for
  // take_signal().
  // Calls that set a mask for their duration (sigsuspend, rt_sigsuspend, pselect6, ppoll, epoll_pwait, epoll_pwait2,
  // io_pgetevents): the kernel side has read that mask, thread.mask is it and thread.mask_to_restore the former one
  // (nullopt where the call has no mask, or its address is bad: the host's call then says what is wrong). Live hands
  // the host kernel thread.mask; what becomes of the two afterwards is the kernel side's business.
  virtual void call(os::Thread& thread, const abi::Call& call, abi::Answer& answer) = 0;
  // A call that the emulated kernel answered alone (mmap without a file, brk, sigaction…): for the tape's eyes. On
  // replay the same value is computed again and compared.
  virtual void answered(os::Thread& thread, const abi::Call& call, const abi::Answer& answer) = 0;
  // mmap of a file: maps it and answers Done{address} or Failed. The content that the guest can see goes on the tape.
  virtual void map_file(os::Thread& thread, const abi::Call& call, const MapRequest& request, abi::Answer& answer) = 0;
  // The same of a System V segment.
  virtual void attach_segment(os::Thread& thread, const abi::Call& call, const SegmentRequest& request,
                              abi::Answer& answer) = 0;
  // Shared file mappings were found to end elsewhere than known (Space::moved_file_ends, which this empties) when the
  // thread came to its next instruction: for the tape's eyes.
  virtual void file_ends_moved(os::Thread& thread) = 0;

  // --- signals
  // Whether the host's thread blocks and ignores what the guest's does; not on replay, where none arrives.
  virtual bool mirrors_signals() const = 0;
  // The next captured signal for this thread, if there is one now; asynchronous ones only.
  virtual std::optional<os::SigInfo> take_signal(os::Thread& thread) = 0;
  // A frame for `info` was built or its default action taken: for the tape's eyes.
  virtual void delivered(os::Thread& thread, const os::SigInfo& info, const os::SigAction& action, GuestAddr frame) = 0;
  // The thread's mask is to be thread.mask, after delivery, sigreturn or sigprocmask. Ends the capture that
  // take_signal() took. False, with nothing done, if a signal has been captured meanwhile that take_signal() has not
  // taken: it came before the call, so the call must be NotDone. Never false after take_signal(), nor on replay.
  [[nodiscard]] virtual bool set_mask(os::Thread& thread) = 0;
  virtual void set_action(os::Thread& thread, os::Signal signal, const os::SigAction& action) = 0;

  // --- time
  // Instructions that the thread may run before boundary() is due. Never 0.
  virtual u64 budget(os::Thread& thread) = 0;
  // The budget is used up or the engine was interrupted: let others run where they wait. May put the baton down.
  virtual void boundary(os::Thread& thread) = 0;

  // --- threads and processes. `child` is complete but for its id, which these fill in before they hand it to
  // Inside::adopt; answer is Done{id} or Failed (or NotDone).
  // Keeps the baton: the child runs nothing before the parent's call is over.
  virtual void start_thread(os::Thread& parent, const abi::Call& call, const CloneRequest& request,
                            std::unique_ptr<os::Thread> child, abi::Answer& answer) = 0;
  // In the child answers Done{0}; thread.id and group pid are the child's then, and Inside::forget_all_but is done.
  virtual void fork(os::Thread& thread, const abi::Call& call, const CloneRequest& request, abi::Answer& answer) = 0;
  // CLONE_VM without CLONE_THREAD: `child` (with a group of its own) runs in this address space as another process.
  // With CLONE_VFORK the parent waits for its exec or end; without, the two share the baton.
  virtual void vfork(os::Thread& parent, const abi::Call& call, const CloneRequest& request,
                     std::unique_ptr<os::Thread> child, abi::Answer& answer) = 0;
  // Does not return where it succeeds.
  virtual void exec(os::Thread& thread, const abi::Call& call, const ExecRequest& request, abi::Answer& answer) = 0;
  // The thread is over (Life::ended): its last act. Writes of clear_child_tid and robust lists are done before.
  virtual void end_thread(os::Thread& thread) = 0;
  // The process is over. Live does not return; the replayer does, and the run loop then returns.
  virtual void end_process(os::Thread& thread, const End& end) = 0;
};

}  // namespace sigtape::outside

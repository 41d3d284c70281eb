// Live: the Outside that asks a Linux host. Real signals, real threads, real processes, real files.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/outside/delivery_mode.h"
#include "core/outside/outside.h"
#include "core/outside/shared_batons.h"

namespace sigtape::outside {

// What is about to replace this process image.
enum class ExecTarget : u8 { guest, native };

struct ExecPlan {
  ExecTarget target = ExecTarget::guest;
  std::string path;     // as the guest gave it: AT_EXECFN
  std::string program;  // the ELF file that runs, after all #! lines, as the guest would name it
  // May be changed by about_to_exec. `words` reach the new image's LiveOptions::hook_words (target guest only);
  // `environment` starts as the guest's; `keep` are descriptors (of OwnFds) that stay open across the exec.
  std::string words;
  std::vector<std::string> environment;
  std::vector<HostFd> keep;
};

struct MappedFile {
  HostFd file{-1};  // open for reading; of the guest, not to be closed
  std::string path;
  u64 device = 0, inode = 0, size = 0;
  i64 modified_s = 0, modified_ns = 0, changed_s = 0, changed_ns = 0;
  u64 offset = 0, bytes = 0;  // what is about to be mapped; all of the file for programs
  bool shared = false;        // MAP_SHARED
  bool writable = false;
};

// What is left behind of a call that was issued although a signal came before it (the modes that only look first): the
// call may never come back, and then nobody is there to tell. In memory that outlives the process; written by Live and
// by its signal handler, read after the end. `entered_ns` is 0 while no call is under way, `captured_ns` while nothing
// was captured in it.
struct CaptureTrace {
  volatile u64 entered_ns, captured_ns;
  volatile u32 call_number;
  volatile i32 signal, code, pid;  // guest's signal number and code
  volatile u32 before_issue;  // 1: the call had not been issued yet; 0: it was under way, and the host restarted it
};

// What a recorder wants of Live beyond what it sees as an Outside around it. All members are called with the baton
// held, except where said. `sigtape run` uses these defaults.
class LiveHooks {
 public:
  virtual ~LiveHooks() = default;
  // Memory for a blocking call's output, valid until the thread's next call; nullptr: Live uses its own.
  virtual u8* stage(os::Thread&, u64 /*bytes*/) { return nullptr; }
  // Where to leave a trace of the thread's call, asked before each call in the modes that need it; nullptr: nowhere.
  virtual CaptureTrace* capture_trace(os::Thread&) { return nullptr; }
  // A file is about to be mapped, or loaded as a program. Answers the descriptor to map in its place: the same one, or
  // that of a copy with the same offsets that cannot change any more.
  virtual HostFd snapshot(const MappedFile& file) { return file.file; }
  // A System V segment has just been mapped: what it is, as a file's mapping would be (without a descriptor), and its
  // memory.
  virtual void segment_attached(const MappedFile& /*segment*/, std::span<const u8> /*content*/) {}
  // After all checks, right before the host's execve.
  virtual void about_to_exec(os::Thread&, ExecPlan&) {}
  // The host's execve came back after all (error: the host's number, 0 if a signal came first): undo about_to_exec.
  virtual void exec_failed(os::Thread&, int /*error*/) {}
  // Of the memory that this process shares with others; nullptr: such memory is not ordered. Asked once.
  virtual SharedBatons* shared_batons() { return nullptr; }
  // A process that shares this address space (CLONE_VM) begins, in its own host process, before its first instruction;
  // its thread.id is set. Its end is seen by the parent: vfork_child_gone, after its exec, exit or death.
  virtual void vfork_child_begins(os::Thread& /*child*/) {}
  virtual void vfork_child_gone(os::Thread& /*child*/) {}
};

struct LiveOptions {
  cpu::EngineKind engine = cpu::EngineKind::jit;
  DeliveryMode delivery = DeliveryMode::safe;
  std::string root;  // --root, absolute and without a trailing slash; empty: none
  // The first image: program as the user named it (searched in PATH by the caller), arguments with argv[0].
  std::string path;
  std::vector<std::string> arguments, environment;
  // Set by options_from_exec for an image begun by exec, some of them also for one that the kernel began (binfmt_misc).
  bool from_exec = false;
  HostFd self{-1};     // O_PATH descriptor of the sigtape binary; -1: Live opens /proc/self/exe
  HostFd program{-1};  // the program to load, already open, then with program_path; -1: Live opens `path`
  int own_base = 0;    // of OwnFds
  std::string program_path;
  u32 personality = 0;                    // of the image before
  std::vector<u64> seccomp;               // its filters
  std::vector<u64> limits;                // and its limits, see linux_limits.h
  std::string hook_words;                 // what about_to_exec left in ExecPlan::words
  std::vector<HostFd> kept;               // and in ExecPlan::keep
  char** first_guest_argument = nullptr;  // in main's argv: where /proc/PID/cmdline is to begin; nullptr: left alone
};

// True where main was started by Live's exec and not by a user; then options_from_exec says with what.
bool is_exec_start(int argc, char** argv);
Result<LiveOptions> options_from_exec(int argc, char** argv, char** environment);

class KeptLimits;  // linux_limits.h
class OwnFds;      // own_fds.h: our descriptors, at high numbers, invisible to the guest
class PathRoot;    // path_root.h: --root
struct LiveState;  // live_state.h
struct HostThread;

class Live final : public Outside {
 public:
  // `hooks` must outlive it. One per process.
  Live(LiveOptions options, LiveHooks& hooks);
  ~Live() override;

  void attach(Inside& inside) override;
  Result<Image> image() override;
  Result<std::shared_ptr<ProgramFile>> open_program(const std::string& guest_path) override;
  void started(os::Thread& thread) override;
  void call(os::Thread& thread, const abi::Call& call, abi::Answer& answer) override;
  void answered(os::Thread& thread, const abi::Call& call, const abi::Answer& answer) override;
  void map_file(os::Thread& thread, const abi::Call& call, const MapRequest& request, abi::Answer& answer) override;
  void attach_segment(os::Thread& thread, const abi::Call& call, const SegmentRequest& request,
                      abi::Answer& answer) override;
  void file_ends_moved(os::Thread& thread) override;
  std::optional<os::SigInfo> take_signal(os::Thread& thread) override;
  void delivered(os::Thread& thread, const os::SigInfo& info, const os::SigAction& action, GuestAddr frame) override;
  [[nodiscard]] bool set_mask(os::Thread& thread) override;
  void set_action(os::Thread& thread, os::Signal signal, const os::SigAction& action) override;
  bool mirrors_signals() const override { return true; }
  u64 budget(os::Thread& thread) override;
  void boundary(os::Thread& thread) override;
  void start_thread(os::Thread& parent, const abi::Call& call, const CloneRequest& request,
                    std::unique_ptr<os::Thread> child, abi::Answer& answer) override;
  void fork(os::Thread& thread, const abi::Call& call, const CloneRequest& request, abi::Answer& answer) override;
  void vfork(os::Thread& parent, const abi::Call& call, const CloneRequest& request, std::unique_ptr<os::Thread> child,
             abi::Answer& answer) override;
  void exec(os::Thread& thread, const abi::Call& call, const ExecRequest& request, abi::Answer& answer) override;
  void end_thread(os::Thread& thread) override;
  void end_process(os::Thread& thread, const End& end) override;

  // --- for the call handlers and the recorder
  OwnFds& own_fds();
  KeptLimits& limits();
  const PathRoot& root() const;
  LiveHooks& hooks();
  Inside& inside();
  GuestAddr first_stack() const;     // the stack pointer at the first instruction
  const Image& first_image() const;  // path, arguments, environment as the image began with
  // The ELF file that runs: the guest path it was begun by, null before; and the file itself, -1 before.
  const std::string* program_path() const;
  HostFd program_descriptor() const;
  DeliveryMode delivery() const;

 private:
  friend class CallContext;
  std::unique_ptr<LiveState> state_;
};

}  // namespace sigtape::outside

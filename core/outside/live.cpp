// Live's start of an image, its file mappings, and its time slices.
#include "core/outside/linux_limits.h"
#include "core/outside/live.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/utsname.h>

#include <array>

#include "core/base/check.h"
#include "core/base/log.h"
#include "core/outside/live_state.h"
#include "core/outside/raw_syscall.h"

namespace sigtape::outside {
namespace {

MappedFile description_of(HostFd file, const std::string& path, const struct stat& status) {
  MappedFile mapped;
  mapped.file = file;
  mapped.path = path;
  mapped.device = status.st_dev;
  mapped.inode = status.st_ino;
  mapped.size = static_cast<u64>(status.st_size);
  mapped.modified_s = status.st_mtim.tv_sec;
  mapped.modified_ns = status.st_mtim.tv_nsec;
  mapped.changed_s = status.st_ctim.tv_sec;
  mapped.changed_ns = status.st_ctim.tv_nsec;
  return mapped;
}

std::string path_of_descriptor(int fd) {
  std::array<char, 4096> text;
  std::string link = "/proc/thread-self/fd/" + std::to_string(fd);
  long length = raw_syscall(SYS_readlinkat, AT_FDCWD, link.c_str(), text.data(), text.size());
  return length <= 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(length));
}

std::string reason(int error) { return strerrordesc_np(error) ? strerrordesc_np(error) : std::to_string(error); }

}  // namespace

LiveState::LiveState(LiveOptions given, LiveHooks& recorder)
    : options(std::move(given)), hooks(recorder), root(options.root) {}

void LiveState::take_baton(HostThread& host) {
  if (baton.take_or_queue(host.waiter)) {
    inside->engine().interrupt();
    baton.wait(host.waiter);
  }
  if (shared) shared->take();
  host.holds_baton = true;
  host.slice_start = host.thread ? host.thread->tick.value : 0;
}

void LiveState::put_down_baton(HostThread& host) {
  host.holds_baton = false;
  if (shared) shared->put_down();
  baton.put_down(host.waiter);
}

void LiveState::settle(HostThread& host) {
  if (!host.taken) return;
  host.taken = false;
  host.real_mask = host_mask(host.thread->mask);
  set_real_mask(host.real_mask);
}

void LiveState::unblock(HostThread& host) {
  // With a capture in the slot all stays blocked, until take_signal and set_mask.
  if (!host.pending && !host.taken) set_real_mask(host.real_mask);
}

HostThread& LiveState::new_host_thread(os::Thread* thread) {
  auto* host = new HostThread;
  host->thread = thread;
  host->engine = &inside->engine();
  if (current_host_thread) {
    host->own_fds = current_host_thread->own_fds;
    host->limits = current_host_thread->limits;
  }
  return *host;
}

Result<HostFd> LiveState::self_descriptor() {
  if (self.value >= 0) return self;
  // AT_EXECFN is the guest's where the kernel began us for it.
  bool begun_for_guest = options.program.value >= 0;
  const char* names[] = {"/proc/self/exe",
                         begun_for_guest ? nullptr : reinterpret_cast<const char*>(getauxval(AT_EXECFN))};
  for (const char* name : names) {
    long fd = name ? raw_syscall(SYS_openat, AT_FDCWD, name, O_PATH | O_CLOEXEC) : -1;
    if (fd < 0) continue;
    self = SIGTAPE_TRY(host().own_fds->adopt(static_cast<int>(fd)));
    return self;
  }
  return Error{"sigtape can't open its own program file (/proc is not mounted?)"};
}

LiveProgramFile::~LiveProgramFile() {
  if (!bytes.empty()) munmap(const_cast<u8*>(bytes.data()), bytes.size());
  if (owner && named.value >= 0) owner->close(named);
}

Result<std::shared_ptr<LiveProgramFile>> LiveState::load_program(OpenFile file, const std::string& guest_path) {
  auto loaded = std::make_shared<LiveProgramFile>();
  loaded->owner = host().own_fds.get();
  loaded->fd =
      host().own_fds->is_ours(file.fd()) ? HostFd{file.release()} : SIGTAPE_TRY(host().own_fds->adopt(file.release()));
  loaded->named = loaded->fd;
  loaded->path = guest_path;
  struct stat status;
  if (long failed = raw_syscall(SYS_fstat, loaded->fd.value, &status); failed < 0)
    return Error{fmt::format("{}: {}", guest_path, reason(static_cast<int>(-failed)))};
  loaded->device = status.st_dev;
  loaded->inode = status.st_ino;
  MappedFile description = description_of(loaded->fd, guest_path, status);
  description.bytes = description.size;
  loaded->fd = hooks.snapshot(description);
  if (status.st_size == 0) return Error{guest_path + " is empty"};
  void* at = mmap(nullptr, static_cast<std::size_t>(status.st_size), PROT_READ, MAP_PRIVATE, loaded->fd.value, 0);
  if (at == MAP_FAILED) return Error{fmt::format("{}: {}", guest_path, reason(errno))};
  loaded->bytes = {static_cast<const u8*>(at), static_cast<std::size_t>(status.st_size)};
  return loaded;
}

Live::Live(LiveOptions options, LiveHooks& hooks) : state_(std::make_unique<LiveState>(std::move(options), hooks)) {
  set_capture_mode(state_->options.delivery);
}
Live::~Live() { current_host_thread = nullptr; }

void Live::attach(Inside& inside) {
  LiveState& s = *state_;
  s.inside = &inside;
  inside.space().watch_file_ends();
  s.shared = s.hooks.shared_batons();
  HostThread& host = s.new_host_thread(nullptr);
  host.is_leader = true;
  host.real_mask = real_mask();
  bool inherited = s.options.from_exec && s.options.self.value >= 0;
  host.own_fds = std::make_shared<OwnFds>(inherited ? std::optional<int>(s.options.own_base) : std::nullopt);
  host.limits = std::make_shared<KeptLimits>();
  host.limits->take(s.options.limits);
  current_host_thread = &host;
  if (inherited) {
    host.own_fds->note(s.options.self);
    host.own_fds->note(s.options.program);
    for (HostFd kept : s.options.kept) host.own_fds->note(kept);
    s.self = s.options.self;
  } else if (s.options.self.value >= 0) {
    if (auto self = host.own_fds->adopt(s.options.self.value)) s.self = *self;
  }
  s.take_baton(host);
}

Result<Image> Live::image() {
  LiveState& s = *state_;
  const LiveOptions& options = s.options;
  Image& image = s.image;
  image.path = options.path;
  image.arguments = options.arguments;
  image.environment = options.environment;
  OpenFile file;
  std::string program = options.program_path;
  // Before a chroot.
  if (auto self = s.self_descriptor(); !self) LOG(outside, "{}", self.error().text);
  if (options.program.value >= 0) {
    file = OpenFile(options.program.value);
  } else {
    ResolvedExec found = resolve_exec(s.root, {.path = options.path, .arguments = options.arguments});
    if (!found.missing_interpreter.empty())
      return Error{fmt::format("{} needs the interpreter {}: {}; --root names a folder that has it", options.path,
                               found.missing_interpreter, reason(found.error)),
                   127};
    if (found.error && found.error != ENOEXEC)
      return Error{fmt::format("{}: {}", options.path, reason(found.error)), found.error == ENOENT ? 127 : 126};
    if (found.error || found.kind != FileKind::arm_elf) return Error{found.program + found.refusal, 126};
    image.arguments = std::move(found.arguments);
    program = found.program;
    file = std::move(found.file);
    if (file.fd() < 0) return Error{fmt::format("{} may be executed but not read", program), 126};
  }
  s.program = SIGTAPE_TRY(s.load_program(std::move(file), program));
  s.system = system_of_elf(s.program->bytes);
  CHECK_THAT(
      raw_syscall(SYS_getrandom, image.random.data(), image.random.size(), 0) == static_cast<long>(image.random.size()),
      "the host gives no random bytes");
  image.uid = static_cast<u32>(raw_syscall(SYS_getuid));
  image.euid = static_cast<u32>(raw_syscall(SYS_geteuid));
  image.gid = static_cast<u32>(raw_syscall(SYS_getgid));
  image.egid = static_cast<u32>(raw_syscall(SYS_getegid));
  image.pid = static_cast<i32>(raw_syscall(SYS_getpid));
  image.stack_limit = limits().soft(RLIMIT_STACK);
  image.data_limit = limits().soft(RLIMIT_DATA);
  image.space_limit = limits().soft(RLIMIT_AS);
  image.personality = options.personality;
  image.seccomp = options.seccomp;
  u64 ignored = inherited_ignored();
  image.mask = guest_set_of(s.system, s.host().real_mask);
  image.ignored = guest_set_of(s.system, ignored);
  mirror_start(s.system, options.delivery, ignored);
  return image;
}

Result<std::shared_ptr<ProgramFile>> Live::open_program(const std::string& guest_path) {
  LiveState& s = *state_;
  // A script's path stands for the program that its #! lines lead to.
  if (s.program && (guest_path == s.image.path || guest_path == s.program->path))
    return std::shared_ptr<ProgramFile>(s.program);
  std::string host_path = s.root.resolve(AT_FDCWD, guest_path, Follow::yes);
  long fd = raw_syscall(SYS_openat, AT_FDCWD, host_path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return Error{fmt::format("{}: {}", guest_path, reason(static_cast<int>(-fd))), 127};
  return std::shared_ptr<ProgramFile>(SIGTAPE_TRY(s.load_program(OpenFile(static_cast<int>(fd)), guest_path)));
}

void Live::started(os::Thread& thread) {
  LiveState& s = *state_;
  HostThread& host = s.host();
  host.thread = &thread;
  s.first_stack = GuestAddr{thread.cpu.r[13]};
  if (!s.image.path.empty()) set_thread_name(s.image.path);
  if (s.options.first_guest_argument) show_arguments_from(*s.options.first_guest_argument);
  LOG(outside, "{} started as {} ({} mode)", s.program ? s.program->path : "", thread.id.value,
      name_of(s.options.delivery));
}

void Live::answered(os::Thread&, const abi::Call&, const abi::Answer&) {}
void Live::delivered(os::Thread&, const os::SigInfo&, const os::SigAction&, GuestAddr) {}

void Live::map_file(os::Thread& thread, const abi::Call& call, const MapRequest& request, abi::Answer& answer) {
  LiveState& s = *state_;
  HostThread& host = s.host(thread);
  auto fail = [&](int error) { answer.outcome = abi::Failed{guest_error_of(call.system, error)}; };
  int fd = host.own_fds->is_ours(request.fd.value) ? -1 : request.fd.value;
  struct stat status;
  if (long failed = raw_syscall(SYS_fstat, fd, &status); failed < 0) return fail(static_cast<int>(-failed));
  struct statfs mount;
  constexpr long noexec = 8;  // ST_NOEXEC
  if (request.prot.exec && raw_syscall(SYS_fstatfs, fd, &mount) == 0 && (mount.f_flags & noexec)) return fail(EPERM);

  std::string path = s.root.guest_name(path_of_descriptor(fd));
  MappedFile description = description_of(HostFd{fd}, path, status);
  description.offset = request.offset;
  description.bytes = request.bytes;
  description.shared = request.sharing == mem::Sharing::shared;
  description.writable = request.prot.write;
  HostFd file = S_ISREG(status.st_mode) ? s.hooks.snapshot(description) : HostFd{fd};
  mem::Mapping label;
  label.device = status.st_dev;
  label.inode = status.st_ino;
  label.name = path;
  label.never_writable = description.shared && (raw_syscall(SYS_fcntl, fd, F_GETFL) & O_ACCMODE) == O_RDONLY;
  u64 size = S_ISREG(status.st_mode) ? description.size : mem::endless;
  int error = s.inside->space().map_file(request.at, request.bytes, request.prot, request.sharing, file, request.offset,
                                         size, label);
  if (error) return fail(error);
  answer.outcome = abi::Done{request.at.value};
}

void Live::file_ends_moved(os::Thread&) { state_->inside->space().forget_moved_file_ends(); }

u64 Live::budget(os::Thread& thread) {
  LiveState& s = *state_;
  HostThread& host = s.host(thread);
  s.settle(host);
  // Other processes that want a turn can't interrupt us.
  bool may_be_wanted = s.shared && s.shared->is_member();
  if (!s.baton.is_wanted()) return may_be_wanted ? LiveState::contended_slice : LiveState::quiet_slice;
  // Of the whole slice: a thread that polls the clock would else begin a new one with each of its calls, and keep the
  // baton from those that it waits for.
  u64 used = thread.tick.value - host.slice_start;
  return used < LiveState::contended_slice ? LiveState::contended_slice - used : 1;
}

void Live::boundary(os::Thread& thread) {
  LiveState& s = *state_;
  HostThread& host = s.host(thread);
  if (!s.baton.is_wanted()) return;
  // Whoever comes to wait interrupts the holder at once: it has its slice all the same.
  if (thread.tick.value - host.slice_start < LiveState::contended_slice) return;
  s.put_down_baton(host);
  s.take_baton(host);
}

OwnFds& Live::own_fds() { return *state_->host().own_fds; }
KeptLimits& Live::limits() { return *state_->host().limits; }
const PathRoot& Live::root() const { return state_->root; }
LiveHooks& Live::hooks() { return state_->hooks; }
Inside& Live::inside() { return *state_->inside; }
const Image& Live::first_image() const { return state_->image; }
GuestAddr Live::first_stack() const { return state_->first_stack; }
const std::string* Live::program_path() const { return state_->program ? &state_->program->path : nullptr; }
HostFd Live::program_descriptor() const { return state_->program ? state_->program->named : HostFd{-1}; }
DeliveryMode Live::delivery() const { return state_->options.delivery; }

}  // namespace sigtape::outside

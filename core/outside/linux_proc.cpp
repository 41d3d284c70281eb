// /proc files of the guest's own process: texts by memfd, /proc/self/exe by redirection.
#include "core/outside/linux_proc.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cstring>

#include "core/os/linux/seccomp.h"
#include "core/outside/linux_proc_text.h"
#include "core/outside/live.h"

namespace sigtape::outside {
namespace {

std::string link_text(const std::string& path) {
  char buffer[4096];
  ssize_t n = ::readlink(path.c_str(), buffer, sizeof buffer);
  return n < 0 ? std::string() : std::string(buffer, static_cast<size_t>(n));
}

std::string file_text(const std::string& path) {
  std::string text;
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return text;
  char buffer[4096];
  for (ssize_t n; (n = ::read(fd, buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<size_t>(n));
  ::close(fd);
  return text;
}

bool ends_like_proc_file(std::string_view path) {
  size_t slash = path.rfind('/');
  std::string name(slash == path.npos ? path : path.substr(slash + 1));
  return proc_path_of("/proc/self/" + name).file != ProcFile::other || proc_path_of("/proc/" + name).file != ProcFile::none;
}

// The /proc path that (dirfd, path) stands for; a relative one is looked at only if its last name says it could be one.
ProcPath proc_path_at(CallContext& c, int dirfd, const std::string& path) {
  std::string whole = path;
  if (!path.starts_with('/')) {
    if (path.empty() || !ends_like_proc_file(path)) return {};
    std::string base = link_text(dirfd == AT_FDCWD ? "/proc/self/cwd" : fmt::format("/proc/self/fd/{}", dirfd));
    whole = c.live.root().guest_name(base) + "/" + path;
  }
  size_t name = whole.find_first_not_of('/');
  if (name == whole.npos || name == 0) return {};
  ProcPath found = proc_path_of(std::string_view(whole).substr(name - 1));
  if (found.process == c.thread.group->pid) found.self = true;
  return found;
}

ProcFacts facts_of(CallContext& c, const std::string& directory) {
  ProcFacts facts;
  facts.comm = file_text(directory + "/comm");
  if (facts.comm.ends_with('\n')) facts.comm.pop_back();
  const std::string& program = c.live.program_path() ? *c.live.program_path() : facts.comm;
  for (const auto& [begin, mapping] : c.space.mappings()) {
    facts.virtual_bytes += mapping.bytes;
    if (mapping.name == "[stack]") facts.stack_begin = begin + mapping.bytes;
    if (mapping.prot.exec && mapping.name == program && facts.code_begin == 0)
      facts.code_begin = begin, facts.code_end = begin + mapping.bytes;
  }
  if (c.thread.seccomp_filter) facts.seccomp_filters = c.thread.seccomp_filter->filters_on_path();
  return facts;
}

// Where the first stack of a Linux program has its strings (arguments, environment, name of the program, each directly
// after the other) and its auxiliary vector: core/os/linux/stack.cpp, read back by lengths, because pointers change.
struct FirstStack {
  u32 arguments = 0, environment = 0, name = 0, auxiliary = 0;
};

FirstStack first_stack(CallContext& c) {
  const Image& image = c.live.first_image();
  auto bytes_of_all = [](const std::vector<std::string>& strings) {
    size_t bytes = 0;
    for (const auto& s : strings) bytes += s.size() + 1;
    return static_cast<u32>(bytes);
  };
  GuestAddr sp = c.live.first_stack();
  const mem::Mapping* stack = c.space.mapping_at(sp);
  if (sp.is_null() || !stack || c.call.system != abi::System::linux_eabi) return {};
  FirstStack found;
  found.name = stack->begin.value + stack->bytes - 4 - static_cast<u32>(image.path.size() + 1);
  found.environment = found.name - bytes_of_all(image.environment);
  found.arguments = found.environment - bytes_of_all(image.arguments);
  found.auxiliary = sp.value + 4 * static_cast<u32>(image.arguments.size() + image.environment.size() + 3);
  return found;
}

std::string memory_text(CallContext& c, u32 begin, u32 end) {
  std::string text(end - begin, 0);
  if (!c.space.read(GuestAddr{begin}, {reinterpret_cast<u8*>(text.data()), text.size()})) text.clear();
  return text;
}

// fs/proc/base.c, get_mm_cmdline: a program that wrote over its arguments shows what it wrote, as far as a NUL.
std::string command_line(CallContext& c) {
  FirstStack stack = first_stack(c);
  if (stack.arguments == stack.environment) return joined_text(c.live.first_image().arguments);
  std::string text = memory_text(c, stack.arguments, stack.environment);
  if (text.empty() || text.back() == 0) return text;
  text = memory_text(c, stack.arguments, stack.name);
  return text.substr(0, text.find('\0') + 1);
}

std::string environment_text(CallContext& c) {
  FirstStack stack = first_stack(c);
  if (stack.environment == stack.name) return joined_text(c.live.first_image().environment);
  return memory_text(c, stack.environment, stack.name);
}

std::string auxiliary_text(CallContext& c) {
  FirstStack stack = first_stack(c);
  std::string text;
  constexpr unsigned most = 64;
  for (unsigned i = 0; i < most && stack.auxiliary; ++i) {
    text += memory_text(c, stack.auxiliary + 8 * i, stack.auxiliary + 8 * i + 8);
    if (c.space.load<u32>(GuestAddr{stack.auxiliary + 8 * i}).value_or(0) == 0) break;
  }
  return text;
}

std::optional<std::string> text_of(CallContext& c, const ProcPath& found) {
  if (found.file == ProcFile::cpuinfo) {
    cpu_set_t set;
    long bytes = ::syscall(SYS_sched_getaffinity, 0, sizeof set, &set);
    return cpuinfo_text(bytes > 0 ? static_cast<unsigned>(CPU_COUNT_S(static_cast<size_t>(bytes), &set)) : 1);
  }
  if (!found.self) return std::nullopt;
  std::string directory = found.task ? fmt::format("/proc/self/task/{}", found.task) : std::string("/proc/self");
  switch (found.file) {
    case ProcFile::maps: return maps_text(c.space, c.live.root().directory());
    case ProcFile::cmdline: return command_line(c);
    case ProcFile::environ: return environment_text(c);
    case ProcFile::auxv: return auxiliary_text(c);
    case ProcFile::stat: return stat_text(file_text(directory + "/stat"), facts_of(c, directory));
    case ProcFile::status: return status_text(file_text(directory + "/status"), facts_of(c, directory));
    default: return std::nullopt;
  }
}

bool is_same_file(const char* one, u64 device, u64 inode) {
  struct stat status;
  return ::stat(one, &status) == 0 && status.st_dev == device && status.st_ino == inode;
}

// A guest program: a path that opens it, and whose link's text is its host name.
std::optional<std::string> own_program(CallContext& c) {
  HostFd program = c.live.program_descriptor();
  if (program.value < 0) return std::nullopt;
  return fmt::format("/proc/self/fd/{}", program.value);
}

bool is_armv7_program(const std::string& path) {
  u8 head[20] = {};
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return false;
  ssize_t got = ::read(fd, head, sizeof head);
  ::close(fd);
  constexpr u8 class32 = 1, machine_arm = 40;
  return got == sizeof head && std::memcmp(head, "\177ELF", 4) == 0 && head[4] == class32 && head[18] == machine_arm;
}

// Another guest process runs the same host program as we do, and has its guest's open among its own descriptors.
std::optional<std::string> program_of_other(CallContext& c, i32 process) {
  struct stat own;
  std::string about = fmt::format("/proc/{}", process);
  if (::stat("/proc/self/exe", &own) != 0 || !is_same_file((about + "/exe").c_str(), own.st_dev, own.st_ino))
    return std::nullopt;
  constexpr int most = 64;
  for (int fd = c.live.own_fds().base(); fd < c.live.own_fds().base() + most; ++fd) {
    std::string path = fmt::format("{}/fd/{}", about, fd);
    if (is_armv7_program(path)) return path;
  }
  return std::nullopt;
}

std::optional<std::string> program_of(CallContext& c, const ProcPath& found) {
  return found.self ? own_program(c) : program_of_other(c, found.process);
}

}  // namespace

bool open_proc_text(CallContext& c, int dirfd, const std::string& path, u32 host_flags) {
  if ((host_flags & O_ACCMODE) != O_RDONLY || (host_flags & (O_PATH | O_DIRECTORY))) return false;
  ProcPath found = proc_path_at(c, dirfd, path);
  if (found.file == ProcFile::none || found.file == ProcFile::other) return false;
  std::optional<std::string> text = text_of(c, found);
  if (!text) return false;
  int fd = ::memfd_create("proc", host_flags & O_CLOEXEC ? MFD_CLOEXEC : 0);
  if (fd < 0) {
    c.fail(errno);
    return true;
  }
  for (size_t at = 0; at < text->size();) {
    ssize_t n = ::write(fd, text->data() + at, text->size() - at);
    if (n <= 0) break;
    at += static_cast<size_t>(n);
  }
  ::lseek(fd, 0, SEEK_SET);
  c.done(static_cast<u32>(fd));
  return true;
}

std::string proc_redirected(CallContext& c, int dirfd, std::string path) {
  ProcPath found = proc_path_at(c, dirfd, path);
  if (found.file != ProcFile::exe) return path;
  return program_of(c, found).value_or(path);
}

std::optional<std::string> proc_program_name(CallContext& c, int dirfd, const std::string& path) {
  ProcPath found = proc_path_at(c, dirfd, path);
  if (found.file != ProcFile::exe) return std::nullopt;
  auto program = program_of(c, found);
  if (!program) return std::nullopt;
  return c.live.root().guest_name(link_text(*program));
}

std::optional<std::string> proc_link_text(CallContext& c, int dirfd, const std::string& path) {
  if (auto name = proc_program_name(c, dirfd, path)) return name;
  ProcPath found = proc_path_at(c, dirfd, path);
  if (found.file != ProcFile::other || !c.live.root().active()) return std::nullopt;
  std::string text = link_text(dirfd == AT_FDCWD || path.starts_with('/')
                                   ? path
                                   : fmt::format("/proc/self/fd/{}/{}", dirfd, path));
  if (!text.starts_with('/')) return std::nullopt;
  return c.live.root().guest_name(text);
}

bool is_own_descriptor_directory(CallContext& c, int fd) {
  struct statfs fs;
  if (::fstatfs(fd, &fs) != 0 || fs.f_type != PROC_SUPER_MAGIC) return false;
  std::string path = link_text(fmt::format("/proc/self/fd/{}", fd));
  if (!path.ends_with("/fd") && !path.ends_with("/fdinfo")) return false;
  return path.starts_with(fmt::format("/proc/{}/", c.thread.group->pid));
}

}  // namespace sigtape::outside

// execve's own checks, in the kernel's order and with its errors (fs/exec.c, fs/binfmt_script.c, fs/binfmt_elf.c).
#include "core/outside/exec_target.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "core/base/bytes.h"
#include "core/outside/raw_syscall.h"

namespace sigtape::outside {
namespace {

constexpr int max_depth = 5;  // exec_binprm(): ELOOP beyond

bool is_blank(u8 c) { return c == ' ' || c == '\t'; }

// May `fd` (O_PATH) be executed by the effective user? 0 or the error.
int check_executable(int fd, int dirfd, const std::string& path) {
  struct stat status;
  if (long failed = raw_syscall(SYS_newfstatat, fd, "", &status, AT_EMPTY_PATH); failed < 0)
    return static_cast<int>(-failed);
  if (!S_ISREG(status.st_mode)) return EACCES;
  long result = raw_syscall(SYS_faccessat2, fd, "", X_OK, AT_EMPTY_PATH | AT_EACCESS);
  if (result == -ENOSYS) result = raw_syscall(SYS_faccessat, dirfd, path.c_str(), X_OK);
  return result < 0 ? EACCES : 0;
}

// A readable descriptor; -1 with error 0 where it may be executed but not read.
struct Opened {
  int error = 0;
  OpenFile file;
  bool set_id = false;
};

// Whether the program would run as someone else than we can make it. File capabilities count for all but root.
bool changes_identity(int fd, const struct stat& status) {
  u32 user = static_cast<u32>(raw_syscall(SYS_geteuid)), group = static_cast<u32>(raw_syscall(SYS_getegid));
  if ((status.st_mode & S_ISUID) && status.st_uid != user) return true;
  if ((status.st_mode & S_ISGID) && (status.st_mode & S_IXGRP) && status.st_gid != group) return true;
  if (user == 0) return false;
  std::string path = "/proc/thread-self/fd/" + std::to_string(fd);
  u8 unused;
  long found = raw_syscall(SYS_getxattr, path.c_str(), "security.capability", &unused, 0);
  return found > 0;
}

Opened open_executable(int dirfd, const std::string& host_path, u32 flags) {
  Opened opened;
  bool by_descriptor = host_path.empty() && (flags & AT_EMPTY_PATH);
  long seen = by_descriptor ? raw_syscall(SYS_fcntl, dirfd, F_DUPFD_CLOEXEC, 0)
                            : raw_syscall(SYS_openat, dirfd, host_path.c_str(),
                                          O_PATH | O_CLOEXEC | ((flags & AT_SYMLINK_NOFOLLOW) ? O_NOFOLLOW : 0));
  if (seen < 0) {
    opened.error = static_cast<int>(-seen);
    return opened;
  }
  OpenFile path_only(static_cast<int>(seen));
  struct stat status;
  raw_syscall(SYS_newfstatat, path_only.fd(), "", &status, AT_EMPTY_PATH);
  if (S_ISLNK(status.st_mode)) {  // AT_SYMLINK_NOFOLLOW
    opened.error = ELOOP;
    return opened;
  }
  opened.error = check_executable(path_only.fd(), dirfd, host_path);
  if (opened.error) return opened;
  opened.set_id = changes_identity(path_only.fd(), status);
  std::string again = by_descriptor ? "/proc/thread-self/fd/" + std::to_string(dirfd) : host_path;
  long readable = raw_syscall(SYS_openat, dirfd, again.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  // Without /proc, the descriptor that the guest handed over serves, if it can be read from.
  if (readable < 0 && by_descriptor) {
    u8 probe;
    if (raw_syscall(SYS_pread64, path_only.fd(), &probe, 1, 0) >= 0) readable = path_only.release();
  }
  if (readable >= 0) opened.file = OpenFile(static_cast<int>(readable));
  return opened;
}

std::array<u8, head_bytes> head_of(int fd) {
  std::array<u8, head_bytes> head{};
  if (fd < 0) return head;
  std::size_t filled = 0;
  while (filled < head.size()) {
    long got = raw_syscall(SYS_pread64, fd, head.data() + filled, head.size() - filled, filled);
    if (got == -EINTR) continue;
    if (got <= 0) break;
    filled += static_cast<std::size_t>(got);
  }
  return head;
}

bool is_of_host(std::span<const u8> head) {
  if (head.size() < SELFMAG || std::memcmp(head.data(), ELFMAG, SELFMAG) != 0) return false;
  u16 machine = load<Elf32_Ehdr>(head.data()).e_machine;  // at the same place in both classes
  return machine == EM_X86_64 || machine == EM_386;
}

// What a file that is no program for us is, to follow its path in a sentence.
std::string refusal_of(std::span<const u8> head) {
  if (head.size() < SELFMAG || std::memcmp(head.data(), ELFMAG, SELFMAG) != 0) return " is not an ELF program";
  auto header = load<Elf32_Ehdr>(head.data());
  const bool big_endian = header.e_ident[EI_DATA] == ELFDATA2MSB;
  const u16 machine = big_endian ? static_cast<u16>(header.e_machine >> 8 | header.e_machine << 8) : header.e_machine;
  if (machine == EM_ARM && big_endian) return " is a big-endian ARM program; sigtape runs little-endian ones";
  static constexpr std::pair<u16, std::string_view> names[] = {
      {EM_NONE, "a truncated ELF file"},
      {EM_X86_64, "amd64"},
      {EM_386, "i386"},
      {EM_AARCH64, "aarch64"},
      {EM_RISCV, "RISC-V"},
      {EM_PPC64, "PowerPC"},
      {EM_PPC, "PowerPC"},
      {EM_MIPS, "MIPS"},
      {EM_S390, "s390"},
      {EM_ARM, "its ELF file is truncated or malformed"},
  };
  for (auto [number, name] : names)
    if (number == machine) return " is not a 32-bit ARM program: " + std::string(name);
  return " is a program for ELF machine " + std::to_string(machine) + ", not a 32-bit ARM one";
}

// The ELF interpreter must be there before the old image is given up; 0 or the error that execve would give.
int check_elf_interpreter(const PathRoot& root, int fd, std::span<const u8> head, std::string& missing) {
  auto header = load<Elf32_Ehdr>(head.data());
  if (header.e_phentsize != sizeof(Elf32_Phdr) || header.e_phnum == 0) return ENOEXEC;
  for (unsigned i = 0; i < header.e_phnum; i++) {
    Elf32_Phdr segment{};
    if (raw_syscall(SYS_pread64, fd, &segment, sizeof segment, header.e_phoff + i * sizeof segment) != sizeof segment)
      return ENOEXEC;
    if (segment.p_type != PT_INTERP) continue;
    if (segment.p_filesz < 2 || segment.p_filesz > 4096) return ENOEXEC;
    std::string name(segment.p_filesz, '\0');
    if (raw_syscall(SYS_pread64, fd, name.data(), name.size(), segment.p_offset) != static_cast<long>(name.size()))
      return EIO;
    if (name.back() != '\0') return ENOEXEC;
    name.resize(name.find('\0'));
    Opened opened = open_executable(AT_FDCWD, root.resolve(AT_FDCWD, name, Follow::yes), 0);
    if (opened.error) missing = name;
    if (opened.error) return opened.error;
    return kind_of_file(head_of(opened.file.fd())) == FileKind::arm_elf ? 0 : ELIBBAD;
  }
  return 0;
}

std::string execfn_of(const ExecTargetQuery& query) {
  if (query.path.empty()) return "/dev/fd/" + std::to_string(query.dirfd);
  if (query.dirfd == AT_FDCWD || query.path[0] == '/') return query.path;
  return "/dev/fd/" + std::to_string(query.dirfd) + "/" + query.path;
}

// The script's own path must still mean something to its interpreter.
bool path_closes_on_exec(const ExecTargetQuery& query) {
  if (query.dirfd == AT_FDCWD || (!query.path.empty() && query.path[0] == '/')) return false;
  return raw_syscall(SYS_fcntl, query.dirfd, F_GETFD) & FD_CLOEXEC;
}

}  // namespace

OpenFile& OpenFile::operator=(OpenFile&& other) noexcept {
  if (fd_ >= 0) raw_syscall(SYS_close, fd_);
  fd_ = other.release();
  return *this;
}
OpenFile::~OpenFile() {
  if (fd_ >= 0) raw_syscall(SYS_close, fd_);
}

FileKind kind_of_file(std::span<const u8> head) {
  if (head.size() >= 2 && head[0] == '#' && head[1] == '!') return FileKind::script;
  if (head.size() < sizeof(Elf32_Ehdr)) return FileKind::other;
  auto header = load<Elf32_Ehdr>(head.data());
  bool is_arm = std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 && header.e_ident[EI_CLASS] == ELFCLASS32 &&
                header.e_ident[EI_DATA] == ELFDATA2LSB && header.e_machine == EM_ARM &&
                (header.e_type == ET_EXEC || header.e_type == ET_DYN);
  return is_arm ? FileKind::arm_elf : FileKind::other;
}

abi::System system_of_elf(std::span<const u8> elf) {
  return elf.size() > EI_OSABI && elf[EI_OSABI] == ELFOSABI_FREEBSD ? abi::System::freebsd : abi::System::linux_eabi;
}

std::optional<ScriptLine> parse_script_line(std::span<const u8> head) {
  const std::size_t last = head_bytes - 1;  // the kernel never looks at the last byte, but for a newline
  auto next_word = [&](std::size_t from, std::size_t end) {
    while (from < end && is_blank(head[from])) from++;
    return from;
  };
  auto word_end = [&](std::size_t from, std::size_t end) {
    while (from < end && !is_blank(head[from]) && head[from] != 0) from++;
    return from;
  };
  std::size_t end = 0;
  while (end < head.size() && head[end] != '\n') end++;
  if (end >= head.size()) {
    // No newline: a name that may have been cut off is no name.
    end = last;
    std::size_t begin = next_word(2, end);
    if (begin == end || word_end(begin, end) == end) {
      if (begin == end || (head[end] != 0 && !is_blank(head[end]))) return std::nullopt;
    }
  }
  while (end > 2 && is_blank(head[end - 1])) end--;
  std::size_t name = next_word(2, end);
  if (name >= end) return std::nullopt;
  std::size_t name_end = word_end(name, end);
  auto text = [&](std::size_t from, std::size_t to) {
    std::string all(reinterpret_cast<const char*>(head.data()) + from, to - from);
    return all.substr(0, all.find('\0'));
  };
  ScriptLine line{text(name, name_end), std::nullopt};
  if (name_end < end && head[name_end] != 0) {
    std::size_t argument = next_word(name_end, end);
    if (argument < end) line.argument = text(argument, end);
  }
  return line;
}

ResolvedExec resolve_exec(const PathRoot& root, const ExecTargetQuery& query) {
  ResolvedExec resolved;
  resolved.arguments = query.arguments;
  resolved.execfn = execfn_of(query);
  if (query.path.empty() && !(query.flags & AT_EMPTY_PATH)) {
    resolved.error = ENOENT;
    return resolved;
  }
  int dirfd = query.dirfd;
  u32 flags = query.flags;
  std::string asked = query.path, shown = resolved.execfn;  // shown: what a script's interpreter gets to see
  for (int depth = 0;; depth++) {
    if (depth > max_depth) {
      resolved.error = ELOOP;
      return resolved;
    }
    Follow follow = (flags & AT_SYMLINK_NOFOLLOW) ? Follow::no : Follow::yes;
    resolved.host_program = asked.empty() ? asked : root.resolve(dirfd, asked, follow);
    resolved.changed_by_root |= resolved.host_program != asked;
    resolved.program = asked.empty() ? shown : asked;
    Opened opened = open_executable(dirfd, resolved.host_program, flags);
    resolved.error = opened.error;
    if (resolved.error) return resolved;
    auto head = head_of(opened.file.fd());
    resolved.kind = kind_of_file(head);
    if (resolved.kind != FileKind::script) {
      resolved.file = std::move(opened.file);
      resolved.set_id = opened.set_id;
      resolved.refusal = refusal_of(head);
      resolved.is_of_host = is_of_host(head);
      if (resolved.kind == FileKind::arm_elf)
        resolved.error = check_elf_interpreter(root, resolved.file.fd(), head, resolved.missing_interpreter);
      return resolved;
    }
    auto line = parse_script_line(head);
    if (!line || (depth == 0 && path_closes_on_exec(query))) {
      resolved.error = line ? ENOENT : ENOEXEC;
      return resolved;
    }
    std::vector<std::string> arguments{line->interpreter};
    if (line->argument) arguments.push_back(*line->argument);
    arguments.push_back(shown);
    for (std::size_t i = 1; i < resolved.arguments.size(); i++) arguments.push_back(resolved.arguments[i]);
    resolved.arguments = std::move(arguments);
    resolved.through_script = true;
    asked = shown = line->interpreter;
    dirfd = AT_FDCWD;
    flags = 0;
  }
}

}  // namespace sigtape::outside

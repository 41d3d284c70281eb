// What execve of a path comes to: permissions, #! lines, and whether an armv7 or a native program runs in the end.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/abi/syscall.h"
#include "core/base/strong.h"
#include "core/outside/path_root.h"

namespace sigtape::outside {

enum class FileKind : u8 {
  arm_elf,  // 32-bit little-endian ARM, executable or position independent
  script,   // begins with "#!"
  other,    // the host kernel decides: native, another machine by binfmt_misc, or ENOEXEC
};

inline constexpr std::size_t head_bytes = 256;  // BINPRM_BUF_SIZE

FileKind kind_of_file(std::span<const u8> head);
abi::System system_of_elf(std::span<const u8> elf);

struct ScriptLine {
  std::string interpreter;
  std::optional<std::string> argument;
};
// `head` zero-padded to head_bytes; nullopt: ENOEXEC. As fs/binfmt_script.c reads it.
std::optional<ScriptLine> parse_script_line(std::span<const u8> head);

// Closes its descriptor.
class OpenFile {
 public:
  OpenFile() = default;
  explicit OpenFile(int fd) : fd_(fd) {}
  OpenFile(OpenFile&& other) noexcept : fd_(other.release()) {}
  OpenFile& operator=(OpenFile&& other) noexcept;
  ~OpenFile();
  int fd() const { return fd_; }
  int release() {
    int fd = fd_;
    fd_ = -1;
    return fd;
  }

 private:
  int fd_ = -1;
};

struct ExecTargetQuery {
  int dirfd = -100;  // AT_FDCWD
  std::string path;
  u32 flags = 0;  // AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW
  std::vector<std::string> arguments;
};

struct ResolvedExec {
  int error = 0;  // the host's number; then nothing else holds
  FileKind kind = FileKind::other;
  OpenFile file;             // of the program; none where it may be executed but not read
  std::string execfn;        // AT_EXECFN: the path as given, or "/dev/fd/N" forms
  std::string program;       // the program's path as the guest names it
  std::string host_program;  // and as the host does
  std::vector<std::string> arguments;
  std::string missing_interpreter;  // the ELF interpreter that `error` is about
  std::string refusal;              // where the file is no 32-bit ARM program: what it is, as a sentence's end
  bool through_script = false;
  bool changed_by_root = false;  // some path was taken from --root
  bool is_of_host = false;       // an ELF program for the host's own machine
  bool set_id = false;           // it would run with other ids or capabilities, which we can't give it
};

ResolvedExec resolve_exec(const PathRoot& root, const ExecTargetQuery& query);

}  // namespace sigtape::outside

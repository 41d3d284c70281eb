// Looks at the program that the user named.
#include "record/first_program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "core/os/elf.h"
#include "core/os/kernel.h"
#include "core/outside/exec_target.h"
#include "core/outside/path_root.h"
#include "core/tape/host_file.h"

namespace sigtape::record {
namespace {

constexpr int not_found = 127, not_executable = 126;  // as shells and env(1)

Error refusal(const std::string& path, int error) {
  return Error{fmt::format("{}: {}", path, std::strerror(error)), error == ENOENT ? not_found : not_executable};
}

struct MappedBytes {
  std::span<const u8> bytes;
  ~MappedBytes() {
    if (!bytes.empty()) munmap(const_cast<u8*>(bytes.data()), bytes.size());
  }
};

}  // namespace

Result<std::string> find_program(const std::string& name, const std::string& root) {
  if (name.find('/') != std::string::npos) return name;
  const char* path = std::getenv("PATH");
  std::string_view rest = path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
  outside::PathRoot resolver(root);
  while (true) {
    std::size_t end = std::min(rest.find(':'), rest.size());
    std::string directory{rest.substr(0, end)};
    std::string candidate = (directory.empty() ? "." : directory) + "/" + name;
    if (access(resolver.resolve(AT_FDCWD, candidate, outside::Follow::yes).c_str(), X_OK) == 0) return candidate;
    if (end == rest.size()) break;
    rest.remove_prefix(end + 1);
  }
  return Error{fmt::format("{}: No such file or directory on the PATH", name), not_found};
}

Result<FirstProgram> check_program(const std::string& path, const std::string& root) {
  outside::PathRoot resolver(root);
  std::string host = resolver.resolve(AT_FDCWD, path, outside::Follow::yes);
  struct stat status {};
  if (stat(host.c_str(), &status) != 0) return refusal(path, errno);
  if (S_ISDIR(status.st_mode)) return refusal(path, EACCES);  // as execve(2) and env(1)
  if (!S_ISREG(status.st_mode) || access(host.c_str(), X_OK) != 0) return refusal(path, EACCES);
  tape::OwnedFd fd{open(host.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!fd.is_open()) return refusal(path, errno);
  // Scripts by their interpreter. What else is wrong with one is for the run itself to say.
  outside::ResolvedExec found = outside::resolve_exec(resolver, {.path = path});
  if (found.error == 0 && found.is_of_host) return FirstProgram::native;
  MappedBytes file;
  if (status.st_size > 0) {
    void* at = mmap(nullptr, static_cast<std::size_t>(status.st_size), PROT_READ, MAP_PRIVATE, fd.get(), 0);
    if (at == MAP_FAILED) return refusal(path, errno);
    file.bytes = {static_cast<const u8*>(at), static_cast<std::size_t>(status.st_size)};
  }
  if (file.bytes.size() > 2 && file.bytes[0] == '#' && file.bytes[1] == '!') return FirstProgram::guest;
  auto system = os::system_of_program(file.bytes, path);
  if (!system) return Error{system.error().text, not_executable};
  auto elf = os::parse_elf(file.bytes, path);
  if (!elf) return Error{elf.error().text, not_executable};
  if (elf->interpreter.empty()) return FirstProgram::guest;
  std::string interpreter = resolver.resolve(AT_FDCWD, elf->interpreter, outside::Follow::yes);
  if (access(interpreter.c_str(), F_OK) == 0) return FirstProgram::guest;
  return Error{fmt::format("{}: its interpreter {} is not there; name the directory of its system with --root", path,
                           elf->interpreter),
               not_found};
}

}  // namespace sigtape::record

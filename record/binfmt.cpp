// Reads and writes binfmt_misc (Documentation/admin-guide/binfmt-misc.rst).
#include "record/binfmt.h"

#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "core/tape/host_file.h"
#include "record/guest.h"

namespace sigtape::record {
namespace {

constexpr char entry_name[] = "sigtape-arm";
constexpr long binfmt_magic = 0x42494e4d;

std::string path_of(const std::string& name) { return std::string(binfmt_directory) + "/" + name; }

bool is_mounted() {
  struct statfs about {};
  return statfs(binfmt_directory, &about) == 0 && about.f_type == binfmt_magic;
}

Result<void> mount_it() {
  if (is_mounted()) return {};
  if (mount("binfmt_misc", binfmt_directory, "binfmt_misc", 0, nullptr) == 0) return {};
  return tape::host_error(fmt::format("binfmt_misc can't be mounted on {}", binfmt_directory));
}

Result<void> write_to(const std::string& name, const std::string& text) {
  std::string path = path_of(name);
  tape::OwnedFd file{open(path.c_str(), O_WRONLY | O_CLOEXEC)};
  if (!file.is_open() || !tape::write_all(file.get(), text.data(), text.size()))
    return tape::host_error(path + " can't be written");
  return {};
}

std::string content_of(const std::string& name) {
  tape::OwnedFd file{open(path_of(name).c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file.is_open()) return {};
  auto bytes = tape::read_some(file.get(), 0, 1 << 16);
  return bytes ? std::string(bytes->begin(), bytes->end()) : std::string();
}

// Value of a line "word value".
std::string value_in(const std::string& content, const std::string& word) {
  std::size_t at = content.starts_with(word) ? 0 : content.find("\n" + word);
  if (at == std::string::npos) return {};
  at = content.find(word, at) + word.size();
  std::string value = content.substr(at, content.find('\n', at) - at);
  return value.substr(std::min(value.find_first_not_of(' '), value.size()));
}

// Other interpreters whose magic is that of a 32-bit little-endian ARM program.
std::vector<std::string> others() {
  std::vector<std::string> names;
  DIR* directory = opendir(binfmt_directory);
  if (directory == nullptr) return names;
  while (const dirent* entry = readdir(directory)) {
    std::string name = entry->d_name;
    if (name == entry_name || name == "register" || name == "status" || name.starts_with(".")) continue;
    std::string content = content_of(name), magic = value_in(content, "magic");
    if (content.starts_with("enabled") && magic.starts_with("7f454c460101") && magic.ends_with("02002800"))
      names.push_back(fmt::format("{} ({})", name, value_in(content, "interpreter")));
  }
  closedir(directory);
  std::ranges::sort(names);
  return names;
}

std::string own_path() {
  std::array<char, 4096> text;
  ssize_t length = readlink("/proc/self/exe", text.data(), text.size());
  return length <= 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(length));
}

std::string escaped(std::span<const u8> bytes) {
  std::string text;
  for (u8 byte : bytes) text += fmt::format("\\x{:02x}", byte);
  return text;
}

}  // namespace

std::string binfmt_line(const std::string& interpreter) {
  // e_ident, e_type, e_machine. EI_OSABI is anything, so that FreeBSD programs are among them; ET_EXEC or ET_DYN.
  std::array<u8, 20> magic{0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT}, mask;
  mask.fill(0xff);
  mask[EI_OSABI] = mask[EI_ABIVERSION] = 0;
  magic[16] = ET_EXEC;
  mask[16] = 0xfe;
  magic[18] = EM_ARM;
  return fmt::format(":{}:M::{}:{}:{}:POCF", entry_name, escaped(magic), escaped(mask), interpreter);
}

bool binfmt_is_installed() {
  return content_of(entry_name).starts_with("enabled") && content_of("status").starts_with("enabled");
}

int binfmt_install() {
  if (auto mounted = mount_it(); !mounted) return complain(mounted.error());
  if (access(path_of(entry_name).c_str(), F_OK) == 0)
    if (auto removed = write_to(entry_name, "-1"); !removed) return complain(removed.error());
  std::string program = own_path();
  if (auto done = write_to("register", binfmt_line(program)); !done) return complain(done.error());
  fmt::print("armv7 programs are run by {} until the next boot\n", program);
  for (const std::string& other : others()) fmt::print("before {}, which stays registered\n", other);
  return 0;
}

int binfmt_status() {
  if (!is_mounted()) {
    fmt::print("binfmt_misc is not mounted on {}\n", binfmt_directory);
    return 1;
  }
  std::string content = content_of(entry_name);
  if (content.empty())
    fmt::print("not installed\n");
  else
    fmt::print("{}: armv7 programs are run by {}, flags {}\n", content.substr(0, content.find('\n')),
               value_in(content, "interpreter"), value_in(content, "flags:"));
  for (const std::string& other : others()) fmt::print("also registered: {}\n", other);
  return binfmt_is_installed() ? 0 : 1;
}

int binfmt_remove() {
  if (!is_mounted() || access(path_of(entry_name).c_str(), F_OK) != 0) {
    fmt::print("not installed\n");
    return 0;
  }
  if (auto removed = write_to(entry_name, "-1"); !removed) return complain(removed.error());
  fmt::print("removed\n");
  return 0;
}

}  // namespace sigtape::record

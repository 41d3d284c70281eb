// What ps, pgrep and pidof see of a guest process: its own name and arguments.
#include <fcntl.h>
#include <linux/prctl.h>
#include <sys/prctl.h>

#include <array>
#include <charconv>
#include <string>
#include <vector>

#include "core/outside/live_state.h"
#include "core/outside/raw_syscall.h"

namespace sigtape::outside {
namespace {

// The fields of /proc/self/stat after the command name, beginning with the state as number 3 (man 5 proc).
std::vector<u64> fields_of_stat() {
  long fd = raw_syscall(SYS_openat, AT_FDCWD, "/proc/self/stat", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  std::array<char, 2048> raw;
  long bytes = raw_syscall(SYS_read, fd, raw.data(), raw.size());
  raw_syscall(SYS_close, fd);
  if (bytes <= 0) return {};
  std::string_view text(raw.data(), static_cast<std::size_t>(bytes));
  std::size_t name_end = text.rfind(')');
  if (name_end == std::string_view::npos) return {};
  text.remove_prefix(name_end + 1);
  std::vector<u64> fields(3);  // 0 unused, pid and name passed over
  while (!text.empty()) {
    while (!text.empty() && (text[0] == ' ' || text[0] == '\n')) text.remove_prefix(1);
    std::string_view word = text.substr(0, text.find(' '));
    u64 value = 0;
    std::from_chars(word.data(), word.data() + word.size(), value);
    fields.push_back(value);
    text.remove_prefix(word.size());
  }
  return fields;
}

}  // namespace

void set_thread_name(const std::string& path) {
  std::string name = path.substr(path.rfind('/') + 1);
  raw_syscall(SYS_prctl, PR_SET_NAME, name.c_str(), 0, 0, 0);
}

void show_arguments_from(const char* first_argument) {
  auto field = fields_of_stat();
  if (field.size() < 52) return;  // no /proc: then nobody reads it there either
  prctl_mm_map map{};
  map.start_code = field[26];
  map.end_code = field[27];
  map.start_stack = field[28];
  map.start_data = field[45];
  map.end_data = field[46];
  map.start_brk = field[47];
  map.brk = static_cast<u64>(raw_syscall(SYS_brk, 0));
  map.arg_start = reinterpret_cast<u64>(first_argument);
  map.arg_end = field[49];
  map.env_start = field[50];
  map.env_end = field[51];
  map.exe_fd = ~u32{0};
  raw_syscall(SYS_prctl, PR_SET_MM, PR_SET_MM_MAP, &map, sizeof map, 0);
}

}  // namespace sigtape::outside

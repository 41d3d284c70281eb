// From what fs/binfmt_misc.c leaves to a guest image.
#include "record/binfmt_start.h"

#include <sys/auxv.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string_view>

#include "record/guest.h"
#include "record/join.h"
#include "record/session.h"

namespace sigtape::record {
namespace {

enum Argument : int { own_name, path_at, name_at, first_argument };

// The kernel opened the program for us (flag O).
std::optional<int> program_of_kernel() {
  errno = 0;
  unsigned long fd = getauxval(AT_EXECFD);
  if (fd == 0 && errno == ENOENT) return std::nullopt;
  return static_cast<int>(fd);
}

outside::LiveOptions live_options(int argc, char** argv) {
  outside::LiveOptions options;
  options.path = options.program_path = argv[path_at];
  if (auto fd = program_of_kernel()) {
    options.program = HostFd{*fd};
    // The path as execve got it, which for a script is the script's.
    if (unsigned long name = getauxval(AT_EXECFN)) options.path = reinterpret_cast<const char*>(name);
  }
  options.arguments.assign(argv + name_at, argv + argc);
  options.first_guest_argument = argv + name_at;
  for (char** entry = environ; *entry != nullptr; entry++)
    if (!is_door_entry(*entry)) options.environment.emplace_back(*entry);
  return options;
}

}  // namespace

bool is_binfmt_start(int argc, char** argv) {
  if (argc < first_argument) return false;
  std::string_view name = argv[own_name];
  return program_of_kernel().has_value() || name.substr(name.rfind('/') + 1) == "sigtape-binfmt";
}

int run_from_binfmt(int argc, char** argv) {
  outside::LiveOptions options = live_options(argc, argv);
  if (auto joined = join_session()) {
    options.self = joined->self;
    options.delivery = joined->ways.delivery;
    options.root = joined->ways.root;
    joined->place.stream = joined->session->new_stream();
    joined->session->page().started.store(1);
    return run_recorded(std::move(options), *joined->session, joined->place);
  }
  const char* directory = std::getenv("SIGTAPE_RECORD");
  if (directory == nullptr || *directory == '\0') return run_guest(std::move(options));
  RecordOptions record;
  record.directory = directory;
  record.command = options.arguments;
  record.quiet = true;
  record.live = std::move(options);
  return record_session(std::move(record));
}

}  // namespace sigtape::record

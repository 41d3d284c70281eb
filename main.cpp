// The front door: reads the subcommand and hands over.
#include <fmt/format.h>

#include <cstdlib>
#include <cstring>

#include "core/outside/live.h"
#include "core/run/machine.h"

using namespace sigtape;

namespace {

constexpr int own_failure = 125;  // as env(1): not the program's status

int fail(const Error& error) {
  fmt::print(stderr, "sigtape: {}\n", error.text);
  return error.status == 1 ? own_failure : error.status;
}

// [--root DIR] [--delivery MODE] [--] PROGRAM [ARGUMENT...]
Result<outside::LiveOptions> options_of_run(int argc, char** argv) {
  outside::LiveOptions options;
  int i = 2;
  for (; i < argc && argv[i][0] == '-'; i++) {
    std::string_view option = argv[i];
    if (option == "--") {
      i++;
      break;
    }
    if (i + 1 == argc) return Error{fmt::format("{} needs a value", option)};
    if (option == "--root") {
      char* absolute = realpath(argv[++i], nullptr);
      if (!absolute) return Error{fmt::format("--root {}: {}", argv[i], std::strerror(errno))};
      options.root = std::strcmp(absolute, "/") == 0 ? "" : absolute;
      std::free(absolute);
    } else if (option == "--delivery") {
      auto mode = outside::delivery_mode_of(argv[++i]);
      if (!mode) return Error{fmt::format("there is no delivery mode {}", argv[i])};
      options.delivery = *mode;
    } else {
      return Error{fmt::format("run has no option {}", option)};
    }
  }
  if (i == argc) return Error{"run what? Usage: sigtape run [--root DIR] [--delivery MODE] PROGRAM [ARGUMENT...]"};
  options.path = argv[i];
  options.arguments.assign(argv + i, argv + argc);
  options.first_guest_argument = argv + i;
  for (char** entry = environ; *entry; entry++) options.environment.emplace_back(*entry);
  return options;
}

int run_guest(outside::LiveOptions options) {
  outside::LiveHooks hooks;
  outside::Live live(std::move(options), hooks);
  auto machine = run::Machine::create(run::EngineKind::interpreter);
  if (!machine) return fail(machine.error());
  auto first = (*machine)->load(live);
  if (!first) return fail(first.error());
  (*machine)->run(**first);
  return own_failure;  // Live ends the process and does not come back
}

}  // namespace

int main(int argc, char** argv) {
  if (outside::is_exec_start(argc, argv)) {
    auto options = outside::options_from_exec(argc, argv, environ);
    return options ? run_guest(std::move(*options)) : fail(options.error());
  }
  if (argc < 2 || std::strcmp(argv[1], "run") != 0) {
    fmt::print(stderr, "usage: sigtape run [--root DIR] [--delivery MODE] PROGRAM [ARGUMENT...]\n");
    return own_failure;
  }
  auto options = options_of_run(argc, argv);
  return options ? run_guest(std::move(*options)) : fail(options.error());
}

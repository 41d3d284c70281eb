// Runs an armv7 program with Live and nothing else: what `sigtape run` does, for the tests of core/outside.
#include <fmt/format.h>

#include <cstdlib>

#include "core/outside/live.h"
#include "core/run/machine.h"

using namespace sigtape;

int main(int argc, char** argv) {
  outside::LiveOptions options;
  if (outside::is_exec_start(argc, argv)) {
    auto given = outside::options_from_exec(argc, argv, environ);
    if (!given) return fmt::print(stderr, "guest_run: {}\n", given.error().text), 125;
    options = std::move(*given);
  } else {
    if (argc < 2) return fmt::print(stderr, "usage: guest_run PROGRAM [ARGUMENT...]\n"), 125;
    options.path = argv[1];
    options.arguments.assign(argv + 1, argv + argc);
    for (char** entry = environ; *entry; entry++) options.environment.emplace_back(*entry);
    options.first_guest_argument = argv + 1;
    if (const char* root = std::getenv("GUEST_ROOT")) options.root = root;
    if (const char* mode = std::getenv("GUEST_DELIVERY")) {
      auto delivery = outside::delivery_mode_of(mode);
      if (!delivery) return fmt::print(stderr, "guest_run: no delivery mode {}\n", mode), 125;
      options.delivery = *delivery;
    }
  }
  outside::LiveHooks hooks;
  outside::Live live(std::move(options), hooks);
  auto machine = run::Machine::create(cpu::EngineKind::interpreter);
  if (!machine) return fmt::print(stderr, "guest_run: {}\n", machine.error().text), 125;
  auto first = (*machine)->load(live);
  if (!first) return fmt::print(stderr, "guest_run: {}\n", first.error().text), first.error().status;
  (*machine)->run(**first);
  return 125;  // Live ends the process
}

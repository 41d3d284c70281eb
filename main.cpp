// The front door: reads the subcommand and hands over.
#include <CLI/CLI.hpp>

#include "analyze/command.h"
#include "core/outside/linux_limits.h"
#include "core/outside/live.h"
#include "record/binfmt_start.h"
#include "record/command.h"
#include "record/guest.h"
#include "replay/command.h"

using namespace sigtape;

int main(int argc, char** argv) {
  // Not a user's command: a recorded or run program did execve.
  if (outside::is_exec_start(argc, argv)) return record::run_from_exec(argc, argv);

  if (auto limits = outside::lift_file_size_limit(); !limits) return record::complain(limits.error());

  // Nor this: the kernel found an armv7 program.
  if (record::is_binfmt_start(argc, argv)) return record::run_from_binfmt(argc, argv);

  CLI::App app{
      "sigtape runs 32-bit ARM programs on this machine, records all that happens to them, plays it back to the same\n"
      "instruction, and finds signal and system-call races on the recording.",
      "sigtape"};
  app.set_version_flag("--version", "sigtape " SIGTAPE_VERSION);
  app.require_subcommand(1);
  int status = 0;
  record::add_commands(app, argc, argv, status);
  replay::add_commands(app, status);
  analyze::add_commands(app, status);
  app.footer("sigtape COMMAND --help says more about a command.");  // after the commands, which take a footer over
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    return record::complain(Error{error.what(), 2});
  }
  return status;
}

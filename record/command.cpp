// `sigtape record` and `sigtape run`: options to a session, or to a guest without one.
#include "record/command.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <memory>

#include "core/outside/linux_limits.h"
#include "core/outside/path_root.h"
#include "record/binfmt.h"
#include "record/first_program.h"
#include "record/guest.h"
#include "record/session.h"

namespace sigtape::record {
namespace {

struct Words {
  std::vector<std::string> command;
  std::string root, delivery = "safe", engine = "jit";
  RecordOptions record;
  double timeout_s = 0, hang_after_s = 0;
  u64 seed = 0, digest_every = 0;
};

void add_guest_options(CLI::App& app, Words& words) {
  app.add_option("--root", words.root,
                 "Directory of a 32-bit system: programs, interpreters and libraries that are there are taken from there")
      ->type_name("DIR");
  app.add_option("--delivery", words.delivery,
                 "How signals meet system calls: safe, or one of the known broken designs for comparison:\n"
                 "check-first, mask-and-pcall, self-wake, always-eintr, always-restart")
      ->type_name("MODE")
      ->capture_default_str();
  app.add_option("--engine", words.engine, "What executes the program: jit, interpreter (slow; the reference), or check\n(very slow: both, compared step by step)")
      ->type_name("ENGINE")
      ->capture_default_str();
  app.add_option("command", words.command, "The program and its arguments")->type_name("PROG [ARGS]")->required();
  // What follows the program's name is the program's.
  app.positionals_at_end(true);
  app.prefix_command(false);
}

// Where the program's words begin in main's argv, which they end: /proc/PID/cmdline is to begin there.
char** first_word(int argc, char** argv, std::size_t count) { return argv + argc - static_cast<int>(count); }

Result<outside::LiveOptions> live_options(const Words& words, int argc, char** argv, FirstProgram& kind) {
  outside::LiveOptions options;
  auto mode = outside::delivery_mode_of(words.delivery);
  if (!mode)
    return Error{fmt::format("there is no delivery mode {}; there are safe, check-first, mask-and-pcall, self-wake, "
                             "always-eintr and always-restart",
                             words.delivery)};
  options.delivery = *mode;
  auto engine = cpu::engine_of(words.engine);
  if (!engine) return Error{fmt::format("there is no engine {}; there are {}", words.engine, cpu::engine_names)};
  options.engine = *engine;
  if (!words.root.empty()) {
    std::unique_ptr<char, decltype(&std::free)> absolute{realpath(words.root.c_str(), nullptr), std::free};
    if (!absolute) return Error{fmt::format("--root {}: {}", words.root, std::strerror(errno))};
    if (std::strcmp(absolute.get(), "/") != 0) options.root = absolute.get();
  }
  options.path = SIGTAPE_TRY(find_program(words.command.front(), options.root));
  kind = SIGTAPE_TRY(check_program(options.path, options.root));
  if (kind == FirstProgram::native)
    options.path = outside::PathRoot(options.root).resolve(AT_FDCWD, options.path, outside::Follow::yes);
  options.arguments = words.command;
  for (char** entry = environ; *entry != nullptr; entry++) options.environment.emplace_back(*entry);
  options.first_guest_argument = first_word(argc, argv, words.command.size());
  return options;
}

int run_native(outside::LiveOptions& options) {
  std::vector<char*> arguments;
  for (std::string& word : options.arguments) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  outside::restore_file_size_limit();
  execv(options.path.c_str(), arguments.data());
  return complain(Error{fmt::format("{}: {}", options.path, std::strerror(errno)), 126});
}

}  // namespace

void add_commands(CLI::App& app, int argc, char** argv, int& status) {
  auto words = std::make_shared<Words>();
  auto* record = app.add_subcommand("record", "Run a program and write all that happens to it, and to what it starts, onto a tape");
  record->footer(
      "The program runs as it would without sigtape: same output, same exit status, or the same deadly signal.\n"
      "Everything that enters it from outside is written to the tape, for it and for every process that it starts.\n"
      "A native program runs beside the tape; the 32-bit ARM ones that it starts are recorded (see sigtape binfmt).\n\n"
      "  sigtape record -o build.tape -- make check\n"
      "  sigtape record --root /srv/armhf --timeout 600 -- /usr/bin/python3 -m test\n");
  record->add_option("-o,--output", words->record.tape, "The tape, a directory to be made (default: PROG-N.tape)")
      ->type_name("TAPE");
  auto* timeout = record->add_option("--timeout", words->timeout_s,
                                     "End the program after so many seconds; the tape shows where it stood")
                      ->type_name("SECONDS")
                      ->check(CLI::PositiveNumber);
  auto* hang = record->add_option("--hang-after", words->hang_after_s,
                                  "End the program when nothing in its tree has moved for so many seconds: no event, no\n"
                                  "processor time; the tape shows who waited for whom")
                   ->type_name("SECONDS")
                   ->check(CLI::PositiveNumber);
  record->add_option("--seed", words->seed, "Choose what is random in a program's start from this number (default: the host's)")
      ->type_name("N");
  record->add_option("--digest-every", words->digest_every,
                     "Note a digest of registers and memory every N events, so that a diverging replay is noticed early")
      ->type_name("N");
  record->add_flag("-q,--quiet", words->record.quiet, "No progress line, and no summary at the end");
  add_guest_options(*record, *words);
  record->callback([=, &status] {
    FirstProgram kind{};
    auto live = live_options(*words, argc, argv, kind);
    if (!live) {
      status = complain(live.error());
      return;
    }
    RecordOptions options = words->record;
    options.live = std::move(*live);
    options.native = kind == FirstProgram::native;
    options.command = words->command;
    options.seed = words->seed;
    options.digest_every = words->digest_every;
    if (*timeout) options.timeout_s = words->timeout_s;
    if (*hang) options.hang_after_s = words->hang_after_s;
    status = record_session(std::move(options));
  });

  auto* run = app.add_subcommand("run", "Run a 32-bit ARM program, without a tape");
  run->footer("  sigtape run --root /srv/armhf /usr/bin/python3 script.py\n");
  add_guest_options(*run, *words);
  run->callback([=, &status] {
    FirstProgram kind{};
    auto live = live_options(*words, argc, argv, kind);
    if (!live)
      status = complain(live.error());
    else
      status = kind == FirstProgram::native ? run_native(*live) : run_guest(std::move(*live));
  });

  auto* binfmt = app.add_subcommand("binfmt", "Let the kernel run 32-bit ARM programs by sigtape (binfmt_misc)");
  binfmt->footer(
      "Native programs can start armv7 ones then, also in chroots and containers. Within a recording they join its tape;\n"
      "elsewhere they just run, or make a tape of their own in the directory that SIGTAPE_RECORD names.\n\n"
      "  sigtape binfmt install && sigtape record -- make check\n");
  binfmt->require_subcommand(1);
  binfmt->add_subcommand("install", "Register with the running kernel (as root)")->callback([&status] {
    status = binfmt_install();
  });
  binfmt->add_subcommand("status", "Say what is registered; ends with 1 if sigtape is not")->callback([&status] {
    status = binfmt_status();
  });
  binfmt->add_subcommand("remove", "Take the registration back (as root)")->callback([&status] {
    status = binfmt_remove();
  });
}

}  // namespace sigtape::record

// `sigtape replay`, `info`, `ps` and `log`.
#include "replay/command.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <memory>

#include "replay/listing.h"
#include "replay/tree.h"
#include "replay/tree_end.h"

namespace sigtape::replay {
namespace {

struct Words {
  std::string tape, engine = "jit";
  i32 process = 0;
  bool quiet = false, json = false, plain = false;
};

CLI::App* add_command(CLI::App& app, const std::shared_ptr<Words>& words, const char* name, const char* text) {
  auto* command = app.add_subcommand(name, text);
  command->add_option("tape", words->tape, "The tape: a directory that `sigtape record` made")
      ->type_name("TAPE")
      ->required();
  return command;
}

template <class Act>
void on_tape(CLI::App* command, const std::shared_ptr<Words>& words, int& status, Act act) {
  command->callback([words, act, &status] {
    auto tape = tape::Tape::open(words->tape);
    status = tape ? act(*tape) : say_failure(tape.error().text);
  });
}

}  // namespace

void add_commands(CLI::App& app, int& status) {
  auto words = std::make_shared<Words>();

  auto* replay = add_command(app, words, "replay", "Run a tape's programs again, exactly as they were recorded");
  replay->footer(
      "Needs nothing but the tape: neither the recorded files nor the network nor the user of the recording.\n"
      "Writes the programs' output again and ends with the recorded status. Registers and memory are compared with\n"
      "what was recorded; a difference is an error of sigtape, is shown from both sides, and ends with status 3.\n");
  auto* process =
      replay->add_option("--process", words->process, "Only this process, and what leads to it")->type_name("PID");
  replay->add_option("--engine", words->engine, "What executes the programs: jit, interpreter (slow; the reference), or check\n(very slow: both, compared step by step)")
      ->type_name("ENGINE")
      ->capture_default_str();
  replay->add_flag("-q,--quiet", words->quiet, "Leave out the programs' output");
  on_tape(replay, words, status, [words, process](const std::shared_ptr<tape::Tape>& tape) {
    TreeOptions options{tape, {}, words->quiet};
    auto engine = cpu::engine_of(words->engine);
    if (!engine)
      return say_failure(fmt::format("there is no engine {}; there are {}", words->engine, cpu::engine_names));
    options.engine = *engine;
    if (*process) options.process = words->process;
    return replay_tape(options);
  });

  auto form_of = [words] { return words->json ? Form::json : Form::text; };
  auto* info = add_command(app, words, "info", "Say what is on a tape");
  info->add_flag("--json", words->json, "As one JSON object");
  on_tape(info, words, status,
          [form_of](const std::shared_ptr<tape::Tape>& tape) { return print_info(tape, form_of()); });

  auto* ps = add_command(app, words, "ps", "List the recorded processes as a tree");
  ps->add_flag("--json", words->json, "As a JSON array");
  on_tape(ps, words, status,
          [form_of](const std::shared_ptr<tape::Tape>& tape) { return print_processes(tape, form_of()); });

  auto* log = add_command(app, words, "log", "Print the recorded system calls and signals, as strace does");
  log->footer(
      "Each line: time, process and thread, [event @instructions retired], then the call or signal.\n"
      "A call that another thread's or process's line cuts in two is shown as unfinished and resumed; one that never\n"
      "came back stays unfinished.\n");
  auto* one = log->add_option("--process", words->process, "Only this process")->type_name("PID");
  log->add_flag("--json", words->json, "One JSON object per line");
  log->add_flag("--plain", words->plain, "Without times and positions");
  on_tape(log, words, status, [words, one, form_of](const std::shared_ptr<tape::Tape>& tape) {
    LogOptions options{{}, form_of(), !words->plain};
    if (*one) options.process = words->process;
    return print_log(tape, options);
  });
}

}  // namespace sigtape::replay

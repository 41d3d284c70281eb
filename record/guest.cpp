// Machine, engine and Live put together.
#include "record/guest.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "core/outside/own_fds.h"
#include "core/run/machine.h"

namespace sigtape::record {
namespace {

// As env(1) and others that run programs: a status that is not the program's.
constexpr int own_failure = 125;

int run(outside::Outside& outside, run::Machine& machine) {
  auto first = machine.load(outside);
  if (!first) return complain(first.error());
  machine.run(**first);
  return own_failure;  // Live ends the process and does not come back
}

}  // namespace

int complain(const Error& error) {
  std::fflush(stdout);
  std::string line = fmt::format("sigtape: {}\n", error.text);
  (void)!write(STDERR_FILENO, line.data(), line.size());
  return error.status == 1 ? own_failure : error.status;
}

int run_guest(outside::LiveOptions options) {
  outside::LiveHooks hooks;
  auto machine = run::Machine::create(options.engine);
  outside::Live live(std::move(options), hooks);
  if (!machine) return complain(machine.error());
  return run(live, **machine);
}

int run_recorded(outside::LiveOptions options, tape::Session& session, const StreamPlace& place) {
  auto machine = run::Machine::create(options.engine);
  if (!machine) return complain(machine.error());
  auto recorder = Recorder::begin(session, place);
  if (!recorder) return complain(recorder.error());
  outside::Live live(std::move(options), **recorder);
  (*recorder)->wrap(live);
  (*recorder)->set_digest([&] { return (*machine)->digest(); });
  (*recorder)->set_hide([&](int fd) { return live.own_fds().adopt(fd); }, [&](HostFd fd) { live.own_fds().close(fd); });
  return run(**recorder, **machine);
}

int run_from_exec(int argc, char** argv) {
  auto options = outside::options_from_exec(argc, argv, environ);
  if (!options) return complain(options.error());
  if (options->hook_words.empty()) return run_guest(std::move(*options));
  auto place = StreamPlace::from_words(options->hook_words);
  if (!place) return complain(place.error());
  if (options->kept.size() != 4) return complain(Error{"the recording session's descriptors are missing"});
  auto session = tape::Session::join({options->kept[0], options->kept[1], options->kept[2], options->kept[3]});
  if (!session) return complain(session.error());
  return run_recorded(std::move(*options), **session, *place);
}

}  // namespace sigtape::record

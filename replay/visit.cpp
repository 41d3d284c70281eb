// The visiting process writes what it saw into a pipe and ends with the last event that is asked for.
#include "replay/visit.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/tape/host_file.h"
#include "replay/replayer.h"
#include "replay/streams.h"

namespace sigtape::replay {
namespace {

struct SightHeader {
  u64 event = 0, bytes = 0;
};

void send(int fd, const Sight& sight) {
  SightHeader header{sight.event, sight.text.size()};
  std::string record(reinterpret_cast<const char*>(&header), sizeof header);
  record += sight.text;
  if (!tape::write_all(fd, record.data(), record.size())) _exit(1);
}

// The image's programs are opened before the replay has a guest that could agree with anything.
void pass_programs(const tape::Tape& tape, const Visit& visit, tape::StreamId stream) {
  auto reader = tape.read(stream);
  if (!reader) return;
  for (auto next = (*reader)->next(); next && *next != nullptr; next = (*reader)->next()) {
    if ((*next)->as<tape::Started>() || (*next)->as<tape::Called>()) return;
    if ((*next)->as<tape::ProgramOpened>()) visit.passed(**next);
  }
}

[[noreturn]] void go(const std::shared_ptr<tape::Tape>& tape, const Visit& visit, int fd) {
  ReplayPlan plan;
  plan.tape = tape;
  plan.path = path_to(streams_of(*tape), visit.stream);
  if (plan.path.empty()) _exit(1);
  pass_programs(*tape, visit, plan.path.front());
  std::vector<u64> left = visit.events;
  run::Machine* machine = nullptr;
  plan.agreed = [&](tape::StreamId stream, const tape::Event& event) {
    visit.passed(event);
    auto wanted = std::find(left.begin(), left.end(), event.index);
    if (stream != visit.stream || wanted == left.end()) return;
    left.erase(wanted);
    auto thread = machine->threads().find(event.thread);
    if (thread != machine->threads().end()) send(fd, {event.index, visit.look(event, *machine, *thread->second)});
    if (left.empty()) _exit(0);
  };
  auto made = run::Machine::create(cpu::EngineKind::interpreter);
  auto replayer = Replayer::open(std::move(plan));
  if (!made || !replayer) _exit(1);
  machine = made->get();
  (*replayer)->run(*machine);
  _exit(0);
}

std::vector<Sight> sights_in(const std::string& text) {
  std::vector<Sight> sights;
  std::size_t at = 0;
  while (text.size() - at >= sizeof(SightHeader)) {
    SightHeader header;
    std::memcpy(&header, text.data() + at, sizeof header);
    at += sizeof header;
    if (header.bytes > text.size() - at) break;
    sights.push_back({header.event, text.substr(at, header.bytes)});
    at += header.bytes;
  }
  return sights;
}

}  // namespace

std::vector<Sight> visit_events(const std::shared_ptr<tape::Tape>& tape, const Visit& visit) {
  int ends[2];
  if (visit.events.empty() || pipe(ends) != 0) return {};
  tape::OwnedFd reading{ends[0]}, writing{ends[1]};
  std::fflush(nullptr);
  pid_t pid = fork();
  if (pid == 0) go(tape, visit, writing.get());
  writing = {};
  std::string text;
  char piece[4096];
  for (;;) {
    ssize_t got = read(reading.get(), piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    text.append(piece, static_cast<std::size_t>(got));
  }
  while (pid > 0 && waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return sights_in(text);
}

}  // namespace sigtape::replay

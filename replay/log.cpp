// `sigtape log`: the events of all streams by time, as strace -f would have printed them.
#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "core/abi/names.h"
#include "replay/event_text.h"
#include "replay/listing.h"

namespace sigtape::replay {
namespace {

using Json = nlohmann::ordered_json;

// Where strace puts its results.
constexpr std::size_t result_column = 44;

class Log {
 public:
  explicit Log(const LogOptions& options) : options_(options) {}

  void add(tape::StreamId stream, const tape::Event& event) {
    if (start_ns_ == 0) start_ns_ = event.ns;
    Stream& of = streams_[stream];
    if (const auto* began = event.as<tape::StreamBegan>()) of.pid = began->pid;
    if (const auto* started = event.as<tape::ThreadStarted>(); started != nullptr && started->vfork_child)
      of.vfork_pids[event.thread] = event.thread.value;
    auto vfork = of.vfork_pids.find(event.thread);
    i32 pid = vfork != of.vfork_pids.end() ? vfork->second : of.pid;
    if (options_.process && pid != *options_.process) return;
    if (const auto* called = event.as<tape::Called>()) of.system = called->call.system;
    if (options_.form == Form::json)
      json(stream, pid, of, event);
    else
      text(stream, pid, of, event);
  }
  // Calls that never came back.
  void finish() {
    if (options_.form == Form::json) return;
    flush_open();
  }

 private:
  struct Stream {
    i32 pid = 0;
    abi::System system = abi::System::linux_eabi;
    std::map<ThreadId, i32> vfork_pids;
  };
  // A call whose line may still be completed.
  struct Open {
    tape::StreamId stream;
    ThreadId thread;
    std::string prefix, call;
  };

  std::string prefix_of(i32 pid, const tape::Event& event) const {
    std::string who = pid == event.thread.value || event.thread.value == 0
                          ? fmt::format("{}", pid)
                          : fmt::format("{}/{}", pid, event.thread.value);
    if (!options_.positions) return fmt::format("{:<8} ", who);
    return fmt::format("{:>10.6f} {:<8} {:<16} ", static_cast<double>(event.ns - start_ns_) / 1e9, who,
                       fmt::format("[{} @{}]", event.index, event.tick.value));
  }

  void flush_open() {
    if (open_) fmt::print("{}{} <unfinished ...>\n", open_->prefix, open_->call);
    open_.reset();
  }

  static std::string with_result(const std::string& call, const std::string& result) {
    return fmt::format("{:<{}} = {}", call, result_column, result);
  }

  void text(tape::StreamId stream, i32 pid, Stream& of, const tape::Event& event) {
    if (event.as<tape::Switched>() || event.as<tape::Digest>() || event.as<tape::Started>() ||
        event.as<tape::UnknownEvent>())
      return;
    std::string prefix = prefix_of(pid, event);
    if (const auto* entered = event.as<tape::Entered>()) {
      flush_open();
      open_ = Open{stream, event.thread, prefix, text_of_entered(*entered)};
      return;
    }
    if (const auto* called = event.as<tape::Called>()) {
      CallLine line = text_of_called(*called);
      bool mine = open_ && open_->stream == stream && open_->thread == event.thread;
      if (mine) {
        prefix = open_->prefix;
        open_.reset();
      }
      flush_open();
      if (called->entered && !mine)
        line.call = fmt::format("<... {} resumed> {}", abi::name_of(called->call.system, called->call.number), line.call);
      fmt::print("{}{}\n", prefix, with_result(line.call, line.result));
      return;
    }
    flush_open();
    fmt::print("{}{}\n", prefix, text_of(event, of.system));
  }

  void json(tape::StreamId stream, i32 pid, Stream& of, const tape::Event& event) {
    Json line{{"ns", event.ns - start_ns_},      {"pid", pid},
              {"thread", event.thread.value},    {"stream", stream.value},
              {"event", event.index},            {"tick", event.tick.value},
              {"kind", tape::kind_name(event)}};
    if (const auto* called = event.as<tape::Called>()) {
      CallLine text = text_of_called(*called);
      line["name"] = abi::name_of(called->call.system, called->call.number);
      line["pc"] = called->call.pc.value;
      line["call"] = text.call;
      line["result"] = text.result;
      if (const auto* done = std::get_if<abi::Done>(&called->outcome)) line["value"] = done->value;
      if (const auto* failed = std::get_if<abi::Failed>(&called->outcome)) line["error"] = failed->error;
    } else {
      line["text"] = text_of(event, of.system);
    }
    fmt::print("{}\n", line.dump(-1, ' ', false, Json::error_handler_t::replace));
  }

  LogOptions options_;
  std::map<tape::StreamId, Stream> streams_;
  std::optional<Open> open_;
  u64 start_ns_ = 0;
};

}  // namespace

int print_log(const std::shared_ptr<tape::Tape>& tape, const LogOptions& options) {
  auto reader = tape::MergedReader::open(tape);
  if (!reader) {
    fmt::print(stderr, "sigtape: {}\n", reader.error().text);
    return 1;
  }
  Log log(options);
  for (auto item = (*reader)->next(); item.event != nullptr; item = (*reader)->next()) log.add(item.stream, *item.event);
  log.finish();
  std::fflush(stdout);
  for (const std::string& damage : (*reader)->damages()) fmt::print(stderr, "sigtape: {}\n", damage);
  return (*reader)->damages().empty() ? 0 : 1;
}

}  // namespace sigtape::replay

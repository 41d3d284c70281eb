// `sigtape info` and `sigtape ps`.
#include "replay/listing.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "core/abi/names.h"
#include "core/tape/processes.h"

namespace sigtape::replay {
namespace {

using Json = nlohmann::ordered_json;

// What the guest has need not be UTF-8.
std::string dumped(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    bool plain = !word.empty() && word.find_first_of(" \t\n'\"\\$&|;<>()*?") == std::string::npos;
    text += (text.empty() ? "" : " ") + (plain ? word : "'" + word + "'");
  }
  return text;
}

std::string text_of_bytes(u64 bytes) {
  if (bytes < 10'000) return fmt::format("{} bytes", bytes);
  if (bytes < 1'000'000) return fmt::format("{} kB", bytes / 1000);
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

std::string date_of(u64 realtime_ns) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(static_cast<std::time_t>(realtime_ns / 1'000'000'000)));
}

std::string text_of_end(const std::optional<outside::End>& end) {
  if (!end) return {};
  if (end->kind == outside::EndKind::signal)
    return "killed by " + abi::signal_name(abi::System::linux_eabi, end->status);
  return fmt::format("exit status {}", end->status);
}

Json json_of_end(const std::optional<outside::End>& end) {
  if (!end) return nullptr;
  if (end->kind == outside::EndKind::signal)
    return {{"signal", end->status}, {"name", abi::signal_name(abi::System::linux_eabi, end->status)}};
  return {{"status", end->status}};
}

std::string command_of(const tape::ProcessLife& process) {
  for (auto image = process.images.rbegin(); image != process.images.rend(); ++image)
    if (!image->arguments.empty()) return joined(image->arguments) + (image->native ? " (native)" : "");
  return process.vfork ? "(vfork)" : "(fork)";
}

bool is_native(const tape::ProcessLife& process) { return !process.images.empty() && process.images.back().native; }

std::string state_of(const tape::ProcessLife& process, const tape::Processes& all) {
  if (process.end) return text_of_end(process.end);
  if (is_native(process)) return "ran a native program";
  if (process.gone) return "killed";
  return all.session_end ? "alive at the end" : "alive when the tape ends";
}

Json json_of(const tape::ProcessLife& process, const tape::Processes& all, u64 start_ns) {
  Json images = Json::array();
  for (const tape::ImageLife& image : process.images)
    images.push_back({{"stream", image.stream.value},
                      {"path", image.path},
                      {"arguments", image.arguments},
                      {"native", image.native},
                      {"begin_ns", image.begin_ns - start_ns}});
  return {{"pid", process.pid},
          {"parent", process.parent_pid},
          {"command", command_of(process)},
          {"begin_ns", process.begin_ns - start_ns},
          {"end_ns", process.end ? Json(process.last_ns - start_ns) : Json(nullptr)},
          {"end", json_of_end(process.end)},
          {"alive_at_end", !process.end && !process.gone},
          {"state", state_of(process, all)},
          {"events", process.events},
          {"images", images}};
}

void print_below(const tape::Processes& all, std::optional<std::size_t> parent, unsigned depth, u64 start_ns) {
  for (std::size_t i = 0; i < all.all.size(); i++) {
    const tape::ProcessLife& process = all.all[i];
    if (process.parent != parent) continue;
    double begin = static_cast<double>(process.begin_ns - start_ns) / 1e9;
    double end = static_cast<double>(process.last_ns - start_ns) / 1e9;
    fmt::print("{:>9.3f} {:>9.3f} {:>8} {:>8} {:>8}  {}{}  [{}]\n", begin, end, process.pid, process.parent_pid,
               process.events, std::string(depth * 2, ' '), command_of(process), state_of(process, all));
    print_below(all, i, depth + 1, start_ns);
  }
}

void print_damages(const tape::Processes& processes) {
  std::fflush(stdout);
  for (const std::string& damage : processes.damages) fmt::print(stderr, "sigtape: {}\n", damage);
}

}  // namespace

int print_info(const std::shared_ptr<tape::Tape>& tape, Form form) {
  const tape::Header& header = tape->header();
  tape::Processes processes = tape::processes_of(tape);
  double seconds = static_cast<double>(processes.last_ns - processes.first_ns) / 1e9;
  std::string end = processes.session_end ? text_of_end(processes.session_end)
                    : tape->closed()      ? "closed without a status"
                                          : "the recording did not come to its end";
  if (form == Form::json) {
    Json notes = Json::array();
    for (const tape::Note& note : processes.notes) notes.push_back(note.text);
    Json json{{"tape", tape->directory()},
              {"format", header.format},
              {"sigtape", header.sigtape_version},
              {"command", header.command},
              {"directory", header.directory},
              {"host", header.host},
              {"start", date_of(header.start_realtime_ns)},
              {"seconds", seconds},
              {"delivery", header.delivery},
              {"root", header.root},
              {"seed", header.seed},
              {"processes", processes.all.size()},
              {"events", processes.events},
              {"bytes", tape->bytes_on_disk()},
              {"end", json_of_end(processes.session_end)},
              {"notes", notes},
              {"damages", processes.damages}};
    fmt::print("{}\n", dumped(json, 2));
    return 0;
  }
  fmt::print("tape       {} (format {}, sigtape {})\n", tape->directory(), header.format, header.sigtape_version);
  fmt::print("command    {}\n", joined(header.command));
  fmt::print("directory  {}\n", header.directory);
  fmt::print("host       {}\n", header.host);
  fmt::print("start      {}\n", date_of(header.start_realtime_ns));
  fmt::print("length     {:.3f} s\n", seconds);
  fmt::print("delivery   {}\n", header.delivery);
  if (!header.root.empty()) fmt::print("root       {}\n", header.root);
  if (header.seed != 0) fmt::print("seed       {}\n", header.seed);
  fmt::print("processes  {}\n", processes.all.size());
  fmt::print("events     {}\n", processes.events);
  fmt::print("size       {}\n", text_of_bytes(tape->bytes_on_disk()));
  fmt::print("end        {}\n", end);
  for (const tape::Note& note : processes.notes) fmt::print("note       {}\n", note.text);
  print_damages(processes);
  return processes.damages.empty() ? 0 : 1;
}

int print_processes(const std::shared_ptr<tape::Tape>& tape, Form form) {
  tape::Processes processes = tape::processes_of(tape);
  u64 start_ns = processes.first_ns;
  if (form == Form::json) {
    Json list = Json::array();
    for (const tape::ProcessLife& process : processes.all) list.push_back(json_of(process, processes, start_ns));
    fmt::print("{}\n", dumped(list, 2));
  } else {
    fmt::print("{:>9} {:>9} {:>8} {:>8} {:>8}  {}\n", "BEGIN", "END", "PID", "PARENT", "EVENTS", "COMMAND");
    print_below(processes, std::nullopt, 0, start_ns);
  }
  print_damages(processes);
  return processes.damages.empty() ? 0 : 1;
}

}  // namespace sigtape::replay

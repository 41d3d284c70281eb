// Events as lines of text.
#include "replay/event_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/abi/names.h"
#include "core/abi/print.h"
#include "core/abi/print_siginfo.h"

namespace sigtape::replay {
namespace {

// Memory as far as the event's inputs know it.
abi::ReadMemory memory_of(const std::vector<tape::Bytes>& inputs) {
  return [&inputs](GuestAddr from, std::span<u8> into) {
    for (const tape::Bytes& known : inputs) {
      u64 offset = u64{from.value} - known.at.value;
      if (from.value < known.at.value || offset + into.size() > known.bytes.size()) continue;
      std::copy_n(known.bytes.begin() + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
      return true;
    }
    return false;
  };
}

std::string text_of_info(const os::SigInfo& info, abi::System system) {
  abi::SiginfoFields fields;
  fields.signal = info.signal.value;
  fields.error = info.error;
  fields.code = info.code;
  fields.pid = info.pid;
  fields.uid = info.uid;
  fields.status = info.status;
  fields.utime = info.utime;
  fields.stime = info.stime;
  fields.value = static_cast<u32>(info.value);
  fields.address = info.address.value;
  fields.timer_id = info.timer_id;
  fields.overrun = info.overrun;
  fields.band = info.band;
  fields.fd = info.fd;
  fields.syscall = static_cast<i32>(info.syscall_number);
  fields.arch = info.arch;
  return abi::text_of_siginfo(system, fields);
}

std::string quoted(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "\"" : ", \"") + word + "\"";
  return "[" + text + "]";
}

struct Texter {
  abi::System system;

  std::string operator()(const tape::UnknownEvent&) const { return "(an event of a later version)"; }
  std::string operator()(const tape::StreamBegan& what) const {
    const char* origins[] = {"the recording", "the first program", "a fork of stream", "an exec from stream",
                             "started by a native program"};
    std::string text = fmt::format("stream {}: {}", what.stream.value, origins[static_cast<unsigned>(what.origin)]);
    if (what.origin == tape::Origin::fork || what.origin == tape::Origin::exec)
      text += fmt::format(" {}, event {}", what.parent.value, what.parent_event);
    if (what.origin == tape::Origin::joined && what.parent.value != 0)
      text += fmt::format(" from stream {}, event {}", what.parent.value, what.parent_event);
    return text + fmt::format(", pid {}, parent {}", what.pid, what.parent_pid);
  }
  std::string operator()(const tape::ImageBegan& what) const {
    return fmt::format("image {} {}, {} environment variables", what.image.path, quoted(what.image.arguments),
                       what.image.environment.size());
  }
  std::string operator()(const tape::ProgramOpened& what) const {
    return what.file ? fmt::format("program {} ({} bytes)", what.path, what.file->bytes)
                     : fmt::format("program {}: {}", what.path, what.refusal);
  }
  std::string operator()(const tape::Started&) const { return "started"; }
  std::string operator()(const tape::Entered& what) const { return text_of_entered(what) + " ..."; }
  std::string operator()(const tape::Called& what) const {
    CallLine line = text_of_called(what);
    return line.call + " = " + line.result;
  }
  std::string operator()(const tape::SignalTaken& what) const {
    return fmt::format("--- {} {} ---", abi::signal_name(system, what.info.signal.value), text_of_info(what.info, system));
  }
  std::string operator()(const tape::SignalDelivered& what) const {
    std::string name = abi::signal_name(system, what.info.signal.value);
    if (what.action.is_default()) return fmt::format("{}: default action", name);
    if (what.action.is_ignore()) return fmt::format("{}: ignored", name);
    return fmt::format("{}: handler {:#x}{}, frame {:#x}", name, what.action.handler,
                       what.action.restart ? " (SA_RESTART)" : "", what.frame.value);
  }
  std::string operator()(const tape::SignalStranded& what) const {
    return fmt::format("{} was captured before {} was issued, which never came back",
                       abi::signal_name(system, what.info.signal.value),
                       abi::name_of(what.call.system, what.call.number));
  }
  std::string operator()(const tape::Switched& what) const {
    return fmt::format("switch to thread {} at tick {}", what.to.value, what.to_tick.value);
  }
  std::string operator()(const tape::ThreadStarted& what) const {
    return fmt::format("{} of {} begins", what.vfork_child ? "vfork child" : "thread", what.parent.value);
  }
  std::string operator()(const tape::ThreadEnded&) const { return "thread ends"; }
  std::string operator()(const tape::ExecBegan& what) const {
    if (what.native) return fmt::format("exec of the native program {}", what.path);
    return fmt::format("exec of {}, stream {}", what.path, what.new_stream.value);
  }
  std::string operator()(const tape::Ended& what) const {
    switch (what.end.kind) {
      case outside::EndKind::exit: return fmt::format("+++ exited with {} +++", what.end.status);
      case outside::EndKind::signal:
        return fmt::format("+++ killed by {}{} +++", abi::signal_name(system, what.end.status),
                           what.end.core_dumped ? " (core dumped)" : "");
      case outside::EndKind::exec: return "+++ exec +++";
      case outside::EndKind::abandoned: return "+++ abandoned +++";
    }
    return {};
  }
  std::string operator()(const tape::MemoryChanged& what) const {
    u64 bytes = 0;
    for (const tape::Bytes& one : what.now) bytes += one.bytes.size();
    return fmt::format("{} bytes of shared memory changed", bytes);
  }
  std::string operator()(const tape::FileEndMoved& what) const {
    return fmt::format("the file mapped at {:#x} ends after {} bytes of the mapping now", what.at.value, what.inside);
  }
  std::string operator()(const tape::SharedJoined& what) const {
    return what.inode == 0 ? fmt::format("shares anonymous memory, as object {}", what.object)
                           : fmt::format("shares the mapped file {:#x}:{}, as object {}", what.device, what.inode, what.object);
  }
  std::string operator()(const tape::Turn& what) const {
    if (what.number == tape::no_turn) return "gives its turns on shared memory away";
    return fmt::format("turn {} on shared object {}", what.number, what.object);
  }
  std::string operator()(const tape::Digest& what) const { return fmt::format("digest {:016x}", what.value); }
  std::string operator()(const tape::Note& what) const { return "note: " + what.text; }
};

}  // namespace

std::string text_of_entered(const tape::Entered& entered) {
  abi::ReadMemory memory = memory_of(entered.inputs);
  if (!entered.arguments.empty())  // the pointers of an exec's arguments are not among its inputs
    return fmt::format("{}(\"{}\", {})", abi::name_of(entered.call.system, entered.call.number), entered.path,
                       quoted(entered.arguments));
  return abi::parts_of_call({entered.call, nullptr, {}, memory}).call;
}

CallLine text_of_called(const tape::Called& called) {
  abi::ReadMemory memory = memory_of(called.inputs);
  auto parts = abi::parts_of_call({called.call, &called.outcome, called.writes, memory});
  return {std::move(parts.call), std::move(parts.result)};
}

std::string text_of(const tape::Event& event, abi::System system) { return std::visit(Texter{system}, event.what); }

std::string line_of(const tape::Event& event, abi::System system) {
  return fmt::format("[{}] {} @{}  {}", event.index, event.thread.value, event.tick.value, text_of(event, system));
}

}  // namespace sigtape::replay

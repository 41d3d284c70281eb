// Text of a system call as strace writes it.
#include "core/abi/print.h"

#include <fmt/format.h>

#include "core/abi/flag_names.h"
#include "core/abi/names.h"
#include "core/abi/print_pointer.h"

namespace sigtape::abi {
namespace {

// open's mode means something only where the file may be created.
bool is_idle_mode(const CallText& text, const Shape& shape, unsigned index) {
  if (shape.args[index].kind != Kind::mode || index == 0) return false;
  const Arg& before = shape.args[index - 1];
  if (before.kind != Kind::flags || !before.names || before.names->name != "open_flags") return false;
  const u32 flags = text.call.word(shape.words[index - 1]);
  for (const NameValue& entry : before.names->values)
    if ((entry.name == "O_CREAT" || entry.name == "O_TMPFILE") && (flags & entry.value) == entry.value) return false;
  return true;
}

std::string raw_arguments(const Call& call) {
  std::string out;
  for (unsigned i = 0; i < 6; ++i) out += fmt::format("{}{:#x}", i ? ", " : "", call.word(i));
  return out;
}

std::string arguments_of(const CallText& text, const Shape& shape) {
  std::string out;
  const ArgumentPrinter printer(text, shape);
  const Variants* selecting = text.call.row->variants;
  for (unsigned i = 0; i < shape.count; ++i) {
    if (is_idle_mode(text, shape, i)) continue;
    if (i) out += ", ";
    // A selecting argument without names of its own takes the chosen variant's (ioctl).
    const bool selects = selecting && selecting->argument == i && shape.variant && !shape.args[i].names;
    if (selects)
      out += shape.variant->name;
    else
      printer.append(out, i);
  }
  return out;
}

std::string text_of_done(const Call& call, const Done& done) {
  const Shape shape = call.row ? shape_of(*call.row, call.words) : Shape{.result = ResultKind::hex};
  if (shape.variant && shape.variant->result_names)
    return fmt::format("{:#x} ({})", done.value, text_of_names(*shape.variant->result_names, done.value));
  switch (shape.result) {
    case ResultKind::address:
    case ResultKind::hex: return fmt::format("{:#x}", done.value);
    case ResultKind::size: return fmt::format("{}", done.value);
    case ResultKind::wide: return fmt::format("{}", static_cast<i64>(u64{done.value2} << 32 | done.value));
    case ResultKind::none: return "?";
    case ResultKind::signal:
      return fmt::format("{} ({})", done.value, signal_name(call.system, static_cast<i32>(done.value)));
    case ResultKind::integer:
    case ResultKind::fd:
    case ResultKind::zero:
    case ResultKind::pid: break;
  }
  const bool waits_with_timeout = call.row && done.value == 0 &&
                                  (call.row->name.find("select") != std::string_view::npos ||
                                   call.row->name.find("poll") != std::string_view::npos) &&
                                  call.row->name.find("ctl") == std::string_view::npos &&
                                  call.row->name.find("create") == std::string_view::npos;
  return fmt::format("{}{}", static_cast<i32>(done.value), waits_with_timeout ? " (Timeout)" : "");
}

}  // namespace

std::string text_of_outcome(const Call& call, const Outcome& outcome) {
  if (const Done* done = std::get_if<Done>(&outcome)) return text_of_done(call, *done);
  if (const Failed* failed = std::get_if<Failed>(&outcome))
    return fmt::format("-1 {}", text_of_error(call.system, failed->error));
  if (std::holds_alternative<NotDone>(outcome)) return "? (interrupted before it did anything: runs again)";
  return "?";
}

CallParts parts_of_call(const CallText& text) {
  CallParts parts;
  parts.call = name_of(text.call.system, text.call.number);
  parts.call += '(';
  const bool described = text.call.row && (text.call.row->side != Side::refused || text.call.row->count != 0);
  if (described)
    parts.call += arguments_of(text, shape_of(*text.call.row, text.call.words));
  else
    parts.call += raw_arguments(text.call);
  parts.call += text.outcome ? ")" : " <unfinished ...>";
  if (text.outcome) parts.result = text_of_outcome(text.call, *text.outcome);
  return parts;
}

std::string text_of_call(const CallText& text) {
  CallParts parts = parts_of_call(text);
  return text.outcome ? parts.call + " = " + parts.result : parts.call;
}

}  // namespace sigtape::abi

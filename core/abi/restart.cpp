// The kernels' restart rules, and the choice among a call's restart rules by its arguments.
#include "core/abi/restart.h"

#include <fmt/format.h>

#include "core/abi/freebsd/restart_rules.h"
#include "core/abi/linux/restart_rules.h"

namespace sigtape::abi {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;  // clang 14 does not deduce it

// "a b c" holds the word "b".
bool holds_word(std::string_view words, std::string_view word) {
  for (std::size_t at = words.find(word); at != std::string_view::npos; at = words.find(word, at + 1)) {
    const bool begins = at == 0 || words[at - 1] == ' ';
    const bool ends = at + word.size() == words.size() || words[at + word.size()] == ' ';
    if (begins && ends) return true;
  }
  return false;
}

enum class Holds : u8 { no, perhaps, yes, exactly };  // exactly: for this kind of object in particular

Holds opinion(const std::optional<bool>& known, bool wanted) {
  if (!known) return Holds::perhaps;
  return *known == wanted ? Holds::yes : Holds::no;
}

// The word of the call's own timeout argument, whatever its name; nullopt where it has none.
std::optional<u32> timeout_word(const Call& call, const Shape& shape) {
  for (std::string_view name : {"timeout", "abs_timeout", "uaddr2"})
    if (int at = shape.index_of(name); at >= 0) return call.word(shape.words[static_cast<std::size_t>(at)]);
  return std::nullopt;
}

std::optional<bool> is_absolute(const Call& call, const Shape& shape, const Circumstance& known) {
  constexpr u32 timer_abstime = 1;  // both systems
  const bool sleeps = call.row->name.starts_with("clock_nanosleep");
  if (int at = shape.index_of("flags"); sleeps && at >= 0)
    return (call.word(shape.words[static_cast<std::size_t>(at)]) & timer_abstime) != 0;
  return known.absolute_timeout;
}

Holds condition_holds(const RestartRule& rule, const Call& call, const Shape& shape, const Circumstance& known) {
  switch (rule.condition) {
    case Condition::none: return Holds::yes;
    case Condition::no_receive_timeout: return opinion(known.receive_timeout, false);
    case Condition::receive_timeout: return opinion(known.receive_timeout, true);
    case Condition::no_send_timeout: return opinion(known.send_timeout, false);
    case Condition::send_timeout: return opinion(known.send_timeout, true);
    case Condition::no_timeout:
    case Condition::timeout: {
      const std::optional<u32> word = timeout_word(call, shape);
      if (!word) return Holds::perhaps;
      return (*word != 0) == (rule.condition == Condition::timeout) ? Holds::yes : Holds::no;
    }
    case Condition::relative:
    case Condition::absolute: {
      if (const std::optional<u32> word = timeout_word(call, shape); word && *word == 0) return Holds::no;
      return opinion(is_absolute(call, shape, known), rule.condition == Condition::absolute);
    }
    case Condition::exceptional: return Holds::no;
  }
  return Holds::no;
}

Holds rule_holds(const RestartRule& rule, const Call& call, const Shape& shape, const Circumstance& known) {
  if (!holds_word(rule.calls, call.row->name)) return Holds::no;
  if (!rule.variant.empty() && (!shape.variant || !holds_word(rule.variant, shape.variant->name))) return Holds::no;
  Holds object = Holds::yes;
  if (rule.object != Object::any) {
    if (known.object == Object::any)
      object = Holds::perhaps;
    else if (known.object != rule.object)
      return Holds::no;
  }
  const Holds condition = condition_holds(rule, call, shape, known);
  if (condition == Holds::yes && rule.object != Object::any && object == Holds::yes) return Holds::exactly;
  return std::min(object, condition);
}

}  // namespace

std::optional<RestartClass> class_of(Restart restart) {
  switch (restart) {
    case Restart::never: return restart::Never{};
    case Restart::if_sa_restart: return restart::IfSaRestart{};
    case Restart::if_no_handler: return restart::IfNoHandler{};
    case Restart::always: return restart::Always{};
    case Restart::block: return restart::WithBlock{};
    case Restart::not_interruptible:
    case Restart::by_arguments: break;
  }
  return std::nullopt;
}

Resume linux_rule(const RestartClass& asked, Delivered delivered) {
  const bool handler_ran = delivered != Delivered::no_handler_ran;
  return std::visit(
      Overloaded{
          [](restart::Never) { return Resume::return_eintr; },
          [&](restart::IfSaRestart) {
            return delivered == Delivered::handler_without_sa_restart ? Resume::return_eintr : Resume::reenter;
          },
          [&](restart::IfNoHandler) { return handler_ran ? Resume::return_eintr : Resume::reenter; },
          [](restart::Always) { return Resume::reenter; },
          [&](restart::WithBlock) { return handler_ran ? Resume::return_eintr : Resume::reenter_through_block; },
      },
      asked);
}

Resume freebsd_rule(const RestartClass& asked, Delivered delivered) {
  if (delivered == Delivered::no_handler_ran) return Resume::reenter;
  const Resume by_flag = delivered == Delivered::handler_with_sa_restart ? Resume::reenter : Resume::return_eintr;
  return std::visit(Overloaded{
                        [](restart::Never) { return Resume::return_eintr; },
                        [&](restart::IfSaRestart) { return by_flag; },
                        [](restart::Always) { return Resume::reenter; },
                        // Linux classes: no FreeBSD call asks for them; what a plain sleep would do.
                        [&](restart::IfNoHandler) { return by_flag; },
                        [&](restart::WithBlock) { return by_flag; },
                    },
                    asked);
}

Resume rule(System system, const RestartClass& asked, Delivered delivered) {
  return system == System::linux_eabi ? linux_rule(asked, delivered) : freebsd_rule(asked, delivered);
}

std::span<const RestartRule> restart_rules(System system) {
  return system == System::linux_eabi ? linux_eabi::restart_rules() : freebsd::restart_rules();
}

std::string source_text(System system, const RestartRule& rule) {
  const bool is_linux = system == System::linux_eabi;
  const bool versioned = rule.source.starts_with("FreeBSD") || rule.source.starts_with("man ");
  const std::string_view kernel = versioned ? "" : is_linux ? "Linux 6.1.192, " : "FreeBSD 9.3, sys/";
  const std::string_view tried = is_linux ? "; tried on Linux 6.18" : "; tried on FreeBSD 13.2 armv7";
  return fmt::format("{}{}{}", kernel, rule.source, rule.tried ? tried : "");
}

Ruling restart_of(const Call& call, const Circumstance& known) {
  if (!call.row) return {};
  const Shape shape = shape_of(*call.row, call.words);
  Ruling ruling{.restart = shape.restart};
  Holds best = Holds::no;
  for (const RestartRule& rule : restart_rules(call.system)) {
    const Holds holds = rule_holds(rule, call, shape, known);
    if (holds == Holds::no) continue;
    if (holds > best) {
      // A rule that surely holds is not made doubtful by one that might: rules exclude each other by their conditions.
      ruling = {.restart = rule.restart, .rule = &rule, .certain = true};
      best = holds;
    } else if (holds == best && rule.restart != ruling.restart) {
      ruling.certain = false;
    }
  }
  if (ruling.restart == Restart::by_arguments) return {.restart = Restart::if_sa_restart, .certain = false};
  return ruling;
}

}  // namespace sigtape::abi

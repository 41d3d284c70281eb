// FreeBSD decides about an interrupted call at wake-up and by its own table (core/abi/freebsd/restart_rules.cpp).
#include "core/abi/restart.h"
#include "core/outside/freebsd_handlers.h"

namespace sigtape::outside {
namespace {

constexpr u32 freebsd_eintr = 4;

abi::Delivered delivered_as(const os::SigAction& action) {
  if (action.is_default() || action.is_ignore()) return abi::Delivered::no_handler_ran;
  return action.restart ? abi::Delivered::handler_with_sa_restart : abi::Delivered::handler_without_sa_restart;
}

// What the rules want to know of a _umtx_op's timeout beyond the call's words.
abi::Circumstance circumstance_of(const mem::Space& space, const abi::Call& call) {
  abi::Circumstance known;
  if (call.row->name != "_umtx_op") return known;
  // struct _umtx_time with UMTX_ABSTIME; a mere timespec is relative.
  constexpr u32 flags_at = 16, absolute = 1;
  auto flags = call.word(3) > flags_at ? space.load<u32>(GuestAddr{call.word(4) + flags_at}) : std::nullopt;
  known.absolute_timeout = flags && (*flags & absolute);
  return known;
}

}  // namespace

abi::Outcome freebsd_interruption(const mem::Space& space, const os::Thread& thread, const abi::Call& call,
                                  os::Signal signal, bool rewound, const abi::Outcome& outcome) {
  bool interrupted =
      outcome == abi::Outcome{abi::Failed{freebsd_eintr}} || (rewound && std::holds_alternative<abi::NotDone>(outcome));
  if (!interrupted || !call.row || signal.value < 1 || !thread.group) return outcome;
  auto asked = abi::class_of(abi::restart_of(call, circumstance_of(space, call)).restart);
  if (!asked) return outcome;
  const os::SigAction& action = thread.group->dispositions->action[static_cast<unsigned>(signal.value)];
  switch (abi::freebsd_rule(*asked, delivered_as(action))) {
    case abi::Resume::return_eintr: return abi::Failed{freebsd_eintr};
    case abi::Resume::reenter:
    case abi::Resume::reenter_through_block: return abi::NotDone{};
  }
  return outcome;
}

}  // namespace sigtape::outside

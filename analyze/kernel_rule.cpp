// Asks the restart tables, with what the descriptors say of the file that the call waits for.
#include "analyze/kernel_rule.h"

#include <fmt/format.h>

#include "core/abi/restart.h"

namespace sigtape::analyze {
namespace {

abi::Circumstance circumstance_of(const abi::Call& call, const Descriptors& descriptors, i32 pid) {
  abi::Circumstance known;
  if (!call.row || call.row->count == 0 || call.row->args[0].kind != abi::Kind::fd) return known;
  const Object* object = descriptors.object(descriptors.object_of(pid, static_cast<i32>(call.words[0])));
  if (!object) return known;
  switch (object->kind) {
    case ObjectKind::pipe_read:
    case ObjectKind::pipe_write: known.object = abi::Object::pipe; break;
    case ObjectKind::socket:
    case ObjectKind::listener:
      known.object = abi::Object::socket;
      known.receive_timeout = object->receive_timeout;
      known.send_timeout = object->send_timeout;
      break;
    case ObjectKind::event:
      known.object = object->name.starts_with("eventfd")    ? abi::Object::eventfd
                     : object->name.starts_with("signalfd") ? abi::Object::signalfd
                     : object->name.starts_with("timerfd")  ? abi::Object::timerfd
                                                            : abi::Object::any;
      break;
    case ObjectKind::unknown:
    case ObjectKind::file: break;
  }
  return known;
}

std::string_view sentence_of(abi::Resume resume, bool sa_restart) {
  if (resume != abi::Resume::return_eintr)
    return sa_restart ? "After a handler that was installed with SA_RESTART the kernel makes this call again."
                      : "The kernel makes this call again after any handler.";
  return sa_restart ? "The kernel ends this call with EINTR after a handler, even one installed with SA_RESTART."
                    : "After a handler without SA_RESTART the kernel ends this call with EINTR.";
}

}  // namespace

KernelRule kernel_rule(const abi::Call& call, bool sa_restart, const Descriptors& descriptors, i32 pid) {
  abi::Ruling ruling = abi::restart_of(call, circumstance_of(call, descriptors, pid));
  auto asked = abi::class_of(ruling.restart);
  KernelRule result;
  if (!asked || !ruling.rule) return result;
  // Without SA_RESTART all classes but one end with EINTR, so that an uncertain class is no hindrance.
  if (!ruling.certain && (sa_restart || ruling.restart == abi::Restart::always)) return result;
  abi::Resume resume = abi::rule(call.system, *asked, sa_restart ? abi::Delivered::handler_with_sa_restart
                                                                 : abi::Delivered::handler_without_sa_restart);
  result.verdict = resume == abi::Resume::return_eintr ? Verdict::eintr : Verdict::restarts;
  result.sentence = sentence_of(resume, sa_restart);
  if (!ruling.rule->when.empty()) result.sentence += fmt::format(" ({}.)", ruling.rule->when);
  result.source = abi::source_text(call.system, *ruling.rule);
  return result;
}

}  // namespace sigtape::analyze

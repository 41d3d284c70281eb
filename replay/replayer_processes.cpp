// The Replayer: threads as fibers, forks, execs and ends.
#include <fmt/format.h>

#include "core/base/check.h"
#include "replay/replayer.h"

namespace sigtape::replay {
namespace {

constexpr u64 clone_vfork = 0x4000;  // include/uapi/linux/sched.h

}  // namespace

// --- fibers

Replayer::Guest& Replayer::guest_of(const os::Thread& thread) {
  auto at = guests_.find(thread.id);
  CHECK_THAT(at != guests_.end(), "thread {} is not replayed", thread.id.value);
  return *at->second;
}

Replayer::Guest& Replayer::add_guest(os::Thread& thread) {
  gone_.clear();
  auto guest = std::make_unique<Guest>();
  guest->id = thread.id;
  guest->thread = &thread;
  Guest* raw = guest.get();
  guest->fiber = std::make_unique<Fiber>([this, raw] {
    inside_->run(*raw->thread);
    leave_for_good(*raw);
  });
  guests_[thread.id] = std::move(guest);
  return *raw;
}

// The next event is a switch away from `thread`: the other one runs until a switch comes back.
void Replayer::follow_switch(os::Thread& thread) {
  ThreadId to = ahead()->as<tape::Switched>()->to;
  auto at = guests_.find(to);
  if (at == guests_.end()) diverge(thread, *ahead(), {"does not know the thread"});
  consume();
  Guest& from = *running_;
  running_ = at->second.get();
  Fiber::switch_between(*from.fiber, *running_->fiber);
  running_ = &from;
}

// The guest's thread is over. The tape says who goes on.
void Replayer::leave_for_good(Guest& guest) {
  auto at = guests_.find(guest.id);
  gone_.push_back(std::move(at->second));
  guests_.erase(at);
  os::Thread& thread = *guest.thread;
  skip_notes();
  const tape::Event* event = ahead();
  if (event == nullptr) finish(Finish::tape_ends);
  const auto* switched = event->as<tape::Switched>();
  if (event->thread != guest.id || switched == nullptr) diverge(thread, *event, {"is over"});
  auto next = guests_.find(switched->to);
  if (next == guests_.end()) diverge(thread, *event, {"does not know the thread"});
  consume();
  inside_->forget(thread);
  running_ = next->second.get();
  Fiber::switch_between(*guest.fiber, *running_->fiber);
  UNREACHABLE("thread {} was over", guest.id.value);
}

// --- threads

void Replayer::start_thread(os::Thread& parent, const abi::Call& call, const outside::CloneRequest&,
                            std::unique_ptr<os::Thread> child, abi::Answer& answer) {
  take_entered(parent, call);
  take_called(parent, call, answer);
  const auto* done = std::get_if<abi::Done>(&answer.outcome);
  if (done == nullptr) return;
  child->id = ThreadId{static_cast<i32>(done->value)};
  add_guest(inside_->adopt(std::move(child)));
}

void Replayer::end_thread(os::Thread& thread) { take<tape::ThreadEnded>(thread, {"ends"}); }

// --- processes

void Replayer::fork(os::Thread& thread, const abi::Call& call, const outside::CloneRequest&, abi::Answer& answer) {
  tape::Event entered = take_entered(thread, call);
  tape::StreamId child = entered.as<tape::Entered>()->new_stream;
  bool on_path = at_ + 1 < plan_.path.size() && plan_.path[at_ + 1] == child;
  if (on_path) at_++;
  if (on_path || (plan_.at_fork && plan_.tape->has(child) && plan_.at_fork(child)))
    return become_child(thread, call, answer, child);
  take_called(thread, call, answer);
}

void Replayer::become_child(os::Thread& thread, const abi::Call& call, abi::Answer& answer, tape::StreamId stream) {
  u64 events_before = result_.events;
  auto opened = open_stream(stream);
  if (!opened) finish(Finish::damaged, opened.error().text);
  if (began_.origin != tape::Origin::fork || began_.parent_event + 1 != events_before)
    finish(Finish::damaged, fmt::format("{}: stream {} does not begin where its parent's fork is",
                                        plan_.tape->directory(), stream.value));
  const tape::Event* first = ahead();
  if (first == nullptr) finish(Finish::tape_ends);
  for (auto at = guests_.begin(); at != guests_.end();) {
    if (at->second.get() == running_) {
      ++at;
      continue;
    }
    gone_.push_back(std::move(at->second));
    at = guests_.erase(at);
  }
  auto self = guests_.extract(guests_.begin());
  thread.id = first->thread;
  thread.group->pid = began_.pid;
  thread.group->is_vfork_child = false;
  self.key() = self.mapped()->id = thread.id;
  guests_.insert(std::move(self));
  inside_->forget_all_but(thread);
  vfork_children_.clear();
  turns_.clear();  // the parent's
  files_.unshare(inside_->space());
  take_called(thread, call, answer);
}

void Replayer::vfork(os::Thread& parent, const abi::Call& call, const outside::CloneRequest& request,
                     std::unique_ptr<os::Thread> child, abi::Answer& answer) {
  const tape::Event* next = awaited(parent, {"calls", &call});
  if (next->as<tape::Entered>()) take_entered(parent, call);
  vfork_children_[parent.id].unborn = std::move(child);
  if (request.flags & clone_vfork) {
    awaited(parent, {"calls", &call});
    forget_killed_child(parent.id);
  }
  take_called(parent, call, answer);
  vfork_children_.erase(parent.id);
}

void Replayer::begin_vfork_child(ThreadId parent, ThreadId child) {
  auto at = vfork_children_.find(parent);
  if (at == vfork_children_.end() || at->second.unborn == nullptr)
    finish(Finish::damaged, fmt::format("{}: stream {} begins the process {} without a vfork", plan_.tape->directory(),
                                        reader_->stream().value, child.value));
  std::unique_ptr<os::Thread> thread = std::move(at->second.unborn);
  at->second.born = child;
  thread->id = child;
  thread->group->pid = child.value;
  add_guest(inside_->adopt(std::move(thread)));
}

// The parent goes on once the child is gone: one that a signal ended left no event that says so.
void Replayer::forget_killed_child(ThreadId parent) {
  auto at = guests_.find(vfork_children_.at(parent).born);
  if (at == guests_.end()) return;
  inside_->forget(*at->second->thread);
  gone_.push_back(std::move(at->second));
  guests_.erase(at);
}

void Replayer::exec(os::Thread& thread, const abi::Call& call, const outside::ExecRequest&, abi::Answer& answer) {
  take_entered(thread, call);
  const tape::Event* next = awaited(thread, {"calls", &call});
  if (!next->as<tape::ExecBegan>()) {
    take_called(thread, call, answer);
    return;
  }
  tape::Event began = take<tape::ExecBegan>(thread, {"calls", &call});
  check_digest(thread, began, began.as<tape::ExecBegan>()->digest);
  // A Called after it says that the host refused at the last moment.
  skip_notes();
  next = ahead();
  if (next != nullptr && next->thread == thread.id && next->as<tape::Called>()) {
    take_called(thread, call, answer);
    return;
  }
  if (thread.group->is_vfork_child) leave_for_good(guest_of(thread));
  if (next == nullptr) finish(Finish::ended, {}, {outside::EndKind::exec});
  take_called(thread, call, answer);
}

void Replayer::end_process(os::Thread& thread, const outside::End& end) {
  std::string detail = fmt::format("{} {}", end.kind == outside::EndKind::signal ? "by signal" : "with status", end.status);
  tape::Event event = take<tape::Ended>(thread, {"ends", nullptr, detail});
  const auto& ended = *event.as<tape::Ended>();
  if (ended.end.kind != end.kind || ended.end.status != end.status) diverge(thread, event, {"ends", nullptr, detail});
  check_digest(thread, event, ended.digest);
  if (!ended.vfork_child) finish(Finish::ended, {}, ended.end);
}

}  // namespace sigtape::replay

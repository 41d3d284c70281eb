// The Recorder: threads, forks, execs and ends.
#include <fmt/format.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/tape/host_file.h"
#include "record/join.h"
#include "record/recorder.h"

namespace sigtape::record {
namespace {

constexpr u64 clone_files = 0x400;  // include/uapi/linux/sched.h

}  // namespace

void Recorder::start_thread(os::Thread& parent, const abi::Call& call, const outside::CloneRequest& request,
                            std::unique_ptr<os::Thread> child, abi::Answer& answer) {
  arrive(parent);
  enter(parent, call);
  Tick child_tick = child->tick;
  if (!(request.flags & clone_files)) descriptors_.begin_to_differ();  // for good
  inner_->start_thread(parent, call, request, std::move(child), answer);
  arrive(parent);
  leave_new_task(parent, call, answer, {});
  const auto* done = std::get_if<abi::Done>(&answer.outcome);
  if (done != nullptr)
    write(ThreadId{static_cast<i32>(done->value)}, child_tick, tape::ThreadStarted{parent.id, false});
}

void Recorder::leave_new_task(os::Thread& thread, const abi::Call& call, const abi::Answer& answer,
                              tape::StreamId child_stream) {
  Special special;
  special.child_stream = child_stream;
  leave(thread, call, answer, tape::Answerer::outside, true, child_stream.value != 0 ? &special : nullptr);
}

void Recorder::fork(os::Thread& thread, const abi::Call& call, const outside::CloneRequest& request,
                    abi::Answer& answer) {
  arrive(thread);
  share_with_children(thread);
  tape::StreamId child = session_.new_stream();
  u64 index = writer_->next_index();
  enter_image(thread, call, child, nullptr);
  pid_t before = getpid();
  inner_->fork(thread, call, request, answer);
  if (getpid() != before) return begin_fork_child(thread, call, answer, child, index);
  arrive(thread);
  bool done = std::holds_alternative<abi::Done>(answer.outcome);
  leave_new_task(thread, call, answer, done ? child : tape::StreamId{});
}

void Recorder::begin_fork_child(os::Thread& thread, const abi::Call& call, const abi::Answer& answer,
                                tape::StreamId stream, u64 parent_event) {
  StreamPlace place{stream, tape::Origin::fork, writer_->stream(), parent_event};
  writer_->abandon();
  auto writer = tape::StreamWriter::open(session_, began_at(place));
  if (!writer) give_up(writer.error());
  writer_ = std::move(*writer);
  traces_.reset();
  descriptors_.reset();
  kept_reads_.forget();
  if (u64 every = session_.page().digest_every; every != 0) digest_due_ = every;
  current_ = &thread;
  last_id_ = thread.id;
  shared_.begin_child(stream.value);
  shared_.take();
  note_turns(thread);
  leave_new_task(thread, call, answer, {});
}

void Recorder::vfork(os::Thread& parent, const abi::Call& call, const outside::CloneRequest& request,
                     std::unique_ptr<os::Thread> child, abi::Answer& answer) {
  arrive(parent);
  enter(parent, call);
  vfork_parents_.push_back(parent.id);
  inner_->vfork(parent, call, request, std::move(child), answer);
  arrive(parent);
  if (!vfork_parents_.empty() && vfork_parents_.back() == parent.id) vfork_parents_.pop_back();  // no child began
  leave_new_task(parent, call, answer, {});
}

void Recorder::vfork_child_begins(os::Thread& child) {
  ThreadId parent = last_id_;
  if (!vfork_parents_.empty()) {
    parent = vfork_parents_.back();
    vfork_parents_.pop_back();
  }
  descriptors_.begin_to_differ();
  write(child, tape::ThreadStarted{parent, true});
  arrive(child);
}

// A child that ended itself by a signal did so in a call, up to which replay has to let it come: its memory is its
// parent's.
void Recorder::vfork_child_gone(os::Thread& child) {
  if (current_ == &child) enter_open_call();
  descriptors_.end_to_differ();
  over(child);
}

void Recorder::exec(os::Thread& thread, const abi::Call& call, const outside::ExecRequest& request,
                    abi::Answer& answer) {
  arrive(thread);
  exec_event_ = writer_->next_index();
  enter_image(thread, call, {}, &request);
  inner_->exec(thread, call, request, answer);
  arrive(thread);
  leave_new_task(thread, call, answer, {});
}

void Recorder::about_to_exec(os::Thread& thread, outside::ExecPlan& plan) {
  tape::ExecBegan began{plan.program, plan.target == outside::ExecTarget::native, {}, digest(thread)};
  if (!began.native) {
    StreamPlace place{session_.new_stream(), tape::Origin::exec, writer_->stream(), exec_event_};
    began.new_stream = place.stream;
    plan.words = place.words();
    const auto& ours = session_.descriptors();
    plan.keep.insert(plan.keep.end(), {ours.streams, ours.files, ours.page, ours.door});
  } else {
    // Armv7 programs that it starts find the way back by this.
    HostFd door = session_.descriptors().door;
    plan.keep.push_back(door);
    std::erase_if(plan.environment, is_door_entry);
    plan.environment.push_back(door_entry(door, {{}, tape::Origin::joined, writer_->stream(), exec_event_}));
  }
  write(thread, began);
  if (!thread.group->is_vfork_child) writer_->finish();
}

void Recorder::end_thread(os::Thread& thread) {
  arrive(thread);
  write(thread, tape::ThreadEnded{});
  over(thread);
  inner_->end_thread(thread);
}

void Recorder::end_process(os::Thread& thread, const outside::End& end) {
  arrive(thread);
  write(thread, tape::Ended{end, thread.group->is_vfork_child, digest(thread)});
  over(thread);
  if (!thread.group->is_vfork_child) writer_->finish();
  inner_->end_process(thread, end);
}

}  // namespace sigtape::record

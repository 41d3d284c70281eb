// The Replayer: the tape, the start of an image, calls and signals.
#include "replay/replayer.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/check.h"
#include "core/base/log.h"
#include "core/tape/inputs.h"
#include "replay/divergence.h"

namespace sigtape::replay {
namespace {

// Events that come in at a position without the guest's doing: it is stopped there. All others it comes to by itself.
bool is_asynchronous(const tape::Event& event) {
  return event.as<tape::SignalTaken>() || event.as<tape::Switched>() || event.as<tape::Digest>() ||
         event.as<tape::Turn>() || event.as<tape::FileEndMoved>();
}

}  // namespace

Replayer::~Replayer() = default;

Result<std::unique_ptr<Replayer>> Replayer::open(ReplayPlan plan) {
  CHECK_THAT(!plan.path.empty(), "a replay of no stream");
  std::unique_ptr<Replayer> replayer{new Replayer(std::move(plan))};
  replayer->files_.use(replayer->plan_.tape, replayer->plan_.shared_memory, replayer->plan_.checked);
  SIGTAPE_TRY_VOID(replayer->open_stream(replayer->plan_.path.front()));
  return replayer;
}

Result<void> Replayer::open_stream(tape::StreamId stream) {
  reader_ = SIGTAPE_TRY(plan_.tape->read(stream));
  ahead_ = nullptr;
  const tape::Event* first = SIGTAPE_TRY(reader_->next());
  const auto* began = first != nullptr ? first->as<tape::StreamBegan>() : nullptr;
  if (began == nullptr)
    return Error{fmt::format("{}: stream {} has no beginning", plan_.tape->directory(), stream.value)};
  began_ = *began;
  result_.events = 1;
  return {};
}

StreamResult Replayer::run(run::Machine& machine) {
  machine_ = &machine;
  auto first = machine.load(*this);
  if (!first) {
    auto next = reader_->peek();
    bool at_end = next.ok() && *next == nullptr;  // the recording came no further either
    result_.finish = !next.ok() ? Finish::damaged : at_end ? Finish::tape_ends : Finish::failed;
    result_.text = !next.ok() ? next.error().text : at_end ? "" : first.error().text;
    return result_;
  }
  Guest& guest = add_guest(**first);
  running_ = &guest;
  Fiber::switch_between(main_, *guest.fiber);
  running_ = nullptr;
  return result_;
}

void Replayer::attach(outside::Inside& inside) { inside_ = &inside; }

// The process's own turns before these are over: whoever came in between goes first.
void Replayer::take_turn() {
  const tape::Turn turn = *consume().as<tape::Turn>();
  if (!plan_.await_turn) finish(Finish::needs_tree);
  if (turn.first) end_turns();
  if (turn.number == tape::no_turn) return;
  plan_.await_turn(turn.object, turn.number);
  turns_[turn.object] = turn.number;
}

void Replayer::end_turns() {
  for (auto [object, number] : turns_)
    if (plan_.turn_over) plan_.turn_over(object, number);
  turns_.clear();
}

void Replayer::finish(Finish how, std::string text, outside::End end) {
  end_turns();
  result_.finish = how;
  result_.text = std::move(text);
  result_.end = end;
  Fiber::switch_between(*running_->fiber, main_);
  UNREACHABLE("a finished replay was continued");
}

void Replayer::diverge(os::Thread& thread, const tape::Event& expected, const Got& got) {
  Divergence divergence{plan_.tape, reader_->stream(), began_.pid, expected, got.what, got.call, got.detail};
  finish(Finish::diverged, describe(divergence, *machine_, thread));
}

// --- the tape

const tape::Event* Replayer::look_ahead() {
  auto event = reader_->peek();
  if (!event) finish(Finish::damaged, event.error().text);
  return ahead_ = *event;
}

const tape::Event& Replayer::consume() {
  ahead_ = nullptr;
  auto event = reader_->next();
  if (!event) finish(Finish::damaged, event.error().text);
  CHECK_THAT(*event != nullptr, "no event to consume");
  result_.events++;
  LOG(replay, "stream {} event {}: {} of {} at {}", reader_->stream().value, (*event)->index, tape::kind_name(**event),
      (*event)->thread.value, (*event)->tick.value);
  if (plan_.agreed) plan_.agreed(reader_->stream(), **event);
  return **event;
}

// Those that replay has no use for; and vfork children come to be where the tape says so.
void Replayer::skip_notes() {
  for (;;) {
    const tape::Event* event = ahead();
    if (event == nullptr) return;
    if (const auto* started = event->as<tape::ThreadStarted>()) {
      ThreadId parent = started->parent, child = event->thread;
      bool vfork = started->vfork_child;
      consume();
      if (vfork) begin_vfork_child(parent, child);
    } else if (event->as<tape::MemoryChanged>()) {
      change_memory(consume().as<tape::MemoryChanged>()->now);
    } else if (const auto* joined = event->as<tape::SharedJoined>()) {
      files_.order(joined->device, joined->inode, joined->object);
      consume();
    } else if (event->as<tape::Note>() || event->as<tape::UnknownEvent>() || event->as<tape::SignalStranded>()) {
      consume();
    } else {
      return;
    }
  }
}

void Replayer::change_memory(const std::vector<tape::Bytes>& now) {
  for (const tape::Bytes& bytes : now) {
    if (!inside_->space().is_mapped(bytes.at, static_cast<u32>(bytes.bytes.size())))
      finish(Finish::damaged, fmt::format("{}: stream {} changes memory at {:#x} that is not mapped",
                                          plan_.tape->directory(), reader_->stream().value, bytes.at.value));
    inside_->space().poke(bytes.at, bytes.bytes);
  }
}

// What was seen together with a call that unmapped the file concerns nobody.
void Replayer::move_file_end() {
  const tape::Event& event = consume();
  const auto& moved = *event.as<tape::FileEndMoved>();
  const mem::Mapping* mapping = inside_->space().mapping_at(moved.at);
  if (!mapping || mapping->begin != moved.at || mapping->inode == 0 || moved.inside > mapping->bytes ||
      moved.inside % mem::page_size != 0)
    return;
  files_.lengthen(*mapping, moved.inside);
  inside_->space().set_file_end(moved.at, moved.inside);
  change_memory(moved.now);
}

const tape::Event* Replayer::awaited(os::Thread& thread, const Got& got) {
  for (;;) {
    skip_notes();
    const tape::Event* event = ahead();
    if (event == nullptr) finish(Finish::tape_ends);
    if (event->thread != thread.id) diverge(thread, *event, got);
    if (!event->as<tape::Turn>() && !event->as<tape::Switched>() && !event->as<tape::FileEndMoved>()) return event;
    if (event->tick != thread.tick) diverge(thread, *event, got);
    if (event->as<tape::Turn>())
      take_turn();
    else if (event->as<tape::Switched>())
      follow_switch(thread);
    else
      move_file_end();
  }
}

// --- start of an image. No fiber runs yet, so errors are returned.

Result<outside::Image> Replayer::image() {
  const tape::Event* event = SIGTAPE_TRY(reader_->peek());
  const auto* began = event != nullptr ? event->as<tape::ImageBegan>() : nullptr;
  if (began == nullptr)
    return Error{
        fmt::format("{}: stream {} does not begin with an image", plan_.tape->directory(), reader_->stream().value)};
  outside::Image image = began->image;
  SIGTAPE_TRY(reader_->next());
  result_.events++;
  return image;
}

Result<std::shared_ptr<outside::ProgramFile>> Replayer::open_program(const std::string& guest_path) {
  const tape::Event* event = SIGTAPE_TRY(reader_->next());
  const auto* opened = event != nullptr ? event->as<tape::ProgramOpened>() : nullptr;
  if (opened == nullptr || opened->path != guest_path)
    return Error{fmt::format("{}: stream {}: the guest asks for the program {}, which is not what the tape has next",
                             plan_.tape->directory(), reader_->stream().value, guest_path)};
  result_.events++;
  if (!opened->file) return Error{opened->refusal};
  return files_.program(*opened->file, guest_path);
}

void Replayer::started(os::Thread&) {
  auto event = reader_->peek();
  if (!event || *event == nullptr || !(*event)->as<tape::Started>()) return;  // seen when the thread asks next
  (void)reader_->next();
  result_.events++;
}

// --- calls

void Replayer::check_call(os::Thread& thread, const tape::Event& event, const abi::Call& expected,
                          const abi::Call& got) {
  bool same = expected.number == got.number && expected.words == got.words && expected.pc == got.pc;
  if (!same) diverge(thread, event, {"calls", &got});
}

const tape::Event& Replayer::take_entered(os::Thread& thread, const abi::Call& call) {
  const tape::Event& event = take<tape::Entered>(thread, {"calls", &call});
  check_call(thread, event, event.as<tape::Entered>()->call, call);
  return event;
}

void Replayer::check_output(os::Thread& thread, const tape::Event& event) {
  const auto& called = *event.as<tape::Called>();
  if (called.output == tape::Output::none) return;
  const auto* done = std::get_if<abi::Done>(&called.outcome);
  auto outgoing = tape::outgoing_of(inside_->space(), called.call, done != nullptr ? done->value : 0);
  bool same =
      std::ranges::equal(outgoing.bytes, called.output_bytes, [](auto a, auto b) { return std::ranges::equal(a, b); });
  if (!same) diverge(thread, event, {"writes other bytes with", &called.call});
}

// Fills `answer` from the thread's Called, and keeps the bytes of that.
const tape::Event& Replayer::take_called(os::Thread& thread, const abi::Call& call, abi::Answer& answer) {
  const tape::Event* next = awaited(thread, {"calls", &call});
  const auto* expected = next->as<tape::Called>();
  if (expected == nullptr || next->tick != thread.tick) diverge(thread, *next, {"calls", &call});
  check_call(thread, *next, expected->call, call);
  check_output(thread, *next);
  const tape::Event& event = consume();
  const auto& called = *event.as<tape::Called>();
  if (!called.writes.empty()) guest_of(thread).answer_bytes = event.owner;
  answer.outcome = called.outcome;
  answer.writes = called.writes;
  answer.notes.host_interrupted = called.host_interrupted;
  answer.notes.decided_by_mode = called.decided_by_mode;
  answer.notes.signal_before_entry = called.signal_before_entry;
  answer.notes.rewound_unseen = called.rewound_unseen;
  return event;
}

void Replayer::call(os::Thread& thread, const abi::Call& call, abi::Answer& answer) {
  const tape::Event* next = awaited(thread, {"calls", &call});
  if (next->as<tape::Entered>()) take_entered(thread, call);
  take_called(thread, call, answer);
}

void Replayer::answered(os::Thread& thread, const abi::Call& call, const abi::Answer& answer) {
  if (std::holds_alternative<abi::NotDone>(answer.outcome)) return;
  const tape::Event* next = awaited(thread, {"calls", &call});
  const auto* called = next->as<tape::Called>();
  if (called == nullptr || next->tick != thread.tick) diverge(thread, *next, {"calls", &call});
  check_call(thread, *next, called->call, call);
  if (called->outcome != answer.outcome)
    diverge(thread, *next, {"answers itself", &call, text_of_answer(call, answer)});
  consume();
}

// `at`: where the guest's kernel puts it.
void Replayer::map_as_recorded(os::Thread& thread, const tape::Event& event, GuestAddr at, u32 bytes) {
  const auto& called = *event.as<tape::Called>();
  if (!called.mapped || called.mapped->at != at || called.mapped->bytes != bytes)
    diverge(thread, event, {"maps a file with", &thread.call, fmt::format("at {:#x}, {} bytes", at.value, bytes)});
  auto mapped = files_.map(inside_->space(), *called.mapped);
  if (!mapped) finish(Finish::failed, mapped.error().text);
}

void Replayer::map_file(os::Thread& thread, const abi::Call& call, const outside::MapRequest& request,
                        abi::Answer& answer) {
  const tape::Event& event = take_called(thread, call, answer);
  if (std::holds_alternative<abi::Done>(answer.outcome)) map_as_recorded(thread, event, request.at, request.bytes);
}

void Replayer::attach_segment(os::Thread& thread, const abi::Call& call, const outside::SegmentRequest& request,
                              abi::Answer& answer) {
  const tape::Event& event = take_called(thread, call, answer);
  if (!std::holds_alternative<abi::Done>(answer.outcome)) return;
  const auto& mapped = event.as<tape::Called>()->mapped;
  u32 bytes = mapped ? mapped->bytes : 0;
  abi::Outcome place = request.place(bytes);
  const auto* at = std::get_if<abi::Done>(&place);
  map_as_recorded(thread, event, GuestAddr{at ? at->value : 0}, bytes);
}

void Replayer::file_ends_moved(os::Thread&) { UNREACHABLE("a replay takes the ends of files from the tape"); }

// --- signals

std::optional<os::SigInfo> Replayer::take_signal(os::Thread& thread) {
  for (;;) {
    skip_notes();
    const tape::Event* event = ahead();
    if (event == nullptr) finish(Finish::tape_ends);
    if (event->thread != thread.id || event->tick != thread.tick) return std::nullopt;
    if (event->as<tape::Switched>()) {
      follow_switch(thread);
    } else if (event->as<tape::Turn>()) {
      take_turn();
    } else if (event->as<tape::FileEndMoved>()) {
      move_file_end();
    } else if (event->as<tape::Digest>()) {
      const tape::Event& digest = consume();
      check_digest(thread, digest, digest.as<tape::Digest>()->value);
    } else if (event->as<tape::SignalTaken>()) {
      return consume().as<tape::SignalTaken>()->info;
    } else {
      return std::nullopt;
    }
  }
}

void Replayer::delivered(os::Thread& thread, const os::SigInfo& info, const os::SigAction& action, GuestAddr frame) {
  std::string detail = fmt::format("{}, handler {:#x}, frame {:#x}", info.signal.value, action.handler, frame.value);
  const tape::Event& event = take<tape::SignalDelivered>(thread, {"takes the signal", nullptr, detail});
  const auto& expected = *event.as<tape::SignalDelivered>();
  bool same = expected.info.signal == info.signal && expected.frame == frame && expected.info.code == info.code &&
              expected.action.handler == action.handler && expected.info.address == info.address;
  if (!same) diverge(thread, event, {"takes the signal", nullptr, detail});
}

void Replayer::check_digest(os::Thread& thread, const tape::Event& event, u64 expected) {
  if (expected == 0) return;
  u64 digest = machine_->digest();
  if (digest != expected) diverge(thread, event, {"has the digest", nullptr, fmt::format("{:016x}", digest)});
}

// --- time

u64 Replayer::budget(os::Thread& thread) {
  skip_notes();
  const tape::Event* event = ahead();
  if (event == nullptr) finish(Finish::tape_ends);
  if (event->thread != thread.id || event->tick < thread.tick) diverge(thread, *event, {"runs on"});
  // One more for what the guest comes to by itself: if it is not there by then, it goes another way.
  u64 distance = event->tick - thread.tick;
  return is_asynchronous(*event) && distance != 0 ? distance : distance + 1;
}

void Replayer::boundary(os::Thread& thread) {
  const tape::Event* event = ahead();
  if (event == nullptr) finish(Finish::tape_ends);
  if (event->thread == thread.id && event->tick < thread.tick) diverge(thread, *event, {"runs on"});
}

}  // namespace sigtape::replay

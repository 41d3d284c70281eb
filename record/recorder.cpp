// The Recorder: calls, signals, the start of an image.
#include "record/recorder.h"

#include <fmt/format.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cstdio>

#include "core/base/check.h"
#include "core/base/log.h"
#include "core/tape/host_file.h"
#include "core/base/bytes.h"
#include "core/tape/inputs.h"
#include "core/tape/xxh3.h"
#include "record/shared_files.h"

namespace sigtape::record {

std::string StreamPlace::words() const {
  return fmt::format("{} {} {} {}", stream.value, static_cast<unsigned>(origin), parent.value, parent_event);
}

Result<StreamPlace> StreamPlace::from_words(const std::string& words) {
  StreamPlace place;
  unsigned origin = 0;
  unsigned long long parent_event = 0;
  if (std::sscanf(words.c_str(), "%u %u %u %llu", &place.stream.value, &origin, &place.parent.value, &parent_event) != 4 ||
      origin > static_cast<unsigned>(tape::Origin::joined))
    return Error{"the recording session's words to a new image are not what they should be"};
  place.origin = static_cast<tape::Origin>(origin);
  place.parent_event = parent_event;
  return place;
}

tape::StreamBegan began_at(const StreamPlace& place) {
  tape::StreamBegan began;
  began.stream = place.stream;
  began.origin = place.origin;
  began.parent = place.parent;
  began.parent_event = place.parent_event;
  began.pid = getpid();
  began.parent_pid = getppid();
  began.realtime_ns = realtime_ns();
  return began;
}

namespace {

// As read and write do.
bool transfers_data(const abi::Row& row) {
  if (row.count < 2 || row.args[0].kind != abi::Kind::fd || row.result != abi::ResultKind::size) return false;
  return row.args[1].kind == abi::Kind::bytes || row.args[1].kind == abi::Kind::iovec;
}

}  // namespace

Recorder::Recorder(tape::Session& session) : session_(session), store_(session.descriptors().files) {
  if (u64 every = session.page().digest_every; every != 0) digest_due_ = every;
}
Recorder::~Recorder() = default;

Result<std::unique_ptr<Recorder>> Recorder::begin(tape::Session& session, const StreamPlace& place) {
  std::unique_ptr<Recorder> recorder{new Recorder(session)};
  recorder->origin_ = place.origin;
  recorder->writer_ = SIGTAPE_TRY(tape::StreamWriter::open(session, began_at(place)));
  recorder->shared_.use(&session.shared_table(), place.stream.value);
  return recorder;
}

// Whether the call may be left waiting, so that the tape must show that it was begun.
bool Recorder::may_block(const abi::Call& call) {
  if (call.row == nullptr) return true;
  if (call.row->variants != nullptr)
    return abi::Arguments(*call.row, call.words).restart() != abi::Restart::not_interruptible;
  if (call.row->restart == abi::Restart::not_interruptible) return false;
  if (!transfers_data(*call.row)) return true;
  auto file = descriptors_.file_of(static_cast<i32>(call.words[0]));
  return !file || file->may_wait;
}

// What is on the tape stays good; the session's own process says why nothing follows, and ends all others.
void Recorder::give_up(const Error& error) {
  session_.ask_to_stop(tape::Stop::failed, error.text);
  LOG(tape, "the recording ends: {}", error.text);
  _exit(125);
}

// The running thread put the baton down in a call that was not expected to block.
void Recorder::enter_open_call() {
  if (open_call_ == nullptr || open_call_->thread != current_) return;
  OpenCall& open = *std::exchange(open_call_, nullptr);
  open.entered = true;
  enter(*open.thread, *open.call);
}

void Recorder::note_arrival(os::Thread& thread, bool event_follows) {
  if (current_ == &thread) return note_turns(thread);
  enter_open_call();
  if (last_id_.value != 0) {
    Tick tick = current_ ? current_->tick : last_tick_;
    tape::Switched switched{thread.id, thread.tick};
    if (event_follows)
      writer_->note_switch(last_id_, tick, switched);
    else
      write(last_id_, tick, switched);
  }
  current_ = &thread;
  last_id_ = thread.id;
  note_turns(thread);
}

void Recorder::note_turns(const os::Thread& thread) {
  for (auto turn : shared_.fetch_turns()) {
    write(thread, tape::Turn{turn.object, turn.number, turn.first});
    if (turn.after_death) note_content(thread, turn.object);
  }
}

void Recorder::over(const os::Thread& thread) {
  if (current_ != &thread) return;
  last_tick_ = thread.tick;
  current_ = nullptr;
}

void Recorder::attach(outside::Inside& inside) {
  inside_ = &inside;
  inner_->attach(inside);
  if (!hide_) return;
  if (origin_ != tape::Origin::exec) hide_descriptors();  // over exec they stay where they were hidden
  kept_reads_.use(session_.descriptors().files, hide_, close_hidden_);
}

void Recorder::hide_descriptors() {
  tape::Session::Descriptors ours = session_.descriptors();
  for (HostFd* fd : {&ours.streams, &ours.files, &ours.page, &ours.door}) {
    auto hidden = hide_(fd->value);
    if (!hidden) give_up(hidden.error());
    *fd = *hidden;
  }
  session_.set_descriptors(ours);
  store_ = tape::FileStore{ours.files};
}

// --- start of an image

// Different for each image of the session, and the same whenever the session is recorded again.
void Recorder::seed_random(outside::Image& image) const {
  for (std::size_t i = 0; i < image.random.size(); i += sizeof(u64)) {
    u64 words[] = {session_.page().seed, writer_->stream().value, i};
    store(image.random.data() + i, tape::xxh3(bytes_of(words)));
  }
}

Result<outside::Image> Recorder::image() {
  auto image = inner_->image();
  if (image && session_.page().seed != 0) seed_random(*image);
  if (image) write(ThreadId{image->pid}, Tick{}, tape::ImageBegan{*image});
  return image;
}

Result<std::shared_ptr<outside::ProgramFile>> Recorder::open_program(const std::string& guest_path) {
  auto file = inner_->open_program(guest_path);
  if (store_failure_) return *store_failure_;
  tape::ProgramOpened opened;
  opened.path = guest_path;
  if (!file) opened.refusal = file.error().text;
  // The program itself may have been opened when its image was asked for.
  for (const tape::StoredFile& stored : programs_)
    if (file && stored.device == (*file)->device && stored.inode == (*file)->inode) opened.file = stored;
  if (file && !opened.file) return Error{guest_path + " is not a regular file"};
  write(ThreadId{getpid()}, Tick{}, opened);
  return file;
}

void Recorder::started(os::Thread& thread) {
  image_started_ = true;
  inner_->started(thread);
  arrive(thread);
  write(thread, tape::Started{});
  session_.page().started.store(1);
}

outside::CaptureTrace* Recorder::capture_trace(os::Thread& thread) {
  if (!traces_) {
    auto made = tape::TraceWriter::create(session_.descriptors().streams, writer_->stream());
    if (!made) give_up(made.error());
    traces_ = std::move(*made);
  }
  return traces_->of(thread.id);
}

HostFd Recorder::snapshot(const outside::MappedFile& file) {
  if (file.shared && image_started_) share(file);
  auto kept = store_.keep(file.file, file.path, file.offset, file.bytes);
  if (!kept) {
    // A mapping that can't be stored can't be replayed: the end of the recording, unless there is no guest yet.
    if (image_started_) give_up(kept.error());
    store_failure_ = kept.error();
    return file.file;
  }
  stored_ = kept->file;
  if (!image_started_) programs_.push_back(kept->file);
  if (file.shared) return file.file;
  if (image_started_) {
    mapped_copy_ = std::move(kept->fd);
    return mapped_copy_.host();
  }
  int fd = kept->fd.release();  // the program stays open as long as it runs
  if (!hide_) return HostFd{fd};
  auto hidden = hide_(fd);
  if (hidden) return *hidden;
  store_failure_ = hidden.error();
  return file.file;
}

// --- calls

void Recorder::enter(os::Thread& thread, const abi::Call& call) {
  tape::gather_inputs(inside_->space(), call, entry_inputs_);
  write(thread, tape::PlainEntry{call, entry_inputs_});
}

// A fork or an exec.
void Recorder::enter_image(os::Thread& thread, const abi::Call& call, tape::StreamId new_stream,
                           const outside::ExecRequest* exec) {
  tape::Entered entered;
  entered.call = call;
  entered.new_stream = new_stream;
  tape::gather_inputs(inside_->space(), call, entered.inputs);
  if (exec != nullptr) {
    entered.path = exec->path;
    entered.arguments = exec->arguments;
  }
  write(thread, entered);
}

std::unique_ptr<Recorder::Special> Recorder::output_of(const abi::Call& call, const abi::Answer& answer) {
  const auto* done = std::get_if<abi::Done>(&answer.outcome);
  if (done == nullptr || static_cast<i32>(done->value) <= 0) return nullptr;
  i32 descriptor = static_cast<i32>(call.words[0]);
  auto file = descriptors_.file_of(descriptor);
  if (!file) return nullptr;
  bool number_says_so = descriptor == 1 || descriptor == 2;
  bool is_null = file->is_character_device && file->device_number == makedev(1, 3);
  if (is_null && !number_says_so) return nullptr;  // anybody's /dev/null
  const tape::SessionPage& page = session_.page();
  bool output = file->key == page.standard_output, error = file->key == page.standard_error;
  if (!output && !error) return nullptr;
  bool as_error = error && (!output || descriptor == 2);
  auto special = std::make_unique<Special>();
  special->output = as_error ? tape::Output::standard_error : tape::Output::standard_output;
  special->output_bytes = tape::outgoing_of(inside_->space(), call, done->value).bytes;
  return special;
}

// Big reads of files are kept beside the events.
void Recorder::keep_read(const abi::Call& call, const abi::Answer& answer) {
  if (answer.writes.empty() || answer.writes[0].bytes.size() < KeptReads::least_read) [[likely]]
    return;
  const auto* done = std::get_if<abi::Done>(&answer.outcome);
  if (done == nullptr || call.row == nullptr || !transfers_data(*call.row) || !descriptors_.is_settled()) return;
  i32 descriptor = static_cast<i32>(call.words[0]);
  auto file = descriptors_.file_of(descriptor);
  if (!file || !file->is_regular || file->may_wait || file->bytes < KeptReads::least_file) return;
  u64 position = ~u64{0};
  for (u32 i = 0; i < call.row->count; i++)
    if (abi::Kind kind = call.row->args[i].kind; kind == abi::Kind::off64 || kind == abi::Kind::off64_split)
      position = call.pair(call.row->words[i]);
  if (position == ~u64{0}) {
    off_t now = lseek(descriptor, 0, SEEK_CUR);
    if (now < static_cast<off_t>(done->value)) return;
    position = static_cast<u64>(now) - done->value;
  }
  // Small buffers of a readv stay with the event; the copy must not have holes.
  for (const abi::GuestWrite& write : answer.writes) {
    auto kept = kept_reads_.keep(file->key, position, write.bytes);
    if (kept && &write == &answer.writes[0]) writer_->refer(write.bytes, *kept);
    position += write.bytes.size();
  }
}

void Recorder::leave(const os::Thread& thread, const abi::Call& call, const abi::Answer& answer,
                     tape::Answerer answerer, bool entered, Special* special) {
  const abi::CallNotes& notes = answer.notes;
  if (entered) inputs_.clear();
  tape::PlainCall plain{call, answer.outcome, answer.writes, inputs_, tape::notes_of(notes, entered, answerer),
                        entered ? notes.entered_ns : 0, entered ? notes.left_ns : 0};
  // The time when the host's call came back will do.
  u64 ns = notes.left_ns != 0 ? notes.left_ns : clock_.now();
  if (special == nullptr && !notes.unsupported) [[likely]]
    return write_at(ns, thread.id, thread.tick, plain);
  tape::Called called = event_of(plain);
  if (special != nullptr) {
    called.output = special->output;
    called.output_bytes = std::move(special->output_bytes);
    called.mapped = std::move(special->mapped);
    called.child_stream = special->child_stream;
  }
  called.unsupported = notes.unsupported;
  if (notes.unsupported)
    called.unsupported_what = fmt::format("{}: {}", abi::name_of(call.system, call.number),
                                          notes.unsupported_what != nullptr ? notes.unsupported_what : "not supported");
  write_at(ns, thread.id, thread.tick, called);
  if (notes.unsupported) write(thread, tape::Note{tape::NoteKind::unsupported, called.unsupported_what});
}

void Recorder::call(os::Thread& thread, const abi::Call& call, abi::Answer& answer) {
  arrive(thread);
  // Whoever is killed in a call without its turns on shared memory must have left the call's position.
  OpenCall open{&thread, &call, may_block(call) || shared_.is_member()};
  if (open.entered) {
    enter(thread, call);
  } else {
    tape::gather_inputs(inside_->space(), call, inputs_);
    open_call_ = &open;
  }
  answer.notes.entered_ns = last_ns_;  // close enough; and of no use for a call that was not entered
  bool changes_descriptors = descriptors_.begin(call);
  bool may_be_output = tape::writes_to_descriptor(call);
  inner_->call(thread, call, answer);
  if (changes_descriptors) descriptors_.end(call);
  if (open_call_ == &open) open_call_ = nullptr;
  arrive(thread, true);
  std::unique_ptr<Special> output;
  if (may_be_output) output = output_of(call, answer);
  keep_read(call, answer);
  // May find that a file has become longer.
  if (has_shared_files_) gather_changed_mappings(inside_->space(), descriptors_, call, answer.outcome, changed_.now);
  note_file_ends(thread);
  leave(thread, call, answer, tape::Answerer::outside, open.entered, output.get());
  if (has_shared_files_ && !changed_.now.empty()) write(thread, changed_);
}

void Recorder::answered(os::Thread& thread, const abi::Call& call, const abi::Answer& answer) {
  inner_->answered(thread, call, answer);
  arrive(thread);
  if (std::holds_alternative<abi::NotDone>(answer.outcome)) return;
  tape::gather_inputs(inside_->space(), call, inputs_);
  note_file_ends(thread);
  leave(thread, call, answer, tape::Answerer::kernel, false);
}

// A call that has mapped what stored_ says, as it was asked to.
void Recorder::leave_mapped(os::Thread& thread, const abi::Call& call, const outside::MapRequest& request,
                            const abi::Answer& answer) {
  arrive(thread);
  inputs_.clear();
  Special special;
  if (std::holds_alternative<abi::Done>(answer.outcome)) {
    const mem::Mapping* mapping = inside_->space().mapping_at(request.at);
    special.mapped = tape::MappedFile{request.at,
                                      request.bytes,
                                      request.prot.read,
                                      request.prot.write,
                                      request.prot.exec,
                                      request.sharing == mem::Sharing::shared,
                                      mapping != nullptr && mapping->never_writable,
                                      request.offset,
                                      stored_.value_or(tape::StoredFile{})};
  }
  leave(thread, call, answer, tape::Answerer::outside, false, &special);
}

void Recorder::map_file(os::Thread& thread, const abi::Call& call, const outside::MapRequest& request,
                        abi::Answer& answer) {
  arrive(thread);
  stored_.reset();
  inner_->map_file(thread, call, request, answer);
  mapped_copy_ = {};
  leave_mapped(thread, call, request, answer);
  bool done = std::holds_alternative<abi::Done>(answer.outcome);
  has_shared_files_ |= done && request.sharing == mem::Sharing::shared;
  if (done && !stored_)
    write(thread, tape::Note{tape::NoteKind::unsupported,
                             fmt::format("descriptor {} was mapped, which is no regular file; replay maps zeros",
                                         request.fd.value)});
}

void Recorder::file_ends_moved(os::Thread& thread) {
  arrive(thread);
  note_file_ends(thread);
}

void Recorder::write_file_ends(const os::Thread& thread) {
  mem::Space& space = inside_->space();
  for (const mem::MovedFileEnd& moved : space.moved_file_ends()) {
    tape::FileEndMoved event{moved.at, moved.now, {}};
    gather_new_pages(space, moved, event.now);
    write(thread, event);
  }
  space.forget_moved_file_ends();
}

// --- signals

std::optional<os::SigInfo> Recorder::take_signal(os::Thread& thread) {
  arrive(thread);
  if (writer_->next_index() >= digest_due_) {
    write(thread, tape::Digest{digest(thread)});
    digest_due_ = writer_->next_index() + session_.page().digest_every;
  }
  auto info = inner_->take_signal(thread);
  if (info) write(thread, tape::SignalTaken{*info});
  return info;
}

void Recorder::delivered(os::Thread& thread, const os::SigInfo& info, const os::SigAction& action, GuestAddr frame) {
  inner_->delivered(thread, info, action, frame);
  arrive(thread);
  write(thread, tape::SignalDelivered{info, action, frame});
}

bool Recorder::set_mask(os::Thread& thread) { return inner_->set_mask(thread); }

void Recorder::set_action(os::Thread& thread, os::Signal signal, const os::SigAction& action) {
  inner_->set_action(thread, signal, action);
}

// --- time

u64 Recorder::budget(os::Thread& thread) { return inner_->budget(thread); }

void Recorder::boundary(os::Thread& thread) {
  arrive(thread);
  if (shared_.is_member() && shared_.is_wanted()) give_way(thread);
  inner_->boundary(thread);
  arrive(thread);
}

}  // namespace sigtape::record

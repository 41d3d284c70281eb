// Encoder: one `fill` per kind of event.
#include "core/tape/encode.h"

#include <capnp/message.h>
#include <capnp/serialize.h>

#include <array>
#include <cstring>
#include <optional>

#include "core/base/check.h"
#include "core/tape/tape.capnp.h"

namespace sigtape::tape {
namespace {

capnp::Data::Reader data_of(std::string_view text) {
  return {reinterpret_cast<const capnp::byte*>(text.data()), text.size()};
}

template <class ListBuilder>
void fill_texts(ListBuilder list, const std::vector<std::string>& texts) {
  for (unsigned i = 0; i < texts.size(); i++) list.set(i, data_of(texts[i]));
}

// What the `fill` functions need beside the builder: where big byte strings go.
using DataRecords = std::vector<std::span<const u8>>;

void fill_one(wire::Bytes::Builder to, GuestAddr at, std::span<const u8> bytes, DataRecords& data) {
  to.setAt(at.value);
  to.setSize(static_cast<u32>(bytes.size()));
  if (bytes.size() <= inline_bytes) {
    if (!bytes.empty()) to.setData({bytes.data(), bytes.size()});
  } else {
    data.push_back(bytes);
  }
}

void fill_bytes(capnp::List<wire::Bytes>::Builder list, const std::vector<Bytes>& all, DataRecords& data) {
  for (unsigned i = 0; i < all.size(); i++) fill_one(list[i], all[i].at, all[i].bytes, data);
}

void fill_set(wire::SigSet::Builder to, const os::SigSet& set) {
  to.setLow(set.words[0]);
  to.setHigh(set.words[1]);
}

void fill_file(wire::StoredFile::Builder to, const StoredFile& file) {
  to.setHashHigh(file.hash.high);
  to.setHashLow(file.hash.low);
  to.setBytes(file.bytes);
  to.setFirstByte(file.first_byte);
  to.setFileBytes(file.file_bytes);
  to.setDevice(file.device);
  to.setInode(file.inode);
  to.setPath(data_of(file.path));
}

void fill_call(wire::Call::Builder to, const abi::Call& call) {
  to.setNumber(call.number);
  to.setPc(call.pc.value);
  to.setSystem(static_cast<u8>(call.system));
  to.setW0(call.words[0]);
  to.setW1(call.words[1]);
  to.setW2(call.words[2]);
  to.setW3(call.words[3]);
  to.setW4(call.words[4]);
  to.setW5(call.words[5]);
  to.setW6(call.words[6]);
  to.setW7(call.words[7]);
}

void fill_info(wire::SigInfo::Builder to, const os::SigInfo& info) {
  to.setSignal(info.signal.value);
  to.setError(info.error);
  to.setCode(info.code);
  to.setPid(info.pid);
  to.setUid(info.uid);
  to.setStatus(info.status);
  to.setUtime(info.utime);
  to.setStime(info.stime);
  to.setValue(info.value);
  to.setAddress(info.address.value);
  to.setAddressLsb(info.address_lsb);
  to.setTimerId(info.timer_id);
  to.setOverrun(info.overrun);
  to.setBand(info.band);
  to.setFd(info.fd);
  to.setSyscallNumber(info.syscall_number);
  to.setArch(info.arch);
  to.setSynchronous(info.synchronous);
  to.setCapturedNs(info.captured_ns);
}

void fill(wire::Event::Builder event, const StreamBegan& what, DataRecords&) {
  auto to = event.initStreamBegan();
  to.setStream(what.stream.value);
  to.setOrigin(static_cast<u8>(what.origin));
  to.setParent(what.parent.value);
  to.setParentEvent(what.parent_event);
  to.setPid(what.pid);
  to.setParentPid(what.parent_pid);
  to.setRealtimeNs(what.realtime_ns);
}

void fill(wire::Event::Builder event, const ImageBegan& what, DataRecords&) {
  auto to = event.initImageBegan();
  const outside::Image& image = what.image;
  to.setPath(data_of(image.path));
  fill_texts(to.initArguments(static_cast<u32>(image.arguments.size())), image.arguments);
  fill_texts(to.initEnvironment(static_cast<u32>(image.environment.size())), image.environment);
  to.setRandom({image.random.data(), image.random.size()});
  to.setUid(image.uid);
  to.setEuid(image.euid);
  to.setGid(image.gid);
  to.setEgid(image.egid);
  to.setPid(image.pid);
  to.setStackLimit(image.stack_limit);
  to.setDataLimit(image.data_limit);
  to.setSpaceLimit(image.space_limit);
  to.setPersonality(image.personality);
  if (!image.seccomp.empty()) to.setSeccomp({image.seccomp.data(), image.seccomp.size()});
  fill_set(to.initMask(), image.mask);
  fill_set(to.initIgnored(), image.ignored);
  fill_set(to.initPending(), image.pending_unused);
}

void fill(wire::Event::Builder event, const ProgramOpened& what, DataRecords&) {
  auto to = event.initProgramOpened();
  to.setPath(data_of(what.path));
  if (what.file) fill_file(to.initFile(), *what.file);
  if (!what.refusal.empty()) to.setRefusal(data_of(what.refusal));
}

void fill(wire::Event::Builder event, const Started&, DataRecords&) { event.setStarted(); }

void fill(wire::Event::Builder event, const Entered& what, DataRecords& data) {
  auto to = event.initEntered();
  fill_call(to.initCall(), what.call);
  if (!what.inputs.empty()) fill_bytes(to.initInputs(static_cast<u32>(what.inputs.size())), what.inputs, data);
  to.setNewStream(what.new_stream.value);
  if (!what.path.empty()) to.setPath(data_of(what.path));
  if (!what.arguments.empty())
    fill_texts(to.initArguments(static_cast<u32>(what.arguments.size())), what.arguments);
}

void fill_mapped(wire::MappedFile::Builder to, const MappedFile& mapped) {
  to.setAt(mapped.at.value);
  to.setBytes(mapped.bytes);
  to.setOffset(mapped.offset);
  to.setRead(mapped.read);
  to.setWrite(mapped.write);
  to.setExec(mapped.exec);
  to.setNeverWritable(mapped.never_writable);
  to.setShared(mapped.shared);
  fill_file(to.initFile(), mapped.file);
}

void fill_outcome(wire::Called::Builder to, const abi::Outcome& outcome) {
  to.setOutcome(static_cast<u8>(outcome.index()));
  if (const auto* done = std::get_if<abi::Done>(&outcome)) {
    to.setValue(done->value);
    to.setValue2(done->value2);
  } else if (const auto* failed = std::get_if<abi::Failed>(&outcome)) {
    to.setValue(failed->error);
  }
}

void fill(wire::Event::Builder event, const Called& what, DataRecords& data) {
  auto to = event.initCalled();
  fill_call(to.initCall(), what.call);
  fill_outcome(to, what.outcome);
  to.setAnswerer(static_cast<u8>(what.answerer));
  to.setOutput(static_cast<u8>(what.output));
  to.setEntered(what.entered);
  to.setSignalBeforeEntry(what.signal_before_entry);
  to.setHostInterrupted(what.host_interrupted);
  to.setDecidedByMode(what.decided_by_mode);
  to.setRewoundUnseen(what.rewound_unseen);
  to.setUnsupported(what.unsupported);
  // The order of these three is the order in which a reader takes the data records.
  if (!what.writes.empty()) fill_bytes(to.initWrites(static_cast<u32>(what.writes.size())), what.writes, data);
  if (!what.inputs.empty()) fill_bytes(to.initInputs(static_cast<u32>(what.inputs.size())), what.inputs, data);
  if (!what.output_bytes.empty()) {
    auto list = to.initOutputBytes(static_cast<u32>(what.output_bytes.size()));
    for (unsigned i = 0; i < what.output_bytes.size(); i++) fill_one(list[i], GuestAddr{}, what.output_bytes[i], data);
  }
  if (what.mapped) fill_mapped(to.initMapped(), *what.mapped);
  to.setChildStream(what.child_stream.value);
  if (!what.unsupported_what.empty()) to.setUnsupportedWhat(data_of(what.unsupported_what));
  to.setEnteredNs(what.entered_ns);
  to.setLeftNs(what.left_ns);
}

void fill(wire::Event::Builder event, const SignalTaken& what, DataRecords&) {
  fill_info(event.initSignalTaken(), what.info);
}

void fill(wire::Event::Builder event, const SignalDelivered& what, DataRecords&) {
  auto to = event.initSignalDelivered();
  fill_info(to.initInfo(), what.info);
  to.setFrame(what.frame.value);
  to.setHandler(what.action.handler);
  to.setRawFlags(what.action.raw_flags);
  to.setRestorer(what.action.restorer);
  to.setMaskLow(what.action.mask.words[0]);
  to.setMaskHigh(what.action.mask.words[1]);
  to.setRestart(what.action.restart);
  to.setNodefer(what.action.nodefer);
  to.setResethand(what.action.resethand);
  to.setOnstack(what.action.onstack);
  to.setSiginfo(what.action.siginfo);
  to.setNocldstop(what.action.nocldstop);
  to.setNocldwait(what.action.nocldwait);
}

void fill(wire::Event::Builder event, const Switched& what, DataRecords&) {
  auto to = event.initSwitched();
  to.setTo(what.to.value);
  to.setToTick(what.to_tick.value);
}

void fill(wire::Event::Builder event, const ThreadStarted& what, DataRecords&) {
  auto to = event.initThreadStarted();
  to.setParent(what.parent.value);
  to.setVforkChild(what.vfork_child);
}

void fill(wire::Event::Builder event, const ThreadEnded&, DataRecords&) { event.setThreadEnded(); }

void fill(wire::Event::Builder event, const ExecBegan& what, DataRecords&) {
  auto to = event.initExecBegan();
  to.setPath(data_of(what.path));
  to.setNative(what.native);
  to.setNewStream(what.new_stream.value);
  to.setDigest(what.digest);
}

void fill(wire::Event::Builder event, const Ended& what, DataRecords&) {
  auto to = event.initEnded();
  to.setKind(static_cast<u8>(what.end.kind));
  to.setStatus(what.end.status);
  to.setCoreDumped(what.end.core_dumped);
  to.setVforkChild(what.vfork_child);
  to.setDigest(what.digest);
}

void fill(wire::Event::Builder event, const Digest& what, DataRecords&) { event.setDigest(what.value); }

void fill(wire::Event::Builder event, const Note& what, DataRecords&) {
  auto to = event.initNote();
  to.setKind(static_cast<u8>(what.kind));
  to.setText(data_of(what.text));
}

void fill(wire::Event::Builder event, const SharedJoined& what, DataRecords&) {
  auto to = event.initSharedJoined();
  to.setObject(what.object);
  to.setDevice(what.device);
  to.setInode(what.inode);
}
void fill(wire::Event::Builder event, const Turn& what, DataRecords&) {
  auto to = event.initTurn();
  to.setObject(what.object);
  to.setNumber(what.number);
  to.setFirst(what.first);
}
void fill(wire::Event::Builder event, const FileEndMoved& what, DataRecords& data) {
  auto to = event.initFileEndMoved();
  to.setAt(what.at.value);
  to.setInside(what.inside);
  if (!what.now.empty()) fill_bytes(to.initNow(static_cast<u32>(what.now.size())), what.now, data);
}
void fill(wire::Event::Builder event, const MemoryChanged& what, DataRecords& data) {
  fill_bytes(event.initMemoryChanged(static_cast<u32>(what.now.size())), what.now, data);
}

std::span<const u8> bytes_of_words(kj::ArrayPtr<const capnp::word> words) {
  auto bytes = words.asBytes();
  return {bytes.begin(), bytes.size()};
}

}  // namespace

// Scratch for the builder, and bytes for a message that outgrew it. MessageBuilder wants the scratch zeroed and clears
// again what it used when it goes.
struct Encoder::Arena {
  std::array<capnp::word, 1024> scratch{};
  std::optional<capnp::MallocMessageBuilder> builder;
  kj::Array<capnp::word> flat;

  wire::Event::Builder begin() {
    builder.emplace(kj::arrayPtr(scratch.data(), scratch.size()));
    return builder->initRoot<wire::Event>();
  }
  std::span<const u8> finish() {
    auto segments = builder->getSegmentsForOutput();
    if (segments.size() == 1) return bytes_of_words(segments[0]);
    // A message that outgrew the scratch: copied into one segment, so that there is a single form on the tape.
    capnp::MallocMessageBuilder whole(static_cast<unsigned>(builder->sizeInWords() + 16));
    whole.setRoot(builder->getRoot<wire::Event>().asReader());
    auto copied = whole.getSegmentsForOutput();
    CHECK_THAT(copied.size() == 1, "a message of {} words does not fit one segment", builder->sizeInWords());
    flat = kj::heapArray<capnp::word>(copied[0].size());
    std::memcpy(flat.begin(), copied[0].begin(), copied[0].size() * sizeof(capnp::word));
    return bytes_of_words(flat);
  }
};

Encoder::Encoder() : arena_(std::make_unique<Arena>()) {}
Encoder::~Encoder() = default;

template <class What>
Encoder::Encoded Encoder::encode(ThreadId thread, Tick tick, u64 ns, const What& what) {
  data_.clear();
  auto event = arena_->begin();
  event.setThread(thread.value);
  event.setTick(tick.value);
  event.setNs(ns);
  fill(event, what, data_);
  return {arena_->finish(), data_};
}

template Encoder::Encoded Encoder::encode(ThreadId, Tick, u64, const StreamBegan&);
template Encoder::Encoded Encoder::encode(ThreadId, Tick, u64, const ImageBegan&);
template Encoder::Encoded Encoder::encode(ThreadId, Tick, u64, const ProgramOpened&);
template Encoder::Encoded Encoder::encode(ThreadId, Tick, u64, const Started&);
template Encoder::Encoded Encoder::encode(ThreadId, Tick, u64, const Entered&);
template Encoder::Encoded Encoder::encode(ThreadId, Tick, u64, const Called&);
template Encoder::Encoded Encoder::encode(ThreadId, Tick, u64, const SignalTaken&);
template Encoder::Encoded Encoder::encode(ThreadId, Tick, u64, const SignalDelivered&);
template Encoder::Encoded Encoder::encode(ThreadId, Tick, u64, const Switched&);
template Encoder::Encoded Encoder::encode(ThreadId, Tick, u64, const ThreadStarted&);
template Encoder::Encoded Encoder::encode(ThreadId, Tick, u64, const ThreadEnded&);
template Encoder::Encoded Encoder::encode(ThreadId, Tick, u64, const ExecBegan&);
template Encoder::Encoded Encoder::encode(ThreadId, Tick, u64, const Ended&);
template Encoder::Encoded Encoder::encode(ThreadId, Tick, u64, const Digest&);
template Encoder::Encoded Encoder::encode(ThreadId, Tick, u64, const Note&);
template Encoder::Encoded Encoder::encode(ThreadId, Tick, u64, const MemoryChanged&);
template Encoder::Encoded Encoder::encode(ThreadId, Tick, u64, const FileEndMoved&);
template Encoder::Encoded Encoder::encode(ThreadId, Tick, u64, const SharedJoined&);
template Encoder::Encoded Encoder::encode(ThreadId, Tick, u64, const Turn&);

std::vector<u8> Encoder::encode_header(const Header& header) {
  capnp::MallocMessageBuilder message(4096);
  auto to = message.initRoot<wire::Header>();
  to.setSigtapeVersion(data_of(header.sigtape_version));
  to.setHost(data_of(header.host));
  fill_texts(to.initCommand(static_cast<u32>(header.command.size())), header.command);
  to.setDirectory(data_of(header.directory));
  to.setStartRealtimeNs(header.start_realtime_ns);
  to.setStartNs(header.start_ns);
  to.setDelivery(data_of(header.delivery));
  to.setRoot(data_of(header.root));
  to.setSeed(header.seed);
  kj::Array<capnp::word> flat = capnp::messageToFlatArray(message);
  auto bytes = flat.asBytes();
  return {bytes.begin(), bytes.end()};
}

}  // namespace sigtape::tape

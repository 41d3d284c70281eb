// Decoder: one `take` per kind of event.
#include "core/tape/decode.h"

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <fmt/format.h>
#include <kj/exception.h>

#include <optional>

#include "core/tape/tape.capnp.h"

namespace sigtape::tape {
namespace {

// Deepest real nesting: Event, Called, MappedFile, StoredFile, path.
constexpr int nesting_limit = 16;
constexpr u32 max_list = 1u << 20;

// What `take` functions share: the data records, and the first thing found wrong.
class Source {
 public:
  explicit Source(std::span<const std::span<const u8>> data) : data_(data) {}
  void refuse(std::string why) {
    if (why_.empty()) why_ = std::move(why);
  }
  const std::string& why() const { return why_; }

  std::span<const u8> bytes(wire::Bytes::Reader from) {
    if (from.hasData() || from.getSize() == 0) {
      auto data = from.getData();
      if (data.size() != from.getSize()) refuse("names a size that its bytes do not have");
      return {data.begin(), data.size()};
    }
    if (next_ == data_.size()) {
      refuse("refers to a data record that is not there");
      return {};
    }
    auto data = data_[next_++];
    if (data.size() != from.getSize()) refuse("refers to a data record of another size");
    return data;
  }
  std::vector<Bytes> list(capnp::List<wire::Bytes>::Reader from) {
    std::vector<Bytes> all;
    if (!fits(from.size())) return all;
    all.reserve(from.size());
    for (auto one : from) {
      auto data = bytes(one);
      all.push_back({GuestAddr{one.getAt()}, data});
    }
    return all;
  }
  std::vector<std::string> texts(capnp::List<capnp::Data>::Reader from) {
    std::vector<std::string> all;
    if (!fits(from.size())) return all;
    all.reserve(from.size());
    for (auto one : from) all.emplace_back(reinterpret_cast<const char*>(one.begin()), one.size());
    return all;
  }
  // A stored number as an enumerator, of which there are `count`.
  template <class E>
  E enumerator(unsigned value, unsigned count) {
    if (value < count) return static_cast<E>(value);
    refuse(fmt::format("holds the unknown value {}", value));
    return E{};
  }

 private:
  // Elements of no bytes cost a hostile writer nothing, hence a limit of its own.
  bool fits(u32 count) {
    if (count > max_list) refuse("holds a list that is too long");
    return count <= max_list;
  }
  std::span<const std::span<const u8>> data_;
  std::size_t next_ = 0;
  std::string why_;
};

std::string text_of(capnp::Data::Reader data) { return {reinterpret_cast<const char*>(data.begin()), data.size()}; }

os::SigSet take_set(wire::SigSet::Reader from) { return {{from.getLow(), from.getHigh()}}; }

StoredFile take_file(wire::StoredFile::Reader from) {
  return {{from.getHashHigh(), from.getHashLow()}, from.getBytes(),  from.getFirstByte(),
          from.getFileBytes(),                     from.getDevice(), from.getInode(),
          text_of(from.getPath())};
}

abi::Call take_call(wire::Call::Reader from, Source& source) {
  abi::Call call;
  call.system = source.enumerator<abi::System>(from.getSystem(), 2);
  call.number = from.getNumber();
  call.row = abi::row_of(call.system, call.number);
  call.words = {from.getW0(), from.getW1(), from.getW2(), from.getW3(),
                from.getW4(), from.getW5(), from.getW6(), from.getW7()};
  call.pc = GuestAddr{from.getPc()};
  return call;
}

os::SigInfo take_info(wire::SigInfo::Reader from, Source& source) {
  os::SigInfo info;
  info.signal = os::Signal{from.getSignal()};
  if (info.signal.value < 1 || info.signal.value > 128) source.refuse("holds a signal number that does not exist");
  info.error = from.getError();
  info.code = from.getCode();
  info.pid = from.getPid();
  info.uid = from.getUid();
  info.status = from.getStatus();
  info.utime = from.getUtime();
  info.stime = from.getStime();
  info.value = from.getValue();
  info.address = GuestAddr{from.getAddress()};
  info.address_lsb = from.getAddressLsb();
  info.timer_id = from.getTimerId();
  info.overrun = from.getOverrun();
  info.band = from.getBand();
  info.fd = from.getFd();
  info.syscall_number = from.getSyscallNumber();
  info.arch = from.getArch();
  info.synchronous = from.getSynchronous();
  info.captured_ns = from.getCapturedNs();
  return info;
}

StreamBegan take(wire::StreamBegan::Reader from, Source& source) {
  StreamBegan what;
  what.stream = StreamId{from.getStream()};
  what.origin = source.enumerator<Origin>(from.getOrigin(), 5);
  what.parent = StreamId{from.getParent()};
  what.parent_event = from.getParentEvent();
  what.pid = from.getPid();
  what.parent_pid = from.getParentPid();
  what.realtime_ns = from.getRealtimeNs();
  return what;
}

ImageBegan take(wire::ImageBegan::Reader from, Source& source) {
  ImageBegan what;
  outside::Image& image = what.image;
  image.path = text_of(from.getPath());
  image.arguments = source.texts(from.getArguments());
  image.environment = source.texts(from.getEnvironment());
  auto random = from.getRandom();
  if (random.size() == image.random.size())
    std::copy(random.begin(), random.end(), image.random.begin());
  else
    source.refuse("holds too few or too many random bytes");
  image.uid = from.getUid();
  image.euid = from.getEuid();
  image.gid = from.getGid();
  image.egid = from.getEgid();
  image.pid = from.getPid();
  image.stack_limit = from.getStackLimit();
  image.data_limit = from.getDataLimit();
  image.space_limit = from.getSpaceLimit();
  image.personality = from.getPersonality();
  for (u64 word : from.getSeccomp()) image.seccomp.push_back(word);
  image.mask = take_set(from.getMask());
  image.ignored = take_set(from.getIgnored());
  image.pending_unused = take_set(from.getPending());
  return what;
}

ProgramOpened take(wire::ProgramOpened::Reader from, Source&) {
  ProgramOpened what;
  what.path = text_of(from.getPath());
  if (from.hasFile()) what.file = take_file(from.getFile());
  what.refusal = text_of(from.getRefusal());
  return what;
}

Entered take(wire::Entered::Reader from, Source& source) {
  Entered what;
  what.call = take_call(from.getCall(), source);
  what.inputs = source.list(from.getInputs());
  what.new_stream = StreamId{from.getNewStream()};
  what.path = text_of(from.getPath());
  what.arguments = source.texts(from.getArguments());
  return what;
}

abi::Outcome take_outcome(wire::Called::Reader from, Source& source) {
  switch (from.getOutcome()) {
    case 0: return abi::Done{from.getValue(), from.getValue2()};
    case 1: return abi::Failed{from.getValue()};
    case 2: return abi::NotDone{};
    case 3: return abi::Gone{};
    default: source.refuse("holds an unknown outcome of a call"); return abi::Gone{};
  }
}

MappedFile take_mapped(wire::MappedFile::Reader from) {
  MappedFile mapped;
  mapped.at = GuestAddr{from.getAt()};
  mapped.bytes = from.getBytes();
  mapped.offset = from.getOffset();
  mapped.read = from.getRead();
  mapped.write = from.getWrite();
  mapped.exec = from.getExec();
  mapped.never_writable = from.getNeverWritable();
  mapped.shared = from.getShared();
  mapped.file = take_file(from.getFile());
  return mapped;
}

Called take(wire::Called::Reader from, Source& source) {
  Called what;
  what.call = take_call(from.getCall(), source);
  what.outcome = take_outcome(from, source);
  what.answerer = source.enumerator<Answerer>(from.getAnswerer(), 2);
  what.output = source.enumerator<Output>(from.getOutput(), 3);
  what.entered = from.getEntered();
  what.signal_before_entry = from.getSignalBeforeEntry();
  what.host_interrupted = from.getHostInterrupted();
  what.decided_by_mode = from.getDecidedByMode();
  what.rewound_unseen = from.getRewoundUnseen();
  what.unsupported = from.getUnsupported();
  what.writes = source.list(from.getWrites());
  what.inputs = source.list(from.getInputs());
  for (const Bytes& one : source.list(from.getOutputBytes())) what.output_bytes.push_back(one.bytes);
  if (from.hasMapped()) what.mapped = take_mapped(from.getMapped());
  what.child_stream = StreamId{from.getChildStream()};
  what.unsupported_what = text_of(from.getUnsupportedWhat());
  what.entered_ns = from.getEnteredNs();
  what.left_ns = from.getLeftNs();
  return what;
}

SignalDelivered take(wire::SignalDelivered::Reader from, Source& source) {
  SignalDelivered what;
  what.info = take_info(from.getInfo(), source);
  what.frame = GuestAddr{from.getFrame()};
  os::SigAction& action = what.action;
  action.handler = from.getHandler();
  action.raw_flags = from.getRawFlags();
  action.restorer = from.getRestorer();
  action.mask = {{from.getMaskLow(), from.getMaskHigh()}};
  action.restart = from.getRestart();
  action.nodefer = from.getNodefer();
  action.resethand = from.getResethand();
  action.onstack = from.getOnstack();
  action.siginfo = from.getSiginfo();
  action.nocldstop = from.getNocldstop();
  action.nocldwait = from.getNocldwait();
  return what;
}

Switched take(wire::Switched::Reader from, Source&) { return {ThreadId{from.getTo()}, Tick{from.getToTick()}}; }

ThreadStarted take(wire::ThreadStarted::Reader from, Source&) {
  return {ThreadId{from.getParent()}, from.getVforkChild()};
}

ExecBegan take(wire::ExecBegan::Reader from, Source&) {
  return {text_of(from.getPath()), from.getNative(), StreamId{from.getNewStream()}, from.getDigest()};
}

Ended take(wire::Ended::Reader from, Source& source) {
  Ended what;
  what.end.kind = source.enumerator<outside::EndKind>(from.getKind(), 4);
  what.end.status = from.getStatus();
  what.end.core_dumped = from.getCoreDumped();
  what.vfork_child = from.getVforkChild();
  what.digest = from.getDigest();
  return what;
}

Note take(wire::Note::Reader from, Source& source) {
  return {source.enumerator<NoteKind>(from.getKind(), 8), text_of(from.getText())};
}

void take_event(wire::Event::Reader from, Event& event, Source& source) {
  event.thread = ThreadId{from.getThread()};
  event.tick = Tick{from.getTick()};
  event.ns = from.getNs();
  switch (from.which()) {
    case wire::Event::STREAM_BEGAN: event.what = take(from.getStreamBegan(), source); break;
    case wire::Event::IMAGE_BEGAN: event.what = take(from.getImageBegan(), source); break;
    case wire::Event::PROGRAM_OPENED: event.what = take(from.getProgramOpened(), source); break;
    case wire::Event::STARTED: event.what = Started{}; break;
    case wire::Event::ENTERED: event.what = take(from.getEntered(), source); break;
    case wire::Event::CALLED: event.what = take(from.getCalled(), source); break;
    case wire::Event::SIGNAL_TAKEN: event.what = SignalTaken{take_info(from.getSignalTaken(), source)}; break;
    case wire::Event::SIGNAL_DELIVERED: event.what = take(from.getSignalDelivered(), source); break;
    case wire::Event::SWITCHED: event.what = take(from.getSwitched(), source); break;
    case wire::Event::THREAD_STARTED: event.what = take(from.getThreadStarted(), source); break;
    case wire::Event::THREAD_ENDED: event.what = ThreadEnded{}; break;
    case wire::Event::EXEC_BEGAN: event.what = take(from.getExecBegan(), source); break;
    case wire::Event::ENDED: event.what = take(from.getEnded(), source); break;
    case wire::Event::DIGEST: event.what = Digest{from.getDigest()}; break;
    case wire::Event::MEMORY_CHANGED: event.what = MemoryChanged{source.list(from.getMemoryChanged())}; break;
    case wire::Event::SHARED_JOINED: {
      auto joined = from.getSharedJoined();
      event.what = SharedJoined{joined.getObject(), joined.getDevice(), joined.getInode()};
      break;
    }
    case wire::Event::FILE_END_MOVED: {
      auto moved = from.getFileEndMoved();
      event.what = FileEndMoved{GuestAddr{moved.getAt()}, moved.getInside(), source.list(moved.getNow())};
      break;
    }
    case wire::Event::TURN: {
      auto turn = from.getTurn();
      event.what = Turn{turn.getObject(), turn.getNumber(), turn.getFirst()};
      break;
    }
    case wire::Event::NOTE: event.what = take(from.getNote(), source); break;
    default: event.what = UnknownEvent{}; break;
  }
}

capnp::ReaderOptions limits(std::size_t bytes) {
  capnp::ReaderOptions options;
  options.traversalLimitInWords = bytes / sizeof(capnp::word) * 4 + 1024;  // lists are walked more than once
  options.nestingLimit = nesting_limit;
  return options;
}

}  // namespace

Result<void> decode(std::span<const u8> message, std::span<const std::span<const u8>> data, Event& event) {
  if (message.size() % sizeof(capnp::word) != 0 || message.empty()) return Error{"is not a whole number of words"};
  const kj::ArrayPtr<const capnp::word> segments[] = {
      {reinterpret_cast<const capnp::word*>(message.data()), message.size() / sizeof(capnp::word)}};
  Source source{data};
  // Cap'n Proto reports malformed messages by exceptions; they end here.
  auto refused = kj::runCatchingExceptions([&] {
    capnp::SegmentArrayMessageReader reader(kj::arrayPtr(segments, 1), limits(message.size()));
    take_event(reader.getRoot<wire::Event>(), event, source);
  });
  if (refused != nullptr) return Error{"holds a message that Cap'n Proto refuses"};
  if (!source.why().empty()) return Error{source.why()};
  return {};
}

Result<Header> decode_header(std::span<const u8> message) {
  Header header;
  Source source{{}};
  auto refused = kj::runCatchingExceptions([&] {
    kj::Array<capnp::word> words = kj::heapArray<capnp::word>(message.size() / sizeof(capnp::word));
    std::memcpy(words.begin(), message.data(), words.size() * sizeof(capnp::word));
    capnp::FlatArrayMessageReader reader(words, limits(message.size()));
    auto from = reader.getRoot<wire::Header>();
    header.sigtape_version = text_of(from.getSigtapeVersion());
    header.host = text_of(from.getHost());
    header.command = source.texts(from.getCommand());
    header.directory = text_of(from.getDirectory());
    header.start_realtime_ns = from.getStartRealtimeNs();
    header.start_ns = from.getStartNs();
    header.delivery = text_of(from.getDelivery());
    header.root = text_of(from.getRoot());
    header.seed = from.getSeed();
  });
  if (refused != nullptr) return Error{"holds a message that Cap'n Proto refuses"};
  if (!source.why().empty()) return Error{source.why()};
  return header;
}

}  // namespace sigtape::tape

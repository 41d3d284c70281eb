# The events of a tape as they are stored. core/tape/events.h says what each of them means.
#
# Rules, so that an older tape keeps replaying:
#  - never renumber, remove or retype a member; new members get the next number and a default that means "as before";
#  - a new kind of event is a new member of the union in Event: older programs skip it as unknown;
#  - a change that an older program must not skip raises `format_version` in core/tape/format.h.
@0xc5b1f6a2d97e4381;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("sigtape::tape::wire");

struct Event {
  thread @0 :Int32;
  tick @1 :UInt64;
  ns @2 :UInt64;
  union {
    unknown @3 :Void;
    streamBegan @4 :StreamBegan;
    imageBegan @5 :ImageBegan;
    programOpened @6 :ProgramOpened;
    started @7 :Void;
    entered @8 :Entered;
    called @9 :Called;
    signalTaken @10 :SigInfo;
    signalDelivered @11 :SignalDelivered;
    switched @12 :Switched;
    threadStarted @13 :ThreadStarted;
    threadEnded @14 :Void;
    execBegan @15 :ExecBegan;
    ended @16 :Ended;
    digest @17 :UInt64;
    note @18 :Note;
    memoryChanged @19 :List(Bytes);
    sharedJoined @20 :SharedJoined;
    turn @21 :Turn;
    fileEndMoved @22 :FileEndMoved;
  }
}

struct FileEndMoved {
  at @0 :UInt32;
  inside @1 :UInt32;
  now @2 :List(Bytes);
}

struct SharedJoined {
  object @0 :UInt32;
  device @1 :UInt64;
  inode @2 :UInt64;
}

struct Turn {
  object @0 :UInt32;
  number @1 :UInt64;
  first @2 :Bool;
}

struct StreamBegan {
  stream @0 :UInt32;
  origin @1 :UInt8;
  parent @2 :UInt32;
  parentEvent @3 :UInt64;
  pid @4 :Int32;
  parentPid @5 :Int32;
  realtimeNs @6 :UInt64;
}

struct SigSet {
  low @0 :UInt64;
  high @1 :UInt64;
}

struct ImageBegan {
  path @0 :Data;
  arguments @1 :List(Data);
  environment @2 :List(Data);
  random @3 :Data;
  uid @4 :UInt32;
  euid @5 :UInt32;
  gid @6 :UInt32;
  egid @7 :UInt32;
  pid @8 :Int32;
  stackLimit @9 :UInt64;
  dataLimit @10 :UInt64;
  spaceLimit @11 :UInt64;
  mask @12 :SigSet;
  ignored @13 :SigSet;
  pending @14 :SigSet;
  personality @15 :UInt32;
  seccomp @16 :List(UInt64);   # see outside::Image
}

struct StoredFile {
  hashHigh @0 :UInt64;
  hashLow @1 :UInt64;
  bytes @2 :UInt64;
  firstByte @3 :UInt64;
  fileBytes @4 :UInt64;
  device @5 :UInt64;
  inode @6 :UInt64;
  path @7 :Data;
}

struct ProgramOpened {
  path @0 :Data;
  file @1 :StoredFile;   # absent: refused
  refusal @2 :Data;
}

struct Bytes {
  at @0 :UInt32;
  size @1 :UInt32;
  data @2 :Data;         # absent and size > 0: the next of the data records that precede the event
}

struct Call {
  number @0 :UInt32;
  pc @1 :UInt32;
  system @2 :UInt8;
  w0 @3 :UInt32;
  w1 @4 :UInt32;
  w2 @5 :UInt32;
  w3 @6 :UInt32;
  w4 @7 :UInt32;
  w5 @8 :UInt32;
  w6 @9 :UInt32;
  w7 @10 :UInt32;
}

struct Entered {
  call @0 :Call;
  inputs @1 :List(Bytes);
  newStream @2 :UInt32;
  path @3 :Data;
  arguments @4 :List(Data);
}

struct MappedFile {
  at @0 :UInt32;
  bytes @1 :UInt32;
  offset @2 :UInt64;
  read @3 :Bool;
  write @4 :Bool;
  exec @5 :Bool;
  shared @6 :Bool;
  file @7 :StoredFile;
  neverWritable @8 :Bool;
}

struct Called {
  call @0 :Call;
  outcome @1 :UInt8;     # index into abi::Outcome: done, failed, notDone, gone
  value @2 :UInt32;      # done: the value; failed: the guest's error number
  value2 @3 :UInt32;
  answerer @4 :UInt8;
  output @5 :UInt8;
  entered @6 :Bool;
  signalBeforeEntry @7 :Bool;
  unsupported @8 :Bool;
  writes @9 :List(Bytes);
  inputs @10 :List(Bytes);
  outputBytes @11 :List(Bytes);
  mapped @12 :MappedFile;
  childStream @13 :UInt32;
  unsupportedWhat @14 :Data;
  enteredNs @15 :UInt64;
  leftNs @16 :UInt64;
  hostInterrupted @17 :Bool;
  decidedByMode @18 :Bool;
  rewoundUnseen @19 :Bool;
}

struct SigInfo {
  signal @0 :Int32;
  error @1 :Int32;
  code @2 :Int32;
  pid @3 :Int32;
  uid @4 :UInt32;
  status @5 :Int32;
  utime @6 :UInt32;
  stime @7 :UInt32;
  value @8 :UInt64;
  address @9 :UInt32;
  addressLsb @10 :UInt32;
  timerId @11 :Int32;
  overrun @12 :Int32;
  band @13 :Int32;
  fd @14 :Int32;
  syscallNumber @15 :UInt32;
  arch @16 :UInt32;
  synchronous @17 :Bool;
  capturedNs @18 :UInt64;
}

struct SignalDelivered {
  info @0 :SigInfo;
  frame @1 :UInt32;
  handler @2 :UInt32;
  rawFlags @3 :UInt32;
  restorer @4 :UInt32;
  maskLow @5 :UInt64;
  maskHigh @6 :UInt64;
  restart @7 :Bool;
  nodefer @8 :Bool;
  resethand @9 :Bool;
  onstack @10 :Bool;
  siginfo @11 :Bool;
  nocldstop @12 :Bool;
  nocldwait @13 :Bool;
}

struct Switched {
  to @0 :Int32;
  toTick @1 :UInt64;
}

struct ThreadStarted {
  parent @0 :Int32;
  vforkChild @1 :Bool;
}

struct ExecBegan {
  path @0 :Data;
  native @1 :Bool;
  newStream @2 :UInt32;
  digest @3 :UInt64;
}

struct Ended {
  kind @0 :UInt8;
  status @1 :Int32;
  coreDumped @2 :Bool;
  vforkChild @3 :Bool;
  digest @4 :UInt64;
}

struct Note {
  kind @0 :UInt8;
  text @1 :Data;
}

# The file `header` of a tape.
struct Header {
  sigtapeVersion @0 :Data;
  host @1 :Data;
  command @2 :List(Data);
  directory @3 :Data;
  startRealtimeNs @4 :UInt64;
  startNs @5 :UInt64;
  delivery @6 :Data;
  root @7 :Data;
  seed @8 :UInt64;
}

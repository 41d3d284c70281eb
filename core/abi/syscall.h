// One row per guest system call: number, name, arguments, restart class. Data only.
#pragma once
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/ints.h"

namespace sigtape::abi {

enum class System : u8 { linux_eabi, freebsd };

// How an argument is to be read, printed and, where no host conversion exists, passed on.
enum class Kind : u8 {
  none,
  integer,    // signed decimal
  unsigned_,  // unsigned decimal
  hex,
  size,       // a count of bytes
  fd,         // a descriptor
  dirfd,      // a descriptor or AT_FDCWD
  mode,       // octal
  signal,     // a signal number
  flags,      // bits by Arg::names
  choice,     // one value by Arg::names
  address,    // a guest address that the call does not read or write through (mmap, brk, futex word of WAKE)
  path,       // NUL-terminated file name, read
  string,     // other NUL-terminated text, read
  strings,    // NULL-terminated array of string pointers (argv, envp)
  bytes,      // buffer; capacity from Arg::size_argument; actual length for `out` is the result if Arg::result_is_size
  structure,  // one struct Arg::layout
  array,      // Arg::size_argument elements of Arg::layout
  iovec,      // array of iovec, Arg::size_argument elements; contents as `bytes`
  msghdr,     // struct msghdr with its nests
  mmsghdr,    // array of struct mmsghdr, Arg::size_argument elements
  sockaddr,   // length in Arg::size_argument: for `in` the value itself, for `out` a socklen_t at that pointer
  fd_set,     // Arg::size_argument is nfds
  off64,      // 64-bit value in a register pair (aligned as the ABI wants it); takes two words
  off64_split,  // 64-bit value in two separate words, low first, not aligned (preadv)
  pid,          // process, thread or group id
  cpu_set,      // bit mask of Arg::size_argument bytes
  msgbuf,       // a long, then Arg::size_argument bytes (msgsnd)
  dirents,      // directory records of the ABI; `bytes` otherwise
};

enum class Dir : u8 { in, out, inout };

struct Field;  // core/abi/layout.h
struct Layout;
struct NameSet;  // core/abi/flag_names.h

// What about a failing call's `out` arguments.
enum class When : u8 {
  success,
  interrupted,  // EINTR only (rem of nanosleep)
  always,       // on success and EINTR alike (select's timeval)
};

struct Arg {
  std::string_view name;
  const Layout* layout = nullptr;
  const NameSet* names = nullptr;
  u16 fixed_bytes = 0;  // bytes, array: a constant size
  Kind kind = Kind::none;
  Dir dir = Dir::in;
  i8 size_argument = -1;             // index of the argument that gives a size or count
  bool result_is_size = false;       // out: the call's result is the number of bytes (array: elements) written
  bool size_behind_pointer = false;  // Arg::size_argument points to the size (getsockopt)
  When when = When::success;
};

// What an interrupted call asks for (Linux names; FreeBSD admits `never` and `if_sa_restart` only, see restart tables).
enum class Restart : u8 {
  not_interruptible,
  never,          // EINTR, whatever happens
  if_sa_restart,  // ERESTARTSYS
  if_no_handler,  // ERESTARTNOHAND
  always,         // ERESTARTNOINTR
  block,          // ERESTART_RESTARTBLOCK
  by_arguments,   // depends on arguments or on the kind of file: restart_of(call) decides
};

// wide: 64 bits, Done::value2 is the upper half. signal: a signal number.
enum class ResultKind : u8 { integer, fd, size, zero, address, pid, hex, none, wide, signal };

// Who answers. `core`: the emulated kernel alone, computed again on replay. `outside`: the host, noted on the tape.
enum class Side : u8 { core, outside, refused };

// What a call is about, coarsely: strace's %file, %network...
enum class Topic : u8 { file, descriptor, memory, process, signal, time, network, ipc, system };

inline constexpr unsigned max_args = 7;
inline constexpr unsigned max_variant_args = 5;

// A call whose later arguments depend on an earlier one (ioctl, fcntl, prctl, futex, setsockopt, _umtx_op).
struct Variants;
struct Variant {
  u32 value = 0;
  std::string_view name;                     // "F_SETLKW"
  std::array<Arg, max_variant_args> args{};  // in place of the row's, from the one after the selecting argument on
  u8 count = 0;
  std::optional<Restart> restart;  // where it differs from the row's
  std::optional<ResultKind> result;
  const NameSet* result_names = nullptr;  // of the result's bits (F_GETFL)
  const Variants* next = nullptr;  // a further selecting argument (level, then option)
  bool keeps_rest = false;         // the row's arguments beyond these stay
  std::string_view refusal = {};   // not passed on: why
};
struct Variants {
  u8 argument = 0;     // index of the selecting argument
  u32 mask = ~u32{0};  // of its bits, those that select
  std::span<const Variant> rows;
};

struct Row {
  u32 number = 0;
  std::string_view name;
  Side side = Side::refused;
  Restart restart = Restart::not_interruptible;
  ResultKind result = ResultKind::integer;
  std::array<Arg, max_args> args{};
  u8 count = 0;  // of args
  Topic topic = Topic::system;
  std::string_view refusal = {};  // Side::refused: why; the guest gets the ABI's ENOSYS
  bool refused_as_kernel = false; // ordinary kernels answer the same: nothing to report
  const Variants* variants = nullptr;
  std::array<u8, max_args> words{};  // where argument i starts: word_indices() of the arguments
};

// nullptr for a number that the ABI does not have.
const Row* row_of(System system, u32 number);
std::span<const Row> table_of(System system);
std::string name_of(System system, u32 number);  // "syscall_411" where unknown

// Where argument i starts among the words r0-r6 (Linux) or registers and stack (FreeBSD): 64-bit ones take an aligned
// pair (AAPCS; FreeBSD's sy_narg layout does the same on the stack). Words are as the entry code fetched them, so
// FreeBSD's stack words simply follow.
constexpr u8 place_argument(Kind kind, u8& word) {  // `word`: the first that is free
  if (kind == Kind::off64) word = static_cast<u8>(word + (word & 1));
  const u8 place = word;
  word = static_cast<u8>(word + (kind == Kind::off64 || kind == Kind::off64_split ? 2 : 1));
  return place;
}
constexpr std::array<u8, max_args> word_indices(std::span<const Arg> args) {
  std::array<u8, max_args> words{};
  u8 word = 0;
  for (std::size_t i = 0; i < args.size(); ++i) words[i] = place_argument(args[i].kind, word);
  return words;
}

// The row as it holds for these argument words: variants chosen, words assigned.
struct Shape {
  std::array<Arg, max_args> args{};
  std::array<u8, max_args> words{};  // where each argument starts
  u8 count = 0;
  Restart restart = Restart::not_interruptible;
  ResultKind result = ResultKind::integer;
  const Variant* variant = nullptr;  // the last one chosen
  bool unknown_variant = false;      // the row has variants, but not for this value
  // -1 where there is no such argument.
  int index_of(std::string_view name) const;
};
Shape shape_of(const Row& row, std::span<const u32> words);

// The arguments of a call as shape_of() has them, without copies of their descriptions. The row must outlive it.
class Arguments {
 public:
  Arguments(const Row& row, std::span<const u32> words)
      : row_(row), words_(row.words.data()), count_(row.count), restart_(row.restart), result_(row.result) {
    if (row.variants != nullptr) choose_variants(words);
  }
  Arguments(const Arguments&) = delete;
  unsigned count() const { return count_; }
  const Arg& operator[](std::size_t argument) const {
    return row_.variants == nullptr ? row_.args[argument] : *chosen_[argument];
  }
  u8 word(std::size_t argument) const { return words_[argument]; }  // where it begins
  Restart restart() const { return restart_; }
  ResultKind result() const { return result_; }
  const Variant* variant() const { return variant_; }
  bool unknown_variant() const { return unknown_variant_; }

 private:
  void choose_variants(std::span<const u32> words);

  const Row& row_;
  const u8* words_;
  u8 count_;
  Restart restart_;
  ResultKind result_;
  const Variant* variant_ = nullptr;
  bool unknown_variant_ = false;
  // Where the row has variants.
  std::array<const Arg*, max_args> chosen_;
  std::array<u8, max_args> chosen_words_;
};

}  // namespace sigtape::abi

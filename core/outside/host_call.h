// What a call handler (linux_*.cpp: one guest call turned into host calls) gets to work with, and how it is found.
#pragma once
#include <time.h>

#include <atomic>
#include <optional>
#include <span>
#include <string>

#include "core/abi/call.h"
#include "core/mem/space.h"
#include "core/os/thread.h"
#include "core/outside/own_fds.h"
#include "core/outside/path_root.h"

namespace sigtape::outside {

class Live;
struct HostThread;

// What one host system call came to.
struct HostResult {
  bool done = false;  // false: never entered, or rewound by the kernel; a captured signal waits
  i64 value = 0;      // as the kernel returned it: -errno where it failed
  bool failed() const { return done && value < 0 && value >= -4095; }
  bool succeeded() const { return done && !failed(); }
  int error() const { return failed() ? static_cast<int>(-value) : 0; }
};

class CallContext {
 public:
  CallContext(Live& live, os::Thread& thread, const abi::Call& call, abi::Answer& answer, HostThread& host);

  // --- the question
  os::Thread& thread;
  const abi::Call& call;
  mem::Space& space;
  Live& live;
  u32 word(unsigned i) const { return call.words[i]; }
  i32 signed_word(unsigned i) const { return static_cast<i32>(call.words[i]); }
  u64 pair(unsigned i) const { return call.pair(i); }
  GuestAddr at(unsigned i) const { return GuestAddr{call.words[i]}; }
  // A descriptor argument for the host: one of ours becomes -1 (EBADF); AT_FDCWD and other negatives pass.
  int fd(unsigned i) const;
  // A guest pointer for the host to read from (or to compare: futex words) in place; 0 becomes nullptr. The host sees
  // the guest's page protections, so EFAULT comes out by itself. Never for output of a blocking call.
  void* pointer(unsigned i) const { return pointer(at(i)); }
  void* pointer(GuestAddr address) const { return address.is_null() ? nullptr : space.host(address); }
  // A path argument as the guest wrote it; nullopt: EFAULT or ENAMETOOLONG was answered, return at once.
  std::optional<std::string> path_text(unsigned i);
  // And as the host is to get it (--root applied).
  std::optional<std::string> path(int dirfd, unsigned i, Follow follow = Follow::yes);
  // The host's 64-bit signal set for a guest's (numbers translated for FreeBSD guests).
  u64 host_mask(const os::SigSet& set) const;

  // Where thread `id` sleeps until another one wakes it: a futex word of our own, at the same place as long as we live.
  std::atomic<u32>& parking_place(ThreadId id);

  // --- asking the host; arguments are integers or pointers
  // Through the safe path, with the baton put down meanwhile: for every call that can wait for anything at all. Other
  // threads run meanwhile: results go to stage(), and nothing read from guest memory before is still certain after.
  template <class... A>
  HostResult blocking(long number, A... a) {
    const long words[6] = {as_long(a)...};
    return issue_blocking(number, words);
  }
  // As blocking(), for a call that waits until `word` is woken.
  template <class... A>
  HostResult blocking_for_wake(GuestAddr word, long number, A... a) {
    const long words[6] = {as_long(a)...};
    return issue_blocking(number, words, word);
  }
  // `word` is about to be woken.
  void note_wake(GuestAddr word);
  // Keeps the baton: only for calls that never wait (getpid, umask, dup, sigpending…).
  template <class... A>
  HostResult immediate(long number, A... a) {
    const long words[6] = {as_long(a)...};
    return issue_immediate(number, words);
  }

  // As immediate(): the clocks that programs read often are the vDSO's, which is many times faster.
  HostResult read_clock(clockid_t clock, timespec* now);

  // --- memory for outputs, valid until the thread's next call; aligned to 16, contents undefined. For sizes that the
  // guest chose: large ones cost nothing until touched.
  u8* stage(u64 bytes);
  template <class T>
  T* stage() {
    return new (stage(sizeof(T))) T{};
  }

  // --- the answer
  bool can_write(GuestAddr to, u64 bytes) const { return space.can_write(to, bytes); }
  // These bytes (staged, or of static life) go to the guest when the call is over.
  void put(GuestAddr to, const void* bytes, u64 count);
  // Copies `value` to staging first.
  template <class T>
  void put(GuestAddr to, const T& value) {
    T* copy = stage<T>();
    *copy = value;
    put(to, copy, sizeof value);
  }
  void done(u32 value) { answer.outcome = abi::Done{value}; }
  void done64(u64 value) { answer.outcome = abi::Done{static_cast<u32>(value), static_cast<u32>(value >> 32)}; }
  void fail(int host_error);  // in the guest's numbering
  void not_done() { answer.outcome = abi::NotDone{}; }
  // The usual end: Done{value}, Failed{error} or NotDone, as the host said.
  void finish(const HostResult& result);
  // Something that we don't have: the guest gets `host_error`, the tape an `unsupported` event. `what` is static text.
  void unsupported(const char* what, int host_error);

  abi::Answer& answer;

 private:
  static long as_long(const volatile void* p) { return reinterpret_cast<long>(p); }
  static long as_long(std::nullptr_t) { return 0; }
  template <class I>
  requires(std::is_integral_v<I> || std::is_enum_v<I>) static long as_long(I i) { return static_cast<long>(i); }
  HostResult issue_blocking(long number, const long (&words)[6], std::optional<GuestAddr> woken_at = std::nullopt);
  void await_wake(const std::atomic<u32>& wakes);
  HostResult issue_immediate(long number, const long (&words)[6]);
  HostThread& host_;
};

// Answers the whole call. Handlers may allocate before and after, but not inside, blocking().
using Handler = void (*)(CallContext&);
struct HandlerRow {
  u32 number;  // of the guest's ABI
  Handler handler;
};

// Every linux_*.cpp has one table; linux_handlers.cpp lists the tables. nullptr: no handler, the generic path decides.
Handler linux_handler_of(u32 number);
Handler freebsd_handler_of(u32 number);

// Without a handler: the host call of the same name, arguments by their kinds; for rows whose arguments are integers,
// descriptors, paths, strings, input bytes and output bytes only. False: the row needs a handler.
bool answer_by_row(CallContext& context);
// The host's number of the call of that name; nullopt: the host has none.
std::optional<long> host_number_of(std::string_view name);

// Host errno to the guest's numbering (the same for Linux guests).
u32 guest_error_of(abi::System system, int host_error);

}  // namespace sigtape::outside

// From event structs to Cap'n Proto bytes. Built in a reused arena: nothing is allocated for an event of usual size.
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "core/tape/events.h"

namespace sigtape::tape {

// Byte strings of more than this go into data records beside the event and are not copied through its message.
inline constexpr std::size_t inline_bytes = 256;

class Encoder {
 public:
  Encoder();
  ~Encoder();
  struct Encoded {
    std::span<const u8> message;                 // valid until the next encode()
    std::span<const std::span<const u8>> data;   // the data records that it refers to, in order
  };
  // One overload per alternative of Event::what, UnknownEvent excepted.
  template <class What>
  Encoded encode(ThreadId thread, Tick tick, u64 ns, const What& what);
  std::vector<u8> encode_header(const Header& header);

 private:
  struct Arena;
  std::unique_ptr<Arena> arena_;
  std::vector<std::span<const u8>> data_;
};

}  // namespace sigtape::tape

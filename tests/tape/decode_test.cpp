// The decoder on bytes that no encoder made: records pass their checksum, the messages inside are hostile.
#include <doctest/doctest.h>

#include <random>

#include "core/tape/decode.h"
#include "core/tape/encode.h"

using namespace sigtape;
using namespace sigtape::tape;

namespace {

void disturb(const Encoder::Encoded& good, std::mt19937& random) {
  // Words, as the decoder wants them aligned.
  std::vector<u64> words(good.message.size() / 8);
  std::memcpy(words.data(), good.message.data(), good.message.size());
  unsigned flips = 1 + random() % 4;
  for (unsigned i = 0; i < flips; i++) words[random() % words.size()] ^= u64{1} << (random() % 64);
  std::size_t size = random() % 5 == 0 ? random() % words.size() : words.size();
  Event event;
  auto result = decode({reinterpret_cast<const u8*>(words.data()), size * 8}, good.data, event);
  if (!result) CHECK_FALSE(result.error().text.empty());
}

}  // namespace

TEST_CASE("disturbed messages are decoded or refused, never worse") {
  std::mt19937 random{7};
  Encoder encoder;
  std::vector<u8> big(5000, 3), small(10, 4);
  Called called;
  called.writes = {{GuestAddr{1}, big}, {GuestAddr{2}, small}};
  called.output_bytes = {small, big};
  called.mapped.emplace().file.path = "/lib/x";
  ImageBegan image;
  image.image.arguments = {"a", "b", "c"};
  image.image.environment = {"PATH=/bin", "HOME=/root"};
  SignalDelivered delivered;
  delivered.info.signal = os::Signal{5};
  for (int round = 0; round < 3000; round++) {
    disturb(encoder.encode(ThreadId{1}, Tick{2}, 3, called), random);
    disturb(encoder.encode(ThreadId{1}, Tick{2}, 3, image), random);
    disturb(encoder.encode(ThreadId{1}, Tick{2}, 3, delivered), random);
    disturb(encoder.encode(ThreadId{1}, Tick{2}, 3, Note{NoteKind::text, "hello"}), random);
  }
}

TEST_CASE("a message without the data records that it refers to is refused") {
  Encoder encoder;
  std::vector<u8> big(5000, 3);
  Called called;
  called.writes = {{GuestAddr{1}, big}};
  auto encoded = encoder.encode(ThreadId{1}, Tick{2}, 3, called);
  Event event;
  REQUIRE(decode(encoded.message, encoded.data, event).ok());
  CHECK_FALSE(decode(encoded.message, {}, event).ok());
  std::vector<u8> other(4999, 3);
  std::span<const u8> wrong[] = {other};
  CHECK_FALSE(decode(encoded.message, wrong, event).ok());
}

// From the bytes of a record to an event. The bytes are hostile: what they say is checked, never believed.
#pragma once
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/tape/events.h"

namespace sigtape::tape {

// Fills `event` but for index and owner. `message` and `data`, the data records in front of it, must outlive the spans
// in the event. The error is a sentence's end, such as "holds a message that Cap'n Proto refuses".
Result<void> decode(std::span<const u8> message, std::span<const std::span<const u8>> data, Event& event);
Result<Header> decode_header(std::span<const u8> message);

}  // namespace sigtape::tape

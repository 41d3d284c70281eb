// MergedReader: opens a stream when its time comes and closes it at its end, so that ten thousand short processes need
// the memory of those that lived at the same time.
#include <algorithm>
#include <set>

#include "core/tape/reader.h"

namespace sigtape::tape {

struct MergedReader::Impl {
  std::shared_ptr<Tape> tape;
  Reading reading = Reading::all;
  struct Waiting {
    u64 ns;
    StreamId stream;
  };
  std::vector<Waiting> waiting;  // not begun yet, the latest first
  struct Active {
    u64 ns;  // of its next event; never goes backwards
    StreamId stream;
    std::shared_ptr<StreamReader> reader;
    bool operator<(const Active& o) const { return ns != o.ns ? ns < o.ns : stream < o.stream; }
  };
  std::set<Active> active;
  std::shared_ptr<StreamReader> given;  // whose event was given out last
  std::vector<std::string> damages;

  // Puts the stream into `active` where it has a next event.
  void place(const std::shared_ptr<StreamReader>& reader, u64 not_before) {
    auto event = reader->peek();
    if (!event)
      damages.push_back(event.error().text);
    else if (*event != nullptr)
      active.insert({std::max(not_before, (*event)->ns), reader->stream(), reader});
  }
  void begin_due() {
    while (!waiting.empty() && (active.empty() || waiting.back().ns <= active.begin()->ns)) {
      Waiting due = waiting.back();
      waiting.pop_back();
      auto reader = tape->read(due.stream, reading);
      if (!reader)
        damages.push_back(reader.error().text);
      else
        place(std::move(*reader), due.ns);
    }
  }
};

MergedReader::MergedReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MergedReader::~MergedReader() = default;
const std::vector<std::string>& MergedReader::damages() const { return impl_->damages; }

Result<std::unique_ptr<MergedReader>> MergedReader::open(std::shared_ptr<Tape> tape, Reading reading) {
  auto impl = std::make_unique<Impl>();
  impl->reading = reading;
  for (StreamId stream : tape->streams()) impl->waiting.push_back({tape->first_ns(stream), stream});
  std::sort(impl->waiting.begin(), impl->waiting.end(),
            [](const auto& a, const auto& b) { return a.ns != b.ns ? a.ns > b.ns : b.stream < a.stream; });
  impl->tape = std::move(tape);
  return std::unique_ptr<MergedReader>{new MergedReader(std::move(impl))};
}

MergedReader::Item MergedReader::next() {
  impl_->begin_due();
  if (impl_->active.empty()) return {};
  auto first = impl_->active.extract(impl_->active.begin()).value();
  auto event = first.reader->next();  // was peeked at, hence there
  // What comes after it is decoded into the reader's other buffer, and leaves this event as it is.
  impl_->place(first.reader, first.ns);
  impl_->given = first.reader;
  return {first.stream, *event};
}

}  // namespace sigtape::tape

// OutputInOrder: a merged pass over the tape that never runs ahead of replay.
#include "replay/output.h"

#include <unistd.h>

#include <algorithm>

#include "core/tape/host_file.h"

namespace sigtape::replay {

OutputInOrder::OutputInOrder(std::shared_ptr<tape::Tape> tape, SharedProgress& progress,
                             const std::vector<tape::StreamId>* only)
    : progress_(progress), only_(only) {
  auto reader = tape::MergedReader::open(std::move(tape), tape::Reading::but_brief);
  if (reader) reader_ = std::move(*reader);
}

bool OutputInOrder::is_wanted(tape::StreamId stream) const {
  return only_ == nullptr || std::ranges::find(*only_, stream) != only_->end();
}

OutputInOrder::Confirmed OutputInOrder::confirmed(tape::StreamId stream, u64 index) {
  if (stream.value >= progress_.streams()) return Confirmed::never;
  StreamState state = progress_.state(stream).load();
  if (progress_.agreed(stream).load() > index) return Confirmed::yes;
  return state == StreamState::waiting || state == StreamState::running ? Confirmed::not_yet : Confirmed::never;
}

bool OutputInOrder::advance() {
  if (!reader_) return false;
  for (;;) {
    if (!have_item_) item_ = reader_->next();
    have_item_ = false;
    if (item_.event == nullptr) return false;
    const auto* called = item_.event->as<tape::Called>();
    if (called == nullptr || called->output == tape::Output::none || !is_wanted(item_.stream)) continue;
    Confirmed state = confirmed(item_.stream, item_.event->index);
    if (state == Confirmed::not_yet) {
      have_item_ = true;
      return true;
    }
    if (state == Confirmed::never) continue;
    int to = called->output == tape::Output::standard_error ? STDERR_FILENO : STDOUT_FILENO;
    for (auto bytes : called->output_bytes) (void)tape::write_all(to, bytes.data(), bytes.size());
  }
}

}  // namespace sigtape::replay

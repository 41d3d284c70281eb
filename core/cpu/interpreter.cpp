// The interpreter: chunks of slots, with exact counts.
#include "core/cpu/interpreter.h"

#include <algorithm>

#include "core/cpu/code_cache.h"

namespace sigtape::cpu {

namespace {

// Instructions between two looks at the stop request: some microseconds.
constexpr u32 chunk_size = 512;

class Interpreter final : public Engine, public mem::CodeWatcher {
 public:
  explicit Interpreter(mem::Space& space) {
    context_.space = &space;
    space.set_code_watcher(this);
  }
  ~Interpreter() override { context_.space->set_code_watcher(nullptr); }

  Stop run(State& state, u64 budget) override;
  void code_changed(GuestAddr begin, u32 bytes) override { context_.cache.reset(begin.value, bytes); }

 private:
  bool take_stop_request() {
    return stop_requested_.load(std::memory_order_relaxed) && stop_requested_.exchange(false);
  }

  Context context_;
};

Stop Interpreter::run(State& state, u64 budget) {
  context_.state = &state;
  context_.alignment = alignment_;
  context_.set_thumb(state.thumb);
  const Slot* slot = settle(context_, context_.find(state.r[15]));
  u64 left = budget;
  Stop stop{.kind = StopKind::budget};
  while (left != 0) {
    if (take_stop_request()) [[unlikely]] {
      stop.kind = StopKind::interrupted;
      break;
    }
    u32 chunk = static_cast<u32>(std::min<u64>(left, chunk_size));
    slot = slot->run(context_, slot, chunk);
    left -= chunk;
    if (!slot) {
      context_.stop.retired = budget - left - context_.left;
      return context_.stop;
    }
  }
  state.r[15] = slot->pc;
  stop.retired = budget - left;
  return stop;
}

}  // namespace

std::unique_ptr<Engine> make_interpreter(mem::Space& space) { return std::make_unique<Interpreter>(space); }

}  // namespace sigtape::cpu

// What the run loop asks of an engine, interpreter or JIT: run until something needs the kernel.
#pragma once
#include <atomic>
#include <memory>
#include <optional>
#include <string_view>

#include "core/base/strong.h"
#include "core/cpu/state.h"

namespace sigtape::mem {
class Space;
}

namespace sigtape::cpu {

enum class StopKind : u8 {
  budget,       // exactly `budget` instructions were retired
  interrupted,  // Engine::interrupt was seen; fewer than `budget` were retired
  svc,          // at an SVC: r[15] is the SVC's own address, it is not retired; Stop::detail is its immediate
  undefined,    // at an undefined instruction, not retired; Stop::detail is its encoding (T32: first halfword on top)
  breakpoint,   // at a BKPT, not retired; Stop::detail is its immediate
  fault,        // a data or prefetch access failed; state is the instruction's start; see the other members
  alignment,    // an access that must be aligned was not (LDREX, LDM, LDRD, VLDR…)
};

enum class FaultSignals : u8 { open, blocked, ignored };

enum class Access : u8 { read, write, fetch };

// What becomes of LDM, STM, LDRD and STRD at an address that is not word aligned. Linux does them in its alignment trap
// (arch/arm/mm/alignment.c: safe_usermode turns UM_FIXUP on); FreeBSD sends SIGBUS.
enum class Alignment : u8 { fault, fix_up };

struct Stop {
  StopKind kind = StopKind::budget;
  u64 retired = 0;    // instructions retired by this call to run()
  GuestAddr address;  // fault, alignment: the data or instruction address
  Access access = Access::read;
  u32 detail = 0;
};

// jit translates (core/jit); interpreter is the reference; both give the same results at the same positions, which check
// makes sure of.
enum class EngineKind : u8 { jit, interpreter, check };
std::optional<EngineKind> engine_of(std::string_view name);
inline constexpr char engine_names[] = "jit, interpreter and check";

class Engine;
struct StateDeleter {
  Engine* engine = nullptr;  // whose it is; nullptr: nobody's
  void operator()(State* state) const;
};
using StatePtr = std::unique_ptr<State, StateDeleter>;

// One engine per guest process; exactly one thread calls run() at a time (the baton holder).
// A conditional instruction whose condition fails is retired like any other. IT, NOP and hints count as one each.
class Engine {
 public:
  virtual ~Engine() = default;
  // A state where this engine, which must outlive it, runs it without copying it to and fro.
  StatePtr make_state() { return {new_state(), {this}}; }
  // Runs `state`, whosever it is, until a stop. Retires at most `budget` instructions; budget 0 returns at once.
  virtual Stop run(State& state, u64 budget) = 0;
  // Code in [begin, end) changed or went away: cacheflush, munmap, mprotect, new mapping, loader.
  virtual void code_changed(GuestAddr begin, u32 bytes) = 0;
  // This process is a fork's child now: what it shared with its parent is its own from here on.
  virtual void forked() {}
  // What the host's thread does with SIGSEGV and SIGBUS during the next run(): for an engine that lives by host faults.
  void set_fault_signals(FaultSignals signals) { fault_signals_ = signals; }
  // Async-signal-safe: true while this engine has unblocked them for itself.
  bool has_opened_fault_signals() const { return opened_fault_signals_.load(std::memory_order_relaxed); }
  void set_alignment(Alignment alignment) { alignment_ = alignment; }
  // Async-signal-safe and callable from any thread: the running run() returns `interrupted` soon (within microseconds).
  // A request made while nothing runs makes the next run() return at once. Cleared by the run() that reports it.
  void interrupt() { stop_requested_.store(true, std::memory_order_relaxed); }

 protected:
  friend StateDeleter;
  virtual State* new_state() { return new State; }
  virtual void delete_state(State* state) { delete state; }

  std::atomic<bool> stop_requested_{false};
  Alignment alignment_ = Alignment::fault;
  FaultSignals fault_signals_ = FaultSignals::open;
  std::atomic<bool> opened_fault_signals_{false};
};

inline void StateDeleter::operator()(State* state) const {
  if (engine != nullptr)
    engine->delete_state(state);
  else
    delete state;
}

}  // namespace sigtape::cpu

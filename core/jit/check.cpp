// Lockstep of interpreter and translator: the interpreter's stores are taken back before the translator does them.
#include "core/jit/check.h"

#include <cstring>
#include <vector>

#include "core/base/check.h"
#include "core/cpu/code_cache.h"
#include "core/isa/decode.h"
#include "core/isa/text.h"
#include "core/jit/jit.h"

namespace sigtape::jit {

namespace {

// Short and of changing length, so that blocks are entered and left everywhere.
constexpr u64 longest_slice = 37;

struct Write {
  u32 address = 0, bytes = 0;
  std::array<u8, 16> before{}, after{};
};

class Check final : public cpu::Engine, public mem::CodeWatcher, public mem::WriteJournal {
 public:
  Check(mem::Space& space, std::unique_ptr<cpu::Engine> translator)
      : space_(space), translator_(std::move(translator)) {
    interpreter_.space = &space;
    space.set_code_watcher(this, mem::CodeGuard::write_protected);
    space.set_journal(this);
  }
  ~Check() override {
    space_.set_journal(nullptr);
    space_.set_code_watcher(nullptr);
  }

  cpu::Stop run(cpu::State& state, u64 budget) override;
  void code_changed(GuestAddr begin, u32 bytes) override {
    interpreter_.cache.reset(begin.value & ~0xfffu, u64{bytes} + 0x1000);
    translator_->code_changed(begin, bytes);
  }
  void forked() override { translator_->forked(); }
  void about_to_write(u32 address, u32 bytes) override {
    if (!listening_) return;
    for (u32 done = 0; done < bytes; done += sizeof(Write::before)) {
      Write write{.address = address + done, .bytes = std::min<u32>(bytes - done, sizeof(Write::before))};
      std::memcpy(write.before.data(), space_.host(GuestAddr{write.address}), write.bytes);
      writes_.push_back(write);
    }
  }

 private:
  cpu::Stop interpret(cpu::State& state, u64 budget);
  cpu::Stop both(cpu::State& state, u64 budget);
  void compare(const cpu::State& from, const cpu::State& one, const cpu::State& other, const cpu::Stop& stop_of_one,
               const cpu::Stop& stop_of_other) const;
  std::string code_from(const cpu::State& state, u64 count) const;

  mem::Space& space_;
  std::unique_ptr<cpu::Engine> translator_;
  cpu::Context interpreter_;
  std::vector<Write> writes_;
  bool listening_ = false;
  u64 slices_ = 0;
};

cpu::Stop Check::interpret(cpu::State& state, u64 budget) {  // at most longest_slice
  interpreter_.state = &state;
  interpreter_.alignment = alignment_;
  interpreter_.set_thumb(state.thumb);
  const cpu::Slot* slot = cpu::settle(interpreter_, interpreter_.find(state.r[15]));
  slot = slot->run(interpreter_, slot, static_cast<u32>(budget));
  if (!slot) {
    cpu::Stop stop = interpreter_.stop;
    stop.retired = budget - interpreter_.left;
    return stop;
  }
  state.r[15] = slot->pc;
  return {.kind = cpu::StopKind::budget, .retired = budget};
}

cpu::Stop Check::run(cpu::State& state, u64 budget) {
  cpu::Stop stop{.kind = cpu::StopKind::budget};
  u64 done = 0;
  while (done < budget) {
    if (stop_requested_.exchange(false)) {
      stop = {.kind = cpu::StopKind::interrupted};
      break;
    }
    stop = both(state, std::min(budget - done, 1 + slices_++ % longest_slice));
    done += stop.retired;
    if (stop.kind != cpu::StopKind::budget) break;
  }
  stop.retired = done;
  return stop;
}

cpu::Stop Check::both(cpu::State& state, u64 budget) {
  const cpu::State from = state;
  cpu::State by_interpreter = state;
  writes_.clear();
  listening_ = true;
  cpu::Stop expected = interpret(by_interpreter, budget);
  listening_ = false;
  for (Write& write : writes_) std::memcpy(write.after.data(), space_.host(GuestAddr{write.address}), write.bytes);
  for (auto write = writes_.rbegin(); write != writes_.rend(); ++write)
    space_.write(GuestAddr{write->address}, std::span(write->before).first(write->bytes));
  translator_->set_alignment(alignment_);
  translator_->set_fault_signals(fault_signals_ == cpu::FaultSignals::open ? fault_signals_
                                                                           : cpu::FaultSignals::ignored);
  bool stopped = expected.kind != cpu::StopKind::budget;
  cpu::Stop got = translator_->run(state, expected.retired + (stopped ? 1 : 0));
  compare(from, by_interpreter, state, expected, got);
  return got;
}

std::string Check::code_from(const cpu::State& state, u64 count) const {
  std::string text;
  u32 pc = state.r[15];
  u8 it = state.it;
  for (u64 i = 0; i < count && i < longest_slice; i++) {
    const u8* bytes = space_.executable(pc, 4);
    if (!bytes) break;
    u16 first = load<u16>(bytes), second = load<u16>(bytes + 2);
    isa::Insn insn = state.thumb ? isa::decode_thumb(first, second, it) : isa::decode_a32(load<u32>(bytes));
    it = insn.op == isa::Op::it ? static_cast<u8>(insn.imm) : isa::it_advance(it);
    text += fmt::format("\n  {:#x}: {}", pc, isa::text_of(insn, pc));
    pc += insn.width;
  }
  return text;
}

void Check::compare(const cpu::State& from, const cpu::State& one, const cpu::State& other,
                    const cpu::Stop& stop_of_one, const cpu::Stop& stop_of_other) const {
  std::string text;
  auto differ = [&](const std::string& what, u64 a, u64 b) {
    if (a != b) text += fmt::format("\n  {}: interpreter {:#x}, translator {:#x}", what, a, b);
  };
  differ("stop", static_cast<u64>(stop_of_one.kind), static_cast<u64>(stop_of_other.kind));
  differ("retired", stop_of_one.retired, stop_of_other.retired);
  if (stop_of_one.kind == cpu::StopKind::fault || stop_of_one.kind == cpu::StopKind::alignment)
    differ("address", stop_of_one.address.value, stop_of_other.address.value);
  for (unsigned r = 0; r < 16; r++) differ(fmt::format("r{}", r), one.r[r], other.r[r]);
  for (unsigned r = 0; r < 32; r++) differ(fmt::format("d{}", r), one.d[r], other.d[r]);
  differ("cpsr", one.cpsr(), other.cpsr());
  differ("fpscr", one.fpscr, other.fpscr);
  differ("tpidrurw", one.tpidrurw, other.tpidrurw);
  differ("monitor", one.monitor.open, other.monitor.open);
  // Of several writes to one place, the last one counts.
  for (std::size_t i = 0; i < writes_.size(); i++) {
    const Write& write = writes_[i];
    for (u32 b = 0; b < write.bytes; b++)
      differ(fmt::format("byte at {:#x}", write.address + b), write.after[b],
             *space_.host(GuestAddr{write.address + b}));
  }
  if (text.empty()) return;
  text += "\nafter, with cpsr " + fmt::format("{:#x}", from.cpsr()) + " and r0-r15";
  for (u32 r : from.r) text += fmt::format(" {:x}", r);
  UNREACHABLE("interpreter and translator differ:{}:{}", text, code_from(from, stop_of_one.retired + 1));
}

}  // namespace

Result<std::unique_ptr<cpu::Engine>> make_check(mem::Space& space) {
  auto translator = SIGTAPE_TRY(make_jit(space, {.warm = 0}));
  return std::unique_ptr<cpu::Engine>{new Check(space, std::move(translator))};
}

}  // namespace sigtape::jit

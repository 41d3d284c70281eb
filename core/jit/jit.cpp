// The translating engine's loop: interpret, translate what proves warm, run, and sort out why it came back.
#include "core/jit/jit.h"

#include <asm/prctl.h>
#include <emmintrin.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <unordered_map>
#include <vector>

#include "core/base/check.h"
#include "core/base/host_fault.h"
#include "core/base/log.h"
#include "core/base/reserved.h"
#include "core/cpu/code_cache.h"
#include "core/cpu/float.h"
#include "core/isa/decode.h"
#include "core/jit/blocks.h"
#include "core/jit/code_memory.h"
#include "core/jit/stubs.h"
#include "core/jit/translator.h"

namespace sigtape::jit {

namespace {

// Instructions between two looks at the stop request: some microseconds.
constexpr u64 most_at_once = 16384;

// Where blocks begin differs in the low bits from one to the next: by these, processors tell apart where indirect jumps
// have led (tests/kernels/vm, at ten places of its code: 0.8 of the time of blocks without gaps, 0.5 of aligned ones).
constexpr u64 place_range = 32, place_step = 7;

// Of threads that are over. Programs begin and end them a few at a time.
constexpr std::size_t most_free_stacks = 8;

// Bytes of decoded instructions, most of which are not needed again once their code is translated.
constexpr std::size_t most_decoded = std::size_t{32} << 20;

// The context, and below it the stack that translated code, the functions it calls and signal handlers run on.
class ContextStack {
 public:
  ContextStack() {
    at_ = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    CHECK_THAT(at_ != MAP_FAILED, "no memory for a stack");
    mprotect(at_, 4096, PROT_NONE);
    context_ = new (static_cast<u8*>(at_) + bytes - sizeof(Context)) Context;
  }
  ~ContextStack() { munmap(at_, bytes); }
  ContextStack(const ContextStack&) = delete;
  Context& context() { return *context_; }

 private:
  static constexpr std::size_t bytes = 256 * 1024;
  void* at_;
  Context* context_;
};

// What translating has taken so far, said now and then: a line for each block would leave the next one cold caches.
struct Effort {
  u64 blocks = 0, instructions = 0, bytes = 0, ns = 0;

  void add(u32 more_instructions, u32 more_bytes, u64 more_ns) {
    constexpr u64 lines = 256;
    blocks++;
    instructions += more_instructions;
    bytes += more_bytes;
    ns += more_ns;
    if (blocks % lines == 0)
      LOG(translation, "{} blocks, {} instructions, {} bytes of code, {} ns", blocks, instructions, bytes, ns);
  }
};

class Jit;
std::atomic<Jit*> active{nullptr};

class Jit final : public cpu::Engine, public mem::CodeWatcher {
 public:
  Jit(mem::Space& space, std::unique_ptr<CodeMemory> memory, Options options);
  ~Jit() override;

  cpu::Stop run(cpu::State& state, u64 budget) override;
  void code_changed(GuestAddr begin, u32 bytes) override;
  void forked() override;
  bool on_fault(ucontext_t* context);
  u64 step(u32 pc, u32 detail);

 protected:
  cpu::State* new_state() override;
  void delete_state(cpu::State* state) override;

 private:
  std::unique_ptr<ContextStack> new_stack();
  Context* context_for(const cpu::State& state);
  bool take_stop_request() {
    return stop_requested_.load(std::memory_order_relaxed) && stop_requested_.exchange(false);
  }
  u32 place() const { return context_->state.r[15] | (context_->state.thumb ? 1 : 0); }
  void go_to(u32 pc) {
    context_->state.r[15] = pc & ~1u;
    context_->state.thumb = pc & 1;
  }
  const u8* translation(u32 pc) const {
    if (!memory_->has_places(pc)) return nullptr;
    i32 distance = memory_->table()[CodeMemory::index_of(pc)];
    return distance ? miss_ + distance : nullptr;
  }
  void open_fault_signals(bool open);
  cpu::Stop loop();
  bool interpret(u64 most, bool to_branch);
  bool run_translated(const u8* entry);
  bool after_fault();
  bool warms_up(u32 pc);
  const u8* translate(u32 pc);
  void start_over();
  void drop_all();
  bool has_turned() const;
  void follow_flush_to_zero();
  void follow_usual_fpscr();
  void follow_sharing();
  u8* place_after(u8* end) const;
  void connect(u32 link_number, u32 pc);
  void drop_page(u32 page);

  mem::Space& space_;
  Options options_;
  std::unique_ptr<CodeMemory> memory_;
  cpu::Context interpreter_;
  Translator translator_;
  Blocks blocks_;
  Stubs stubs_;
  // In the view to write: translations from the begin, their seldom taken ways out from the middle.
  u8* code_end_ = nullptr;
  u8* cold_end_ = nullptr;
  std::unordered_map<const cpu::State*, std::unique_ptr<ContextStack>> stacks_;  // of this engine's states,
  std::vector<std::unique_ptr<ContextStack>> free_stacks_;                       // of ones to come,
  std::unique_ptr<ContextStack> foreign_stack_;                                  // and of all others
  Context* context_ = nullptr;                                                   // of the state that runs, or ran last
  const u8* miss_ = nullptr;  // in the view to execute; distances in the table are from here
  i32 table_distance_ = 0;
  u64 generation_ = 0;
  u64 left_ = 0;
  bool may_fault_ = true;
  bool memory_is_shared_ = false;
  u32 usual_fpscr_ = cpu::fp::ixc;  // see Context; of translations
  bool flush_to_zero_ = false;      // FPSCR.FZ in which VFP's arithmetic is translated to the host's
  u32 turns_ = 0;                   // of that
  bool dropped_ = false;            // blocks went away since translated code was entered
  Effort effort_;                   // only where it is logged
  static constexpr std::size_t heat_size = 1 << 15;
  ReservedTable<u8> heat_{heat_size};  // a forked child begins cold
};

template <class T>
void copy_as_stored(T& to, const T& from) {
  T value = from;
  asm("" : "+r"(value));  // or neighbours are made one wide load again
  to = value;
}

// What is stored in small pieces is loaded in the same ones: a wide load of what was just stored in pieces has to wait
// for it. The vectors as two words at a time; the compiler's choice for copies of this size begins slowly.
void copy_state(cpu::State& to, const cpu::State& from) {
  // By all their members: one more does not compile.
  const auto& [r, flags, thumb, big_endian, it, fpscr, tpidruro, tpidrurw, monitor, d] = from;
  const auto& [n, z, c, v, q, ge] = flags;
  const auto& [open, size, address, value] = monitor;
  for (unsigned i = 0; i < r.size(); i++) copy_as_stored(to.r[i], r[i]);
  copy_as_stored(to.flags.n, n);
  copy_as_stored(to.flags.z, z);
  copy_as_stored(to.flags.c, c);
  copy_as_stored(to.flags.v, v);
  copy_as_stored(to.flags.q, q);
  copy_as_stored(to.flags.ge, ge);
  copy_as_stored(to.thumb, thumb);
  copy_as_stored(to.big_endian, big_endian);
  copy_as_stored(to.it, it);
  copy_as_stored(to.fpscr, fpscr);
  copy_as_stored(to.tpidruro, tpidruro);
  copy_as_stored(to.tpidrurw, tpidrurw);
  copy_as_stored(to.monitor.open, open);
  copy_as_stored(to.monitor.size, size);
  copy_as_stored(to.monitor.address, address);
  copy_as_stored(to.monitor.value, value);
  for (unsigned i = 0; i < d.size(); i += 2)
    _mm_storeu_si128(reinterpret_cast<__m128i*>(&to.d[i]), _mm_loadu_si128(reinterpret_cast<const __m128i*>(&d[i])));
}

u64 step_from_code(Context* context, u32 pc, u32 detail) {
  return static_cast<Jit*>(context->engine)->step(pc, detail);
}

bool fault_hook(int, void*, void* context) {
  Jit* jit = active.load(std::memory_order_relaxed);
  return jit && jit->on_fault(static_cast<ucontext_t*>(context));
}

// Where nobody else handles signals (replay). Live's handler asks the hook, too.
void on_signal(int signal, siginfo_t* info, void* context) {
  if (fault_hook(signal, info, context)) return;
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  sigaction(signal, &action, nullptr);  // happens again, and ends us
}

void handle_faults() {
  struct sigaction action {};
  action.sa_sigaction = on_signal;
  action.sa_flags = SA_SIGINFO;
  for (int signal : {SIGSEGV, SIGBUS}) sigaction(signal, &action, nullptr);
}

// The signals that faults of translated code come as. Guests may block them.
constexpr u64 fault_signals = u64{1} << (SIGSEGV - 1) | u64{1} << (SIGBUS - 1);
bool fault_signals_wait() {
  u64 waiting = 0;
  syscall(SYS_rt_sigpending, &waiting, 8);
  return waiting & fault_signals;
}

// The segment for guest memory, where that does not begin at host address 0. Per host thread.
void set_segment(const mem::Space& space) {
  thread_local const u8* base = nullptr;
  if (base == space.base()) return;
  base = space.base();
  syscall(SYS_arch_prctl, ARCH_SET_GS, base);
}

Jit::Jit(mem::Space& space, std::unique_ptr<CodeMemory> memory, Options options)
    : space_(space), options_(options), memory_(std::move(memory)), translator_(space, interpreter_.cache) {
  interpreter_.space = &space;
  translator_.emitter().simd().set_features(options.host);
  space.set_code_watcher(this, mem::CodeGuard::write_protected);
  translator_.emitter().as.set_guest_segment(space.base() != nullptr);
  heat_.get_pages();
  start_over();
  active.store(this);
  host_fault_hook.store(fault_hook);
  handle_faults();
}

Jit::~Jit() {
  host_fault_hook.store(nullptr);
  active.store(nullptr);
  space_.set_code_watcher(nullptr, mem::CodeGuard::none);
}

// --- states and their contexts

std::unique_ptr<ContextStack> Jit::new_stack() {
  auto stack = std::make_unique<ContextStack>();
  Context& context = stack->context();
  context.engine = this;
  context.step = step_from_code;
  context.helpers = Builder::helper_table();
  context.simd_functions = Simd::function_table();
  return stack;
}

cpu::State* Jit::new_state() {
  std::unique_ptr<ContextStack> stack;
  if (free_stacks_.empty()) {
    stack = new_stack();
  } else {
    stack = std::move(free_stacks_.back());
    free_stacks_.pop_back();
  }
  cpu::State* state = &stack->context().state;
  *state = {};
  stacks_.emplace(state, std::move(stack));
  return state;
}

void Jit::delete_state(cpu::State* state) {
  auto found = stacks_.find(state);
  if (context_ == &found->second->context()) context_ = nullptr;
  if (free_stacks_.size() < most_free_stacks) free_stacks_.push_back(std::move(found->second));
  stacks_.erase(found);
}

// Of the state, or one to copy it to.
Context* Jit::context_for(const cpu::State& state) {
  if (auto found = stacks_.find(&state); found != stacks_.end()) return &found->second->context();
  if (!foreign_stack_) foreign_stack_ = new_stack();
  return &foreign_stack_->context();
}

// Empty code memory, but for the stubs.
void Jit::start_over() {
  blocks_.clear();
  memory_->about_to_write(memory_->to_write());
  Assembler& as = translator_.emitter().as;
  as.set_position(memory_->to_write());
  std::ptrdiff_t distance = memory_->to_execute() - memory_->to_write();
  stubs_ = emit_stubs(as, distance);
  code_end_ = place_after(as.at());
  cold_end_ = memory_->to_write() + CodeMemory::cold_begin;
  miss_ = stubs_.for_code.miss + distance;
  table_distance_ = static_cast<i32>(reinterpret_cast<const u8*>(memory_->table()) - miss_);
  dropped_ = true;
  generation_++;
}

void Jit::drop_all() {
  memory_->renew();
  start_over();
}

// Once there is memory that others may write to, barriers and exclusive stores have to be the host's.
void Jit::follow_sharing() {
  if (space_.shares_memory() == memory_is_shared_) [[likely]]
    return;
  memory_is_shared_ = true;
  translator_.emitter().set_memory_is_shared(true);
  drop_all();
}

// A program sets FPSCR.FZ at its beginning, if it does. Should it turn to and fro, one of the two has to be slow.
bool Jit::has_turned() const {
  bool flushes = context_->state.fpscr & cpu::fp::flush_to_zero;
  return flushes != flush_to_zero_ && turns_ != options_.most_turns;
}

void Jit::follow_flush_to_zero() {
  turns_++;
  flush_to_zero_ = !flush_to_zero_;
  usual_fpscr_ = cpu::fp::ixc | (flush_to_zero_ ? cpu::fp::flush_to_zero : 0);
  follow_usual_fpscr();
  translator_.emitter().simd().set_flush_to_zero(flush_to_zero_);
  drop_all();
}

void Jit::follow_usual_fpscr() {
  context_->usual_fpscr = usual_fpscr_;
  judge_fpscr(*context_);
}

void Jit::forked() {
  heat_.clear();
  heat_.get_pages();
  drop_all();
}

// --- the interpreter's part

// At most `most` instructions, or up to the next taken branch. False: stopped, in interpreter_.stop.
bool Jit::interpret(u64 most, bool to_branch) {
  cpu::Context& x = interpreter_;
  if (x.cache.bytes() > most_decoded) x.cache.clear();
  x.alignment = alignment_;
  x.set_thumb(context_->state.thumb);
  const cpu::Slot* slot = cpu::settle(x, x.find(context_->state.r[15]));
  for (u64 count = most; count != 0; count--) {
    const cpu::Slot* next = slot->run(x, slot, 1);
    if (!next) return false;
    left_--;
    bool branched = next != cpu::slot_after(slot, slot->step);
    slot = next;
    if (branched && to_branch && context_->state.it == 0) break;
  }
  context_->state.r[15] = slot->pc;
  return true;
}

// One instruction for translated code. 0: go on behind it.
u64 Jit::step(u32 pc, u32 detail) {
  cpu::State& state = context_->state;
  cpu::Context& x = interpreter_;
  take_flags(*context_);
  go_to(pc);
  u32 index = detail & 0xff, count = (detail >> 8) & 0xff;
  state.it = static_cast<u8>(detail >> 16);
  x.alignment = alignment_;
  x.set_thumb(state.thumb);
  dropped_ = false;
  const cpu::Slot* slot = cpu::settle(x, x.find(state.r[15]));
  const cpu::Slot* next = slot->run(x, slot, 1);
  if (!(detail & Emitter::leaves_after) && next == cpu::slot_after(slot, slot->step) && state.thumb == (pc & 1) &&
      !state.big_endian && is_translatable(state) && !dropped_ && !has_turned()) {
    state.it = 0;  // translated code knows it by the place
    put_flags(*context_);
    return 0;
  }
  if (next) state.r[15] = next->pc;
  context_->exit_kind = Exit::stopped;
  context_->exit_pc = next ? 0 : 1;
  context_->exit_link = count - index - (next ? 1 : 0);  // instructions that were counted and not done
  return 1;
}

// --- translation

// Whether the place has been reached often enough by now.
bool Jit::warms_up(u32 pc) {
  u8& heat = heat_[((pc >> 1) ^ (pc >> 16)) & (heat_size - 1)];
  if (heat < options_.warm) {
    heat++;
    return false;
  }
  return true;
}

const u8* Jit::translate(u32 pc) {
  using Clock = std::chrono::steady_clock;
  const bool timed = log::on(log::Topic::jit) || log::on(log::Topic::translation);
  const Clock::time_point started = timed ? Clock::now() : Clock::time_point{};
  u32 count = translator_.decode(pc, Translator::Reach::executed);
  if (count == 0) return nullptr;
  u8* middle = memory_->to_write() + CodeMemory::cold_begin;
  u8* limit = memory_->to_write() + CodeMemory::code_bytes;
  if (code_end_ + Translator::most_block_bytes > middle || cold_end_ + Translator::most_block_bytes > limit) {
    drop_all();
  }
  Emitter& emitter = translator_.emitter();
  memory_->about_to_write(code_end_);
  memory_->about_to_write(cold_end_);
  emitter.as.set_position(code_end_);
  emitter.first_link_number = blocks_.next_link_number();
  emitter.begin_block(memory_->to_write(), stubs_.for_code, table_distance_);
  translator_.emit();
  u8* block_end = emitter.as.at();
  emitter.as.set_position(cold_end_);
  emitter.emit_ways_out();
  cold_end_ = emitter.as.at();
  u8* code = memory_->to_write();
  auto begin = static_cast<u32>(code_end_ - code), end = static_cast<u32>(block_end - code);
  u32 bytes = translator_.guest_bytes(), first = pc & ~1u;
  memory_->make_places(pc);
  u32 index = blocks_.add(pc, bytes, count, emitter, code, begin, end);
  store(code_end_ - sizeof index, index);  // in front of its code, for connect()
  for (u32 page = first >> 12; page <= (first + bytes - 1) >> 12; page++) space_.mark_code(page);
  memory_->table()[CodeMemory::index_of(pc)] = static_cast<i32>(code_end_ - stubs_.for_code.miss);
  const u8* entry = memory_->to_execute() + begin;
  code_end_ = place_after(block_end);
  if (timed) [[unlikely]] {
    std::chrono::nanoseconds took = Clock::now() - started;
    LOG(jit, "{:#x}: {} instructions, {} bytes of code, {} ns", pc, count, end - begin, took.count());
    effort_.add(count, end - begin, static_cast<u64>(took.count()));
  }
  return entry;
}

// For a block and its index in front of it.
u8* Jit::place_after(u8* end) const {
  end += sizeof(u32);
  return end + ((blocks_.size() * place_step - reinterpret_cast<u64>(end)) & (place_range - 1));
}

// The link's jump goes straight to the translation at pc from now on.
void Jit::connect(u32 link_number, u32 pc) {
  Link& link = blocks_.link(link_number);
  if (link.to != ~0u) return;
  u8* code = memory_->to_write();
  u32 target =
      static_cast<u32>(stubs_.for_code.miss - code) + static_cast<u32>(memory_->table()[CodeMemory::index_of(pc)]);
  link.to = load<u32>(code + target - sizeof(u32));  // see translate()
  Block& block = blocks_.block(link.to);
  link.next = block.incoming;
  block.incoming = link_number;
  Assembler::patch(code + link.place, code + target);
}

void Jit::drop_page(u32 page) {
  u8* code = memory_->to_write();
  for (u32 index : blocks_.take_page(page)) {
    Block& block = blocks_.block(index);
    if (!block.alive) continue;
    block.alive = false;
    dropped_ = true;
    memory_->table()[CodeMemory::index_of(block.pc)] = 0;
    for (u32 number = block.incoming; number != ~0u;) {
      Link& link = blocks_.link(number);
      Assembler::patch(code + link.place, code + link.stub);
      number = link.next;
      link.to = link.next = ~0u;
    }
  }
}

// The interpreter's instructions and the translations of whole pages go, so that the page need not be watched any more.
void Jit::code_changed(GuestAddr begin, u32 bytes) {
  if (bytes == 0) return;
  u32 first = begin.value >> 12, last = (begin.value + bytes - 1) >> 12;
  interpreter_.cache.reset(first << 12, u64{last - first + 1} << 12);
  for (u32 page = first; page <= last; page++) {
    page = space_.next_code_page(page, last);
    if (page > last) break;
    drop_page(page);
    space_.release_code(page);
  }
  // Pages that went away have lost their mark already.
  if (last - first < 16)
    for (u32 page = first; page <= last; page++) drop_page(page);
  else
    for (u32 page : blocks_.pages_between(first, last)) drop_page(page);
}

// --- running

void Jit::open_fault_signals(bool open) {
  if (open) opened_fault_signals_.store(true, std::memory_order_relaxed);
  syscall(SYS_rt_sigprocmask, open ? SIG_UNBLOCK : SIG_BLOCK, &fault_signals, nullptr, 8);
  if (!open) opened_fault_signals_.store(false, std::memory_order_relaxed);
}

cpu::Stop Jit::run(cpu::State& state, u64 budget) {
  set_segment(space_);
  if (context_ == nullptr || &state != &context_->state) [[unlikely]]
    context_ = context_for(state);
  bool is_copy = &state != &context_->state;
  if (is_copy) copy_state(context_->state, state);
  if (context_->usual_fpscr != usual_fpscr_) [[unlikely]]
    follow_usual_fpscr();
  interpreter_.state = &context_->state;
  follow_sharing();
  left_ = budget;
  // Those that somebody has sent must go on waiting; then, or where the host has them ignored, translated code, which
  // may fault, is not run.
  bool blocked = fault_signals_ == cpu::FaultSignals::blocked;
  may_fault_ = fault_signals_ == cpu::FaultSignals::open || (blocked && !fault_signals_wait());
  bool opens = blocked && may_fault_;
  if (opens) open_fault_signals(true);
  cpu::Stop stop = loop();
  if (opens) open_fault_signals(false);
  if (is_copy) copy_state(state, context_->state);
  stop.retired = budget - left_;
  return stop;
}

cpu::Stop Jit::loop() {
  while (true) {
    if (take_stop_request()) [[unlikely]]
      return {.kind = cpu::StopKind::interrupted};
    if (left_ == 0) return {.kind = cpu::StopKind::budget};
    const cpu::State& state = context_->state;
    if (has_turned()) [[unlikely]]
      follow_flush_to_zero();
    const u8* entry = nullptr;
    if (state.it == 0 && !state.big_endian && is_translatable(state) && may_fault_) {
      u32 pc = place();
      entry = translation(pc);
      if (!entry && warms_up(pc)) entry = translate(pc);
    }
    if (entry ? run_translated(entry) : interpret(std::min<u64>(left_, 512), true)) continue;
    // Made where it is returned: a copy would have to wait for its pieces.
    if (entry && context_->exit_kind == Exit::svc)
      return {.kind = cpu::StopKind::svc,
              .address = GuestAddr{context_->state.r[15]},
              .access = cpu::Access::fetch,
              .detail = context_->exit_link};
    return interpreter_.stop;
  }
}

// False: stopped, at an svc if exit_kind says so, else in interpreter_.stop.
bool Jit::run_translated(const u8* entry) {
  while (true) {
    u64 slice = std::min(left_, most_at_once);
    context_->counter = static_cast<i64>(slice);
    context_->exit_kind = Exit::jump;
    put_flags(*context_);
    stubs_.enter(context_, entry);
    left_ -= slice - static_cast<u64>(context_->counter);
    switch (context_->exit_kind) {
      case Exit::jump: {
        take_flags(*context_);
        u32 pc = context_->exit_pc, link = context_->exit_link;
        go_to(pc);
        if ((pc & 3) == 2) go_to(pc & ~3u);  // an ARM address that is none: bit 1 is ignored
        if (stop_requested_.load(std::memory_order_relaxed)) return true;
        pc = place();
        entry = translation(pc);
        if (!entry && warms_up(pc)) {
          u64 before = generation_;
          entry = translate(pc);
          if (before != generation_) link = no_link;
        }
        if (!entry) return true;
        if (link != no_link) connect(link, pc);
        continue;
      }
      case Exit::expired:
        take_flags(*context_);
        go_to(context_->exit_pc);
        // The budget ends in the middle of the block.
        return slice == most_at_once || interpret(left_, false);
      case Exit::fault: return after_fault();
      case Exit::stopped: left_ += context_->exit_link; return context_->exit_pc == 0;
      case Exit::svc:
        take_flags(*context_);
        go_to(context_->exit_pc);
        left_ += 1;
        return false;
    }
  }
}

bool Jit::on_fault(ucontext_t* context) {
  greg_t* registers = context->uc_mcontext.gregs;
  auto pc = static_cast<u64>(registers[REG_RIP]);
  if (!memory_->holds(pc)) return false;
  context_->fault_pc = pc;
  context_->fault_eflags = static_cast<u64>(registers[REG_EFL]);
  registers[REG_RIP] = reinterpret_cast<greg_t>(stubs_.fault);
  return true;
}

// The state as it was before the instruction that faulted; then the interpreter does it, and says what is wrong with
// it, if anything is: the page may only have been one whose code is watched.
bool Jit::after_fault() {
  auto offset = static_cast<u32>(context_->fault_pc - reinterpret_cast<u64>(memory_->to_execute()));
  const Block* block = blocks_.at_place(offset);
  CHECK_THAT(block, "a host fault in shared code, at offset {:#x}", offset);
  const FaultPoint* point = blocks_.fault_at(*block, offset);
  CHECK_THAT(point, "a host fault at offset {:#x} of the translation of {:#x}, where none is expected",
             offset - block->begin, block->pc);
  cpu::State& state = context_->state;
  if (point->flags_apart) context_->flags_image = context_->flags_apart;
  take_flags(*context_);
  const FlagState& where = point->flags;
  u64 eflags = context_->fault_eflags;
  if (any(where.eflags & Part::nz)) {
    state.flags.n = (eflags >> 7) & 1;
    state.flags.z = (eflags >> 6) & 1;
  } else if (!any(where.home & Part::nz)) {
    u32 value = state.r[where.nz_of];
    state.flags.n = value >> 31;
    state.flags.z = value == 0;
  }
  if (any(where.eflags & Part::v)) state.flags.v = (eflags >> 11) & 1;
  if (any(where.eflags & Part::c)) state.flags.c = ((eflags & 1) != 0) != where.borrow;
  // The place, and the IT state there.
  left_ += block->count - point->index;
  go_to(block->pc);
  u32 count = translator_.decode(block->pc, Translator::Reach::all);
  CHECK_THAT(point->index < count, "code at {:#x} has changed behind its translation", block->pc);
  const Step& step = translator_.steps()[point->index];
  state.r[15] = step.pc;
  state.it = step.it;
  return interpret(1, false);
}

}  // namespace

Result<std::unique_ptr<cpu::Engine>> make_jit(mem::Space& space, Options options) {
  auto memory = SIGTAPE_TRY(CodeMemory::create());
  return std::unique_ptr<cpu::Engine>{new Jit(space, std::move(memory), options)};
}

}  // namespace sigtape::jit

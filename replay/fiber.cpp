// Fiber: the switch is written out, since swapcontext(3) makes a system call each time.
#include "replay/fiber.h"

#include <sys/mman.h>

#include <cstring>

#include "core/base/check.h"
#include "core/base/sanitizer.h"

#if SIGTAPE_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

// sigtape_switch_stack(void** save, void* load): the callee-saved registers of the System V ABI, MXCSR and the x87
// control word go onto the old stack and come from the new one. sigtape_fiber_entry is where a new stack returns to.
asm(R"(
.text
.p2align 4
.type sigtape_switch_stack, @function
sigtape_switch_stack:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  subq $8, %rsp
  stmxcsr (%rsp)
  fnstcw 4(%rsp)
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  ldmxcsr (%rsp)
  fldcw 4(%rsp)
  addq $8, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size sigtape_switch_stack, . - sigtape_switch_stack

.type sigtape_fiber_entry, @function
sigtape_fiber_entry:
  movq %r12, %rdi
  xorl %ebp, %ebp
  call *%r13
  ud2
.size sigtape_fiber_entry, . - sigtape_fiber_entry
)");

extern "C" void sigtape_switch_stack(void** save, void* load);
extern "C" void sigtape_fiber_entry();

namespace sigtape::replay {
namespace {

constexpr std::size_t stack_bytes = 512 << 10;  // touched as far as it is used
constexpr std::size_t guard_bytes = 4096;

#if SIGTAPE_ASAN
Fiber* coming_from = nullptr;
#endif

}  // namespace

void fiber_main(Fiber* self) {
#if SIGTAPE_ASAN
  const void* bottom = nullptr;
  std::size_t bytes = 0;
  __sanitizer_finish_switch_fiber(nullptr, &bottom, &bytes);
  if (coming_from->bottom_ == nullptr) {
    coming_from->bottom_ = bottom;
    coming_from->bytes_ = bytes;
  }
#endif
  self->body_();
  UNREACHABLE("a fiber came to its end");
}

Fiber::Fiber(std::function<void()> body) : body_(std::move(body)) {
  void* at = mmap(nullptr, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  CHECK_THAT(at != MAP_FAILED, "no memory for a fiber's stack");
  mprotect(at, guard_bytes, PROT_NONE);
  stack_ = static_cast<std::byte*>(at);
  bottom_ = stack_;
  bytes_ = stack_bytes;
  // As sigtape_switch_stack leaves a stack: control words, r15 to rbp, return address. The entry is reached by `ret`
  // with the stack aligned to 16, so that its call leaves it as a function expects it.
  struct Frame {
    unsigned mxcsr = 0x1f80;
    unsigned short x87 = 0x37f, padding = 0;
    void* r15 = nullptr;
    void* r14 = nullptr;
    void (*r13)(Fiber*) = nullptr;
    Fiber* r12 = nullptr;
    void* rbx = nullptr;
    void* rbp = nullptr;
    void (*entry)() = nullptr;
  } frame;
  frame.r13 = fiber_main;
  frame.r12 = this;
  frame.entry = sigtape_fiber_entry;
  static_assert(sizeof frame % 16 == 0);
  saved_ = stack_ + stack_bytes - sizeof frame;
  std::memcpy(saved_, &frame, sizeof frame);
}

Fiber::~Fiber() {
  if (stack_ == nullptr) return;
#if SIGTAPE_ASAN
  __asan_unpoison_memory_region(stack_, stack_bytes);  // of frames that never ended; other memory will stand here
#endif
  munmap(stack_, stack_bytes);
}

void Fiber::switch_between(Fiber& from, Fiber& to) {
#if SIGTAPE_ASAN
  coming_from = &from;
  __sanitizer_start_switch_fiber(&from.fake_stack_, to.bottom_, to.bytes_);
#endif
  sigtape_switch_stack(&from.saved_, to.saved_);
#if SIGTAPE_ASAN
  const void* bottom = nullptr;
  std::size_t bytes = 0;
  __sanitizer_finish_switch_fiber(from.fake_stack_, &bottom, &bytes);
#endif
}

}  // namespace sigtape::replay

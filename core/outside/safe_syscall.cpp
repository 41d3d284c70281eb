// The few lines of assembly on which signal delivery rests.
#include "core/outside/safe_syscall.h"

// rbx: pending, r12: phase. rcx is cleared before `enter` because the syscall instruction puts the return address into
// it: in a signal frame whose pc is on `issue`, 0 says "not issued yet", anything else "issued and rewound".
asm(R"(
  .text
  .globl sigtape_safe_syscall, sigtape_safe_begin, sigtape_safe_enter, sigtape_safe_issue, sigtape_safe_leave
  .globl sigtape_safe_not_done, sigtape_safe_end, sigtape_restore_rt
  .hidden sigtape_safe_syscall, sigtape_safe_begin, sigtape_safe_enter, sigtape_safe_issue, sigtape_safe_leave
  .hidden sigtape_safe_not_done, sigtape_safe_end, sigtape_restore_rt
  .type sigtape_safe_syscall, @function
  .balign 16
sigtape_safe_syscall:
sigtape_safe_begin:
  .cfi_startproc
  push %rbx
  .cfi_adjust_cfa_offset 8
  .cfi_rel_offset rbx, 0
  push %r12
  .cfi_adjust_cfa_offset 8
  .cfi_rel_offset r12, 0
  mov %rsi, %rbx
  mov %rdx, %r12
  mov (%rdi), %rax
  mov 16(%rdi), %rsi
  mov 24(%rdi), %rdx
  mov 32(%rdi), %r10
  mov 40(%rdi), %r8
  mov 48(%rdi), %r9
  mov 8(%rdi), %rdi
  xor %ecx, %ecx
sigtape_safe_enter:
  cmpl $0, (%rbx)
  jne sigtape_safe_not_done
sigtape_safe_issue:
  syscall
sigtape_safe_leave:
  mov $1, %edx
  movl $0, (%r12)
  .cfi_remember_state
  pop %r12
  .cfi_adjust_cfa_offset -8
  .cfi_restore r12
  pop %rbx
  .cfi_adjust_cfa_offset -8
  .cfi_restore rbx
  ret
  .cfi_restore_state
sigtape_safe_not_done:
  xor %edx, %edx
  movl $0, (%r12)
  pop %r12
  .cfi_adjust_cfa_offset -8
  .cfi_restore r12
  pop %rbx
  .cfi_adjust_cfa_offset -8
  .cfi_restore rbx
  ret
  .cfi_endproc
sigtape_safe_end:
  .size sigtape_safe_syscall, . - sigtape_safe_syscall

  .type sigtape_restore_rt, @function
  .balign 16
  nop
sigtape_restore_rt:
  mov $15, %rax
  syscall
  .size sigtape_restore_rt, . - sigtape_restore_rt
)");

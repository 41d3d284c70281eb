// siginfo_t as strace writes it, from its members or from guest bytes.
#pragma once
#include <span>
#include <string>

#include "core/abi/syscall.h"

namespace sigtape::abi {

// The members of both systems' siginfo_t; which of them mean something follows from signal and code.
struct SiginfoFields {
  i32 signal = 0, error = 0, code = 0;
  i32 pid = 0;
  u32 uid = 0;
  i32 status = 0;
  u32 utime = 0, stime = 0;
  u32 value = 0;
  u32 address = 0;
  i32 timer_id = 0, overrun = 0;
  i32 band = 0, fd = 0;
  i32 syscall = 0;
  u32 arch = 0;
  i32 trap = 0;  // FreeBSD's _trapno
};

// {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=7, si_uid=0, si_status=0, si_utime=0, si_stime=0}
std::string text_of_siginfo(System system, const SiginfoFields& info);
// From the guest's bytes: 128 of Linux/ARM, 64 of FreeBSD; as far as they reach.
SiginfoFields siginfo_of(System system, std::span<const u8> bytes);
// "SI_USER", "SEGV_MAPERR", or the number.
std::string text_of_siginfo_code(System system, i32 signal, i32 code);

}  // namespace sigtape::abi

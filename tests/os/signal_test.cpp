// Linux signals: frames and the way back, masks, alternate stacks, default actions, several pending ones.
#include "core/abi/linux/structs_signal.h"
#include "tests/helpers/scripted_outside.h"

using namespace sigtape;
namespace layout = sigtape::abi::linux_eabi;

namespace {

enum : u32 {
  rt_sigaction = 174,
  rt_sigprocmask = 175,
  sigprocmask = 126,
  sigaction = 67,
  sigaltstack = 186,
  rt_sigreturn = 173,
  sigreturn = 119,
  rt_sigsuspend = 179,
  ppoll = 336,
  read = 3
};
enum : u32 {
  siginfo = 4,
  restorer = 0x0400'0000,
  onstack = 0x0800'0000,
  restart = 0x1000'0000,
  nodefer = 0x4000'0000,
  resethand = 0x8000'0000
};
constexpr u64 bit_of(int signal) { return u64{1} << (signal - 1); }

struct Guest : test::LinuxGuest {
  static constexpr u32 handler = code + 0x100, back = code + 0x200;
  void act(i32 signal, u32 flags, u64 mask = 0, u32 where = handler) {
    put(data,
        layout::Sigaction{where, flags | restorer, back, {{static_cast<u32>(mask), static_cast<u32>(mask >> 32)}}});
    REQUIRE(call(rt_sigaction, static_cast<u32>(signal), data, 0, 8) == 0);
  }
  void deliver(i32 signal) { kernel->deliver(thread, os::SigInfo{.signal = os::Signal{signal}, .pid = 77, .uid = 5}); }
  i32 mask(u32 how, u64 bits) {
    put(data, bits);
    return call(rt_sigprocmask, how, data, 0, 8);
  }
  u64 mask() const { return thread.mask.words[0]; }
  u32& r(unsigned i) { return thread.cpu.r[i]; }
  i32 give_back(u32 number) {
    r(7) = number;
    kernel->system_call(thread);
    return static_cast<i32>(r(0));
  }
};

}  // namespace

TEST_CASE_FIXTURE(Guest, "a handler without SA_SIGINFO gets a sigframe, and sigreturn restores everything") {
  act(10, 0, bit_of(12));
  for (unsigned i = 0; i < 13; i++) r(i) = 0x100 + i;
  thread.cpu.flags.c = thread.cpu.flags.q = 1;
  thread.cpu.flags.ge = 5;
  thread.cpu.d[31] = 0x1234;
  thread.cpu.fpscr = 0x0330'0010;
  thread.cpu.monitor.open = true;
  cpu::State before = thread.cpu;
  u32 sp = r(13);
  deliver(10);
  CHECK(r(13) == ((sp - 760) & ~7u));
  CHECK(r(0) == 10);
  CHECK(r(14) == back);
  CHECK(r(15) == handler);
  CHECK(thread.cpu.flags.c == 0);
  CHECK(thread.cpu.flags.ge == 5);
  CHECK(thread.cpu.fpscr == 0x0300'0010);  // length and stride are cleared
  CHECK(!thread.cpu.monitor.open);
  CHECK(mask() == (bit_of(10) | bit_of(12)));
  auto frame = at<layout::Sigframe>(r(13));
  CHECK(frame.uc.flags == 0x5ac3c35a);
  CHECK(frame.uc.mcontext.r[12] == 0x10c);
  CHECK(frame.uc.mcontext.r[13] == sp);
  give_back(sigreturn);
  before.monitor.open = false;
  CHECK(thread.cpu == before);
  CHECK(mask() == 0);
}

TEST_CASE_FIXTURE(Guest, "a handler with SA_SIGINFO gets siginfo and ucontext; a Thumb handler begins in Thumb state") {
  act(10, siginfo, 0, handler | 1);
  thread.cpu.it = 0x48;
  thread.cpu.thumb = true;
  cpu::State before = thread.cpu;
  deliver(10);
  CHECK(thread.cpu.thumb);
  CHECK(thread.cpu.it == 0);
  CHECK(r(15) == handler);
  CHECK(r(1) == r(13));
  CHECK(r(2) == r(13) + 128);
  auto info = at<layout::SiginfoKill>(r(1));
  CHECK(info.header.signo == 10);
  CHECK(info.pid == 77);
  CHECK(info.uid == 5);
  auto vfp = at<layout::VfpFrame>(r(2) + offsetof(layout::Ucontext, regspace) + 160);
  CHECK(vfp.magic == layout::vfp_magic);
  CHECK(vfp.size == 288);
  give_back(rt_sigreturn);
  CHECK(thread.cpu == before);
}

TEST_CASE_FIXTURE(Guest,
                  "without a restorer lr points at the kernel's own way back, whose code is on the stack as well") {
  put(data, layout::Sigaction{handler, 0, 0, {}});
  call(rt_sigaction, 10, data, 0, 8);
  deliver(10);
  auto frame = at<layout::Sigframe>(r(13));
  CHECK(frame.retcode[0] == 0xe3a07077);
  CHECK(frame.retcode[1] == 0xef900077);
}

TEST_CASE_FIXTURE(Guest, "what a handler changes in its frame counts, as far as user mode may have it") {
  act(10, 0);
  deliver(10);
  u32 frame = r(13);
  auto contents = at<layout::Sigframe>(frame);
  contents.uc.mcontext.r[0] = 99;
  contents.uc.mcontext.cpsr = 0x8000'0030;
  contents.uc.mcontext.r[15] = code + 0x33;
  contents.uc.sigmask = {{~0u, ~0u}};
  put(frame, contents);
  give_back(sigreturn);
  CHECK(r(0) == 99);
  CHECK(r(15) == code + 0x32);
  CHECK(thread.cpu.thumb);
  CHECK(mask() == ~(bit_of(9) | bit_of(19)));
}

TEST_CASE_FIXTURE(Guest, "a frame that asks for a privileged mode, or has lost its VFP block, is SIGSEGV") {
  act(10, 0);
  for (int broken = 0; broken < 3; broken++) {
    outside.end.reset();
    deliver(10);
    auto contents = at<layout::Sigframe>(r(13));
    if (broken == 0) contents.uc.mcontext.cpsr = 0x13;
    if (broken == 1) contents.uc.regspace[160] ^= 1;
    put(r(13), contents);
    if (broken == 2) r(13) += 4;
    give_back(sigreturn);
    REQUIRE(outside.end);
    CHECK(outside.end->status == 11);
    thread.life = os::Life::running;
    r(13) = stack_end - 0x100;
  }
}

TEST_CASE_FIXTURE(Guest, "no room for a frame is SIGSEGV, whose handler may run on another stack") {
  put(data, layout::StackT{data + 0x800, 0, 0x800});
  CHECK(call(sigaltstack, data, 0) == 0);
  act(11, onstack | siginfo);
  act(10, 0);
  r(13) = 0x5000;
  deliver(10);
  CHECK(!outside.end);
  CHECK(r(0) == 11);
  CHECK(r(13) > data + 0x800);
  CHECK(at<layout::SiginfoHeader>(r(1)).code == 0x80);
  act(11, 0);
  r(13) = 0x5000;
  thread.mask = {};
  deliver(10);
  CHECK(outside.end->status == 11);
}

TEST_CASE_FIXTURE(Guest, "SA_NODEFER leaves the signal open, SA_RESETHAND resets it at the outside too") {
  act(10, nodefer | resethand);
  deliver(10);
  CHECK(mask() == 0);
  CHECK(thread.group->dispositions->action[10].is_default());
  CHECK(outside.actions.back().first == 10);
  CHECK(outside.actions.back().second.is_default());
}

TEST_CASE_FIXTURE(Guest, "the alternate stack is used once, cannot be changed from itself, and disarms on demand") {
  put(data, layout::StackT{data + 0x400, 0, 0x800});
  CHECK(call(sigaltstack, data, 0) == 0);
  act(10, onstack | nodefer);
  deliver(10);
  CHECK(r(13) == ((data + 0xc00 - 760) & ~7u));
  u32 first = r(13);
  CHECK(call(sigaltstack, 0, data) == 0);
  CHECK(at<layout::StackT>(data).flags == 1);
  put(data, layout::StackT{data + 0x400, 2, 0});
  CHECK(call(sigaltstack, data, 0) == -1);
  deliver(10);
  CHECK(r(13) == ((first - 760) & ~7u));  // goes on below, not from the top again
  give_back(sigreturn);
  give_back(sigreturn);
  put(data, layout::StackT{data + 0x400, 0, 2047});
  CHECK(call(sigaltstack, data, 0) == -12);
  put(data, layout::StackT{data + 0x400, 7, 4096});
  CHECK(call(sigaltstack, data, 0) == -22);
  put(data, layout::StackT{data + 0x400, i32(0x8000'0000), 0x800});
  CHECK(call(sigaltstack, data, 0) == 0);
  act(12, onstack | siginfo);
  deliver(12);
  CHECK(call(sigaltstack, 0, data) == 0);
  CHECK(at<layout::StackT>(data).flags == 2);
  give_back(rt_sigreturn);
  CHECK(call(sigaltstack, 0, data) == 0);
  CHECK(at<layout::StackT>(data).flags == i32(0x8000'0000));
}

TEST_CASE_FIXTURE(Guest,
                  "sigprocmask: how, old masks, SIGKILL and SIGSTOP stay open, the old call keeps high signals") {
  CHECK(mask(2, ~u64{0}) == 0);
  CHECK(mask() == ~(bit_of(9) | bit_of(19)));
  CHECK(mask(1, bit_of(10)) == 0);
  CHECK(mask(2, bit_of(40)) == 0);
  put(data, 3u);
  CHECK(call(sigprocmask, 2, data, data + 4) == 0);
  CHECK(mask() == (bit_of(40) | 3));
  CHECK(at<u32>(data + 4) == 0);
  CHECK(mask(7, 0) == -22);
  CHECK(call(rt_sigprocmask, 0, data, 0, 4) == -22);
  CHECK(call(rt_sigprocmask, 0, 4, 0, 8) == -14);
  CHECK(call(rt_sigprocmask, 7, 0, data, 8) == 0);
  CHECK(at<u64>(data) == (bit_of(40) | 3));
}

TEST_CASE_FIXTURE(Guest, "a mask change meets a captured signal: the call is not done") {
  outside.refuse_mask = true;
  u32 pc = r(15);
  Tick tick = thread.tick;
  put(data, u64{1});
  CHECK(call(rt_sigprocmask, 0, data, 0, 8) == 0);  // r0 is the argument still
  CHECK(r(15) == pc);
  CHECK(thread.tick == tick);
  CHECK(mask() == 0);
  CHECK(outside.answered_calls.empty());
}

TEST_CASE_FIXTURE(Guest, "sigaction: errors, unknown flags, old form") {
  CHECK(call(rt_sigaction, 9, data, 0, 8) == -22);
  CHECK(call(rt_sigaction, 65, 0, 0, 8) == -22);
  CHECK(call(rt_sigaction, 0, 0, 0, 8) == -22);
  CHECK(call(rt_sigaction, 10, 8, 0, 8) == -14);
  CHECK(call(rt_sigaction, 10, 0, 0, 4) == -22);
  CHECK(call(rt_sigaction, 9, 0, data, 8) == 0);
  put(data, layout::SigactionOld{handler, ~0u, restart | 0x400, 0});
  CHECK(call(sigaction, 10, data, data + 64) == 0);
  CHECK(call(rt_sigaction, 10, 0, data, 8) == 0);
  auto now = at<layout::Sigaction>(data);
  CHECK(now.flags == restart);
  CHECK(now.mask.words[0] == ~u32(bit_of(9) | bit_of(19)));
  CHECK(now.mask.words[1] == 0);
}

TEST_CASE_FIXTURE(Guest, "sigsuspend: the former mask goes into the first frame only") {
  act(10, 0);
  act(12, 0);
  mask(2, bit_of(10) | bit_of(12) | bit_of(15));
  put(data, bit_of(1));
  outside.on_call = [](os::Thread& t, const abi::Call&, abi::Answer& answer) {
    CHECK(t.mask.words[0] == bit_of(1));
    answer.outcome = abi::Failed{4};
  };
  CHECK(call(rt_sigsuspend, data, 8) == -4);
  deliver(10);
  u32 first = r(13);
  CHECK(at<layout::Sigframe>(first).uc.sigmask.words[0] == (bit_of(10) | bit_of(12) | bit_of(15)));
  CHECK(mask() == (bit_of(1) | bit_of(10)));
  deliver(12);
  CHECK(at<layout::Sigframe>(r(13)).uc.sigmask.words[0] == (bit_of(1) | bit_of(10)));
  CHECK(at<layout::Sigframe>(r(13)).uc.mcontext.r[15] == handler);  // the second frame interrupts the first handler
  give_back(sigreturn);
  give_back(sigreturn);
  CHECK(mask() == (bit_of(10) | bit_of(12) | bit_of(15)));
  CHECK(static_cast<i32>(r(0)) == -4);
}

TEST_CASE_FIXTURE(
    Guest, "a temporary mask goes away when no handler ran, when the call ends otherwise, and when it never began") {
  mask(2, bit_of(15));
  u64 temporary = bit_of(1);
  put(data + 8, temporary);
  outside.outcomes = {abi::Failed{4}, abi::Done{1}, abi::NotDone{}};
  CHECK(call(ppoll, 0, 0, 0, data + 8, 8) == -4);
  CHECK(mask() == temporary);
  CHECK(kernel->restore_mask(thread));
  CHECK(mask() == bit_of(15));
  CHECK(!thread.mask_to_restore);
  CHECK(call(ppoll, 0, 0, 0, data + 8, 8) == 1);
  CHECK(mask() == bit_of(15));
  call(ppoll, 0, 0, 0, data + 8, 8);
  CHECK(mask() == bit_of(15));
  CHECK(!thread.mask_to_restore);
}

TEST_CASE_FIXTURE(Guest, "a call that was not done runs again after its handler; one that failed with EINTR does not") {
  act(10, restart);
  u32 pc = r(15);
  outside.outcomes = {abi::NotDone{}, abi::Failed{4}};
  CHECK(call(read, 5, data, 3) == 5);
  CHECK(r(15) == pc);
  deliver(10);
  give_back(sigreturn);
  CHECK(r(15) == pc);
  CHECK(r(0) == 5);
  CHECK(r(7) == read);
  CHECK(call(read, 5, data, 3) == -4);
  deliver(10);
  give_back(sigreturn);
  CHECK(r(15) == pc + 4);
  CHECK(static_cast<i32>(r(0)) == -4);
}

TEST_CASE_FIXTURE(Guest, "default actions: terminate, core, ignore; a blocked or ignored fault kills") {
  deliver(17);
  CHECK(!outside.end);
  deliver(15);
  CHECK(outside.end->status == 15);
  CHECK(!outside.end->core_dumped);
  thread.life = os::Life::running;
  put(data, layout::Sigaction{1, 0, 0, {}});
  call(rt_sigaction, 11, data, 0, 8);
  cpu::Stop stop{.kind = cpu::StopKind::fault, .address = GuestAddr{0x10}, .access = cpu::Access::read};
  kernel->fault(thread, stop);
  CHECK(outside.end->status == 11);
  CHECK(outside.end->core_dumped);
  outside.end.reset();
  thread.life = os::Life::running;
  act(11, siginfo);
  mask(0, bit_of(11));
  kernel->fault(thread, stop);
  CHECK(outside.end->status == 11);
}

TEST_CASE_FIXTURE(Guest, "faults carry code, address and status") {
  struct Case {
    cpu::Stop stop;
    i32 signal, code;
    u32 address, status;
  };
  const Case cases[] = {
      {{.kind = cpu::StopKind::fault, .address = GuestAddr{0x10}, .access = cpu::Access::read}, 11, 1, 0x10, 0x17},
      {{.kind = cpu::StopKind::fault, .address = GuestAddr{code + 4}, .access = cpu::Access::write},
       11,
       2,
       code + 4,
       0x81f},
      {{.kind = cpu::StopKind::fault, .address = GuestAddr{data}, .access = cpu::Access::fetch},
       11,
       2,
       data,
       0x8000'001f},
      {{.kind = cpu::StopKind::alignment, .address = GuestAddr{data + 1}, .access = cpu::Access::read},
       7,
       1,
       data + 1,
       1},
      {{.kind = cpu::StopKind::undefined}, 4, 1, code, 0},
      {{.kind = cpu::StopKind::breakpoint}, 5, 4, code, 2},
  };
  for (const Case& c : cases) {
    Guest g;
    g.act(c.signal, siginfo);
    g.r(15) = code;
    g.kernel->fault(g.thread, c.stop);
    REQUIRE(g.r(15) == handler);
    auto info = g.at<layout::SiginfoFault>(g.r(1));
    CHECK(info.header.signo == c.signal);
    CHECK(info.header.code == c.code);
    CHECK(info.address == c.address);
    auto context = g.at<layout::RtSigframe>(g.r(13)).sig.uc.mcontext;
    CHECK(context.error_code == c.status);
    CHECK(context.r[15] == code);
  }
}

TEST_CASE_FIXTURE(Guest, "a fault waits for a signal that was captured before it") {
  act(11, siginfo);
  outside.refuse_mask = true;
  cpu::State before = thread.cpu;
  kernel->fault(thread, {.kind = cpu::StopKind::fault, .address = GuestAddr{0x10}});
  CHECK(thread.cpu == before);
  CHECK(mask() == 0);
}

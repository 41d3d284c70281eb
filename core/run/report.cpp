// What is printed when a CHECK fails while a guest runs: thread, tick, pc with its instruction, registers.
#include "core/run/report.h"

#include <fmt/format.h>

#include <cstdio>

#include "core/base/check.h"
#include "core/isa/decode.h"
#include "core/isa/text.h"
#include "core/run/machine.h"

namespace sigtape::run {

namespace {

thread_local const Machine* reported_machine = nullptr;
thread_local const os::Thread* reported_thread = nullptr;

void report() {
  if (reported_machine && reported_thread) std::fputs(describe(*reported_machine, *reported_thread).c_str(), stderr);
}

std::string instruction_at(const mem::Space& space, const cpu::State& cpu) {
  u32 pc = cpu.r[15];
  if (!cpu.thumb) {
    auto word = space.load<u32>(GuestAddr{pc});
    return word ? fmt::format("{:08x}  {}", *word, isa::text_of(isa::decode_a32(*word), pc)) : "not readable";
  }
  auto first = space.load<u16>(GuestAddr{pc});
  if (!first) return "not readable";
  auto second = isa::is_t32(*first) ? space.load<u16>(GuestAddr{pc + 2}) : std::optional<u16>{u16{0}};
  if (!second) return fmt::format("{:04x}  cut off", *first);
  std::string text = isa::text_of(isa::decode_thumb(*first, *second, cpu.it), pc);
  return isa::is_t32(*first) ? fmt::format("{:04x} {:04x}  {}", *first, *second, text)
                             : fmt::format("{:04x}  {}", *first, text);
}

}  // namespace

std::string describe(const Machine& machine, const os::Thread& thread) {
  const cpu::State& cpu = thread.cpu;
  std::string text = fmt::format("  thread {} tick {} pc {:#010x}: {}\n", thread.id.value, thread.tick.value, cpu.r[15],
                                 instruction_at(machine.space(), cpu));
  for (unsigned i = 0; i < 16; i++)
    text += fmt::format("  {:>3} {:08x}{}", isa::name_of_register(i), cpu.r[i], i % 4 == 3 ? "\n" : "");
  text += fmt::format("  cpsr {:08x}  fpscr {:08x}  last call {} at {:#010x}\n", cpu.cpsr(), cpu.fpscr,
                      thread.call.number, thread.call.pc.value);
  return text;
}

RunningThread::RunningThread(const Machine& machine, const os::Thread& thread) {
  reported_machine = &machine;
  reported_thread = &thread;
  set_report_hook(report);
}

RunningThread::~RunningThread() { reported_thread = nullptr; }

void stop_reporting(const Machine& machine) {
  if (reported_machine == &machine) reported_machine = nullptr;
}

}  // namespace sigtape::run

// What a guest operating system's ABI supplies: program start, system call entry and exit, signal frames, faults.
#pragma once
#include <map>
#include <memory>

#include "core/base/result.h"
#include "core/cpu/engine.h"
#include "core/mem/space.h"
#include "core/os/thread.h"
#include "core/outside/outside.h"

namespace sigtape::os {

// What a kernel works on; owned by run::Machine.
struct Context {
  mem::Space& space;
  cpu::Engine& engine;
  outside::Outside& outside;
  const std::map<ThreadId, std::unique_ptr<Thread>>& threads;  // of this address space, by id
};

class Kernel {
 public:
  virtual ~Kernel() = default;
  virtual abi::System system() const = 0;
  // Maps program and interpreter, builds the first stack, sets the thread's registers.
  virtual Result<void> start(Thread& thread, const outside::Image& image, const outside::ProgramFile& file) = 0;
  // A thread's first act, in its own host thread: stores of its id that its creator asked for.
  virtual void begin(Thread& thread) = 0;
  // The thread stands on an svc: decodes, answers or asks the outside, writes the result and moves pc and tick.
  virtual void system_call(Thread& thread) = 0;
  // Builds the frame or takes the default action (which may end the process).
  virtual void deliver(Thread& thread, const SigInfo& info) = 0;
  // No signal is left to take, and thread.mask_to_restore is set: puts that mask back. False as Outside::set_mask.
  [[nodiscard]] virtual bool restore_mask(Thread& thread) = 0;
  // A fault, undefined instruction or breakpoint: turns it into the synchronous signal that the guest's kernel sends,
  // or does what that kernel does in place of an instruction (kuser helpers need no help: they are code).
  virtual void fault(Thread& thread, const cpu::Stop& stop) = 0;
};

std::unique_ptr<Kernel> make_linux_kernel(Context context);
std::unique_ptr<Kernel> make_freebsd_kernel(Context context);
// By EI_OSABI, notes and interpreter of the program's bytes; an error names what the file is instead.
Result<abi::System> system_of_program(std::span<const u8> elf, const std::string& path);

}  // namespace sigtape::os

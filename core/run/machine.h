// The machine put together: one guest process (address space, engine, threads, kernel personality) and its run loop.
#pragma once
#include <map>
#include <memory>

#include "core/base/result.h"
#include "core/cpu/engine.h"
#include "core/mem/space.h"
#include "core/os/kernel.h"
#include "core/os/thread.h"
#include "core/outside/outside.h"

namespace sigtape::run {

class Machine final : public outside::Inside {
 public:
  static Result<std::unique_ptr<Machine>> create(cpu::EngineKind engine);
  ~Machine() override;

  mem::Space& space() override { return *space_; }
  const mem::Space& space() const { return *space_; }
  cpu::Engine& engine() override { return *engine_; }
  os::Kernel& kernel() { return *kernel_; }
  outside::Outside& outside() { return *outside_; }

  // Loads the image that the outside names; afterwards there is one thread, at the program's (or its interpreter's)
  // entry.
  Result<os::Thread*> load(outside::Outside& outside);
  // Runs until thread.life is no longer `running`. Live calls it once per host thread, the replayer once per fiber.
  void run(os::Thread& thread) override;

  // Threads that exist now, by id. Changed under the baton.
  os::Thread& adopt(std::unique_ptr<os::Thread> thread) override;
  void forget(os::Thread& thread) override;
  void forget_all_but(os::Thread& thread) override;  // the child after fork
  const std::map<ThreadId, std::unique_ptr<os::Thread>>& threads() const { return threads_; }

  // Of registers of all threads (by id) and all mapped memory; equal on record and replay, interpreter and JIT.
  u64 digest() const;

 private:
  Machine() = default;
  void take_signals(os::Thread& thread);
  cpu::FaultSignals fault_signals_of(const os::Thread& thread) const;
  std::unique_ptr<mem::Space> space_;
  std::unique_ptr<cpu::Engine> engine_;
  std::unique_ptr<os::Kernel> kernel_;
  abi::System system_ = abi::System::linux_eabi;  // kernel_'s
  outside::Outside* outside_ = nullptr;
  bool mirrors_signals_ = false;  // outside_'s
  std::map<ThreadId, std::unique_ptr<os::Thread>> threads_;
  const os::Thread* last_to_run_ = nullptr;
};

}  // namespace sigtape::run

// The machine put together, and the run loop: signals, then instructions up to the next thing that needs the kernel.
#include "core/run/machine.h"

#include "core/base/check.h"
#include "core/base/log.h"
#include "core/cpu/interpreter.h"
#include "core/jit/check.h"
#include "core/jit/jit.h"
#include "core/run/report.h"

namespace sigtape::run {

Result<std::unique_ptr<Machine>> Machine::create(cpu::EngineKind engine) {
  std::unique_ptr<Machine> machine{new Machine};
  machine->space_ = SIGTAPE_TRY(mem::Space::reserve());
  if (engine == cpu::EngineKind::jit)
    machine->engine_ = SIGTAPE_TRY(jit::make_jit(*machine->space_));
  else if (engine == cpu::EngineKind::check)
    machine->engine_ = SIGTAPE_TRY(jit::make_check(*machine->space_));
  else
    machine->engine_ = cpu::make_interpreter(*machine->space_);
  return machine;
}

Machine::~Machine() { stop_reporting(*this); }

Result<os::Thread*> Machine::load(outside::Outside& outside) {
  outside_ = &outside;
  mirrors_signals_ = outside.mirrors_signals();
  outside.attach(*this);
  outside::Image image = SIGTAPE_TRY(outside.image());
  auto file = SIGTAPE_TRY(outside.open_program(image.path));
  system_ = SIGTAPE_TRY(os::system_of_program(file->bytes, image.path));
  os::Context context{*space_, *engine_, outside, threads_};
  kernel_ = system_ == abi::System::freebsd ? os::make_freebsd_kernel(context) : os::make_linux_kernel(context);
  if (!kernel_) return Error{fmt::format("{}: FreeBSD programs cannot be run yet", image.path)};
  auto thread = std::make_unique<os::Thread>(engine_->make_state());
  thread->id = ThreadId{image.pid};
  thread->group = std::make_shared<os::Group>();
  thread->group->pid = image.pid;
  SIGTAPE_TRY_VOID(kernel_->start(*thread, image, *file));
  os::Thread& first = adopt(std::move(thread));
  outside.started(first);
  return &first;
}

// For an engine that works by host faults, it costs three calls of the host each time that these are blocked.
cpu::FaultSignals Machine::fault_signals_of(const os::Thread& thread) const {
  if (!mirrors_signals_) return cpu::FaultSignals::open;
  constexpr unsigned sigsegv = 11;  // in both systems
  const unsigned sigbus = system_ == abi::System::freebsd ? 10 : 7;
  const auto& action = thread.group->dispositions->action;
  if (action[sigsegv].is_ignore() || action[sigbus].is_ignore()) return cpu::FaultSignals::ignored;
  u64 numbers = u64{1} << (sigsegv - 1) | u64{1} << (sigbus - 1);
  return thread.mask.words[0] & numbers ? cpu::FaultSignals::blocked : cpu::FaultSignals::open;
}

// Signals first: with several pending, their frames stack in the order in which they are taken. Only when none is left
// does a mask that a call had set for itself go away.
void Machine::take_signals(os::Thread& thread) {
  while (true) {
    while (auto info = outside_->take_signal(thread)) {
      kernel_->deliver(thread, *info);
      if (thread.life != os::Life::running) return;
    }
    if (!thread.mask_to_restore || kernel_->restore_mask(thread)) return;
  }
}

void Machine::run(os::Thread& thread) {
  RunningThread note(*this, thread);
  kernel_->begin(thread);
  while (thread.life == os::Life::running) {
    take_signals(thread);
    if (thread.life != os::Life::running) break;
    if (last_to_run_ != &thread) {  // a switch of threads clears the exclusive monitor
      thread.cpu.monitor = {};
      last_to_run_ = &thread;
    }
    engine_->set_fault_signals(fault_signals_of(thread));
    cpu::Stop stop = engine_->run(thread.cpu, outside_->budget(thread));
    thread.tick = thread.tick + stop.retired;
    switch (stop.kind) {
      case cpu::StopKind::svc: kernel_->system_call(thread); break;
      case cpu::StopKind::budget:
      case cpu::StopKind::interrupted: outside_->boundary(thread); break;
      case cpu::StopKind::fault:
        if (!space_->moved_file_ends().empty()) {
          outside_->file_ends_moved(thread);  // the access is made again
          break;
        }
        [[fallthrough]];
      default: kernel_->fault(thread, stop); break;
    }
  }
}

os::Thread& Machine::adopt(std::unique_ptr<os::Thread> thread) {
  os::Thread& adopted = *thread;
  bool is_new = threads_.emplace(adopted.id, std::move(thread)).second;
  CHECK_THAT(is_new, "thread {} exists already", adopted.id.value);
  return adopted;
}

void Machine::forget(os::Thread& thread) { threads_.erase(thread.id); }

// After a fork: the thread may have another id by now than the one that it is filed under.
void Machine::forget_all_but(os::Thread& thread) {
  std::unique_ptr<os::Thread> kept;
  for (auto& [id, held] : threads_)
    if (held.get() == &thread) kept = std::move(held);
  CHECK_THAT(kept, "thread {} is not of this machine", thread.id.value);
  engine_->forked();
  threads_.clear();
  threads_.emplace(thread.id, std::move(kept));
}

}  // namespace sigtape::run

// Faults, undefined instructions, breakpoints, misaligned accesses: the signals of arch/arm/mm/fault.c and traps.c.
#include "core/base/log.h"
#include "core/cpu/fix_up.h"
#include "core/os/linux/kernel.h"
#include "core/os/linux/sets.h"

namespace sigtape::os::linux_eabi {

namespace {

enum : i32 {
  segv_maperr = 1,
  segv_accerr = 2,
  bus_adraln = 1,
  bus_adrerr = 2,
  ill_illopc = 1,
  trap_brkpt = 1,
  trap_hwbkpt = 4
};

// Fault status as Debian's kernel gets it from a Cortex-A15 with short descriptors (ARM ARM B3.13.3): what failed, and
// the domain: 1 for user pages, 3 for the kernel's.
enum : u32 {
  status_alignment = 0x1,
  status_debug = 0x2,
  status_translation = 0x7,
  status_permission = 0xf,
  status_user = 0x10,
  status_kernel = 0x30,
  status_write = 0x800,
  status_prefetch = 0x8000'0000
};
constexpr u32 trap_undefined = 6, trap_page_fault = 14;

// The instructions that ptrace users plant (arch/arm/kernel/ptrace.c: arm_break_hook and its Thumb kin).
bool is_planted_breakpoint(const mem::Space& space, const cpu::State& cpu) {
  const u8* code = space.executable(cpu.r[15], cpu.thumb ? 2 : 4);
  if (!code) return false;
  if (!cpu.thumb) return (load<u32>(code) & 0x0fff'ffff) == 0x07f0'01f0;
  if (load<u16>(code) == 0xde01) return true;
  const u8* second = space.executable(cpu.r[15] + 2, 2);
  return load<u16>(code) == 0xf7f0 && second && load<u16>(second) == 0xa000;
}

}  // namespace

// mm/mmap.c: expand_stack, for an address in the hole below a mapping that grows down.
bool LinuxKernel::grow_stack(u32 address) {
  if (address < first_user_address || address >= task_size) return false;
  auto next = space_.mappings().upper_bound(address);
  if (next == space_.mappings().end() || !next->second.grows_down) return false;
  if (space_.mapping_at(GuestAddr{address})) return false;
  const mem::Mapping stack = next->second;
  u32 begin = page_down(address);
  // The whole stack counts, also where mprotect has cut it into pieces: to its last page.
  u64 end = stack.end();
  if (end - begin > limits_.stack) return false;
  if (next != space_.mappings().begin()) {
    const mem::Mapping& below = std::prev(next)->second;
    bool accessible = mem::can_be_read(below.prot);
    if (accessible && !below.grows_down && begin - below.end() < guard_gap) return false;
  }
  u32 more = stack.begin.value - begin;
  if (!may_grow_by(more, false)) return false;
  if (space_.map_anonymous(GuestAddr{begin}, more, stack.prot, stack.sharing, stack.name) != 0) return false;
  space_.set_grows_down(GuestAddr{begin});
  LOG(memory, "the stack grows down to {:#x}", begin);
  return true;
}

// A copy to user memory takes page faults like any other access.
bool LinuxKernel::kernel_writable(u32 address, u32 bytes) {
  if (bytes == 0 || space_.can_write(GuestAddr{address}, bytes)) return true;
  return grow_stack(address) && space_.can_write(GuestAddr{address}, bytes);
}

bool LinuxKernel::store_bytes(u32 address, std::span<const u8> bytes) {
  return kernel_writable(address, static_cast<u32>(bytes.size())) && space_.write(GuestAddr{address}, bytes);
}

// do_page_fault
void LinuxKernel::memory_fault(Thread& thread, const cpu::Stop& stop) {
  u32 address = stop.address.value;
  bool fetch = stop.access == cpu::Access::fetch;
  if (grow_stack(address)) return;
  if (stop.detail == cpu::fault_in_fix_up && !fetch) {  // do_alignment gives up: do_bad_area
    thread.trap_number = trap_page_fault;
    thread.fault_status = status_alignment | (stop.access == cpu::Access::write ? u32{status_write} : 0);
    thread.fault_address = address;
    raise(thread, {.signal = Signal{signal::segv}, .code = segv_maperr, .address = stop.address});
    return;
  }
  const mem::Mapping* mapping = address < task_size || fetch ? space_.mapping_at(stop.address) : nullptr;
  u8 flags = space_.page_flags(address >> 12);
  bool permitted = false;
  if (mapping) {
    const mem::Prot& prot = mapping->prot;
    permitted = stop.access == cpu::Access::write ? prot.write
                : fetch                           ? prot.exec
                                                  : mem::can_be_read(prot);
  }
  bool beyond_eof = flags & static_cast<u8>(mem::PageFlag::beyond_eof);
  // A page without any permission has no valid entry in the hardware's table.
  bool present = mapping && !beyond_eof && mem::can_be_read(mapping->prot);
  bool vectors = address >= kuser_page && address < kuser_page + 2 * mem::page_size;  // and the stubs behind them
  u32 status = present || vectors ? status_permission : status_translation;
  status |= address < task_size ? status_user : status_kernel;
  if (stop.access == cpu::Access::write) status |= status_write;
  if (fetch) status |= status_prefetch;
  thread.trap_number = trap_page_fault;
  thread.fault_status = status;
  thread.fault_address = address;
  SigInfo info{.signal = Signal{signal::segv}, .code = mapping ? segv_accerr : segv_maperr, .address = stop.address};
  if (permitted && beyond_eof) {
    info.signal = Signal{signal::bus};
    info.code = bus_adrerr;
  }
  raise(thread, info);
}

void LinuxKernel::fault(Thread& thread, const cpu::Stop& stop) {
  SigInfo info{.address = stop.address};
  switch (stop.kind) {
    case cpu::StopKind::fault: return memory_fault(thread, stop);
    case cpu::StopKind::alignment:
      thread.trap_number = 0;
      thread.fault_status = status_alignment | (stop.access == cpu::Access::write ? u32{status_write} : 0);
      thread.fault_address = stop.address.value;
      info.signal = Signal{signal::bus};
      info.code = bus_adraln;
      break;
    case cpu::StopKind::breakpoint:
      info.signal = Signal{signal::trap};
      info.code = trap_hwbkpt;
      info.address = GuestAddr{thread.cpu.r[15]};
      thread.trap_number = 0;
      thread.fault_status = status_debug;
      break;
    default: {
      if (stop.kind == cpu::StopKind::undefined && read_timer_register(thread, stop.detail)) return;
      bool planted = is_planted_breakpoint(space_, thread.cpu);
      info.signal = Signal{planted ? signal::trap : signal::ill};
      info.code = planted ? trap_brkpt : ill_illopc;
      info.address = GuestAddr{thread.cpu.r[15]};
      if (!planted) {
        thread.trap_number = trap_undefined;
        thread.fault_status = 0;
      }
      break;
    }
  }
  raise(thread, info);
}

}  // namespace sigtape::os::linux_eabi

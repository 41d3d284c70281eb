// Faults, undefined instructions, breakpoints, misaligned accesses: the signals of sys/arm/arm/trap-v6.c,
// undefined.c and sys/vm/vm_fault.c.
#include "core/os/freebsd/kernel.h"
#include "core/os/freebsd/sets.h"

namespace sigtape::os::freebsd {

namespace {

enum : i32 { segv_maperr = 1, segv_accerr = 2, bus_adraln = 1, bus_objerr = 3, ill_illopc = 1, trap_brkpt = 1 };
constexpr i32 code_of_old_programs = 12;      // UCODE_PAGEFLT
constexpr u32 release_with_sigsegv = 700004;  // P_OSREL_SIGSEGV

// vm_fault_trap; a program without ABI note (Go's) counts as one of before FreeBSD 7.
SigInfo memory_signal(const mem::Space& space, const cpu::Stop& stop, u32 os_release) {
  SigInfo info{.signal = Signal{signal::segv}, .code = segv_maperr, .address = stop.address};
  const mem::Mapping* mapping = space.mapping_at(stop.address);
  if (!mapping) return info;
  const mem::Prot& prot = mapping->prot;
  bool permitted = stop.access == cpu::Access::write   ? prot.write
                   : stop.access == cpu::Access::fetch ? prot.exec
                                                       : mem::can_be_read(prot);
  bool beyond_eof = space.page_flags(stop.address.value >> 12) & static_cast<u8>(mem::PageFlag::beyond_eof);
  if (permitted && beyond_eof) {
    info.signal = Signal{signal::bus};
    info.code = bus_objerr;
  } else if (os_release >= release_with_sigsegv) {
    info.code = segv_accerr;
  } else {
    info.signal = Signal{signal::bus};
    info.code = code_of_old_programs;
  }
  return info;
}

}  // namespace

void FreebsdKernel::fault(Thread& thread, const cpu::Stop& stop) {
  SigInfo info{.address = GuestAddr{thread.cpu.r[15]}};
  switch (stop.kind) {
    case cpu::StopKind::fault: info = memory_signal(space_, stop, os_release_); break;
    case cpu::StopKind::alignment:
      info.signal = Signal{signal::bus};
      info.code = bus_adraln;
      info.address = stop.address;
      break;
    case cpu::StopKind::breakpoint:
      info.signal = Signal{signal::trap};
      info.code = trap_brkpt;
      break;
    default:
      info.signal = Signal{signal::ill};
      info.code = ill_illopc;
      break;
  }
  raise(thread, info);
}

}  // namespace sigtape::os::freebsd

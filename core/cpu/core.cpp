// Core: the cold part of data accesses.
#include "core/cpu/core.h"

namespace sigtape::cpu {

std::optional<EngineKind> engine_of(std::string_view name) {
  if (name == "jit") return EngineKind::jit;
  if (name == "interpreter") return EngineKind::interpreter;
  if (name == "check") return EngineKind::check;
  return std::nullopt;
}

bool Core::refuse(u32 address, u32 bytes, Access access) {
  mem::PageFlag wanted = access == Access::write ? mem::PageFlag::write : mem::PageFlag::read;
  u32 bad = address;
  for (u64 at = address; at < u64{address} + bytes; at = (at | (mem::page_size - 1)) + 1) {
    bad = static_cast<u32>(at);  // past the top it wraps to 0, which is not mapped
    if (!space->is_open(bad >> 12, wanted)) break;
  }
  stop = {.kind = StopKind::fault, .address = GuestAddr{bad}, .access = access};
  return false;
}

}  // namespace sigtape::cpu

// Texts of /proc files that must speak of the guest: cpuinfo, maps, and the lines of stat and status that differ.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/mem/space.h"

namespace sigtape::outside {

// /proc/cpuinfo of an ARM Cortex-A15 with `processors` cores; the features are those of AT_HWCAP.
std::string cpuinfo_text(unsigned processors);

// /proc/PID/maps (fs/proc/task_mmu.c show_map_vma). `hide_prefix` is the directory that the guest sees as its root.
std::string maps_text(const mem::Space& space, std::string_view hide_prefix);

// Strings one after the other, each with its NUL: cmdline and environ.
std::string joined_text(const std::vector<std::string>& strings);

struct ProcFacts {
  std::string comm;
  u64 virtual_bytes = 0;
  u32 code_begin = 0, code_end = 0, stack_begin = 0;
  u32 seccomp_filters = 0;
};
// /proc/PID/stat and statm and status as the host prints them, with name and sizes of the guest.
std::string stat_text(std::string_view host, const ProcFacts& facts);
std::string status_text(std::string_view host, const ProcFacts& facts);

// A path inside /proc that speaks of a process or the machine. `process` is 0 where the path says self or thread-self.
enum class ProcFile : u8 { none, exe, cmdline, comm, maps, stat, status, auxv, environ, statm, mem, cpuinfo, smaps, other };
struct ProcPath {
  ProcFile file = ProcFile::none;
  bool self = false;  // self or thread-self, else `process`
  i32 process = 0;
  i32 task = 0;       // /proc/PID/task/TID/…
};
// By the text alone; `path` is absolute.
ProcPath proc_path_of(std::string_view path);

}  // namespace sigtape::outside

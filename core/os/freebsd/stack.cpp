// The first stack as exec_copyout_strings (sys/kern/kern_exec.c) and the ELF activator (imgact_elf.c) leave it.
#include "core/os/freebsd/stack.h"

#include <span>
#include <utility>
#include <vector>

#include "core/abi/freebsd/structs.h"
#include "core/base/bytes.h"
#include "core/os/freebsd/layout.h"

namespace sigtape::os::freebsd {

namespace {

// sys/sys/elf_common.h. From 11 on the numbers mean other things than on Linux. AT_TIMEKEEP and AT_FXRNG are left out:
// libraries then ask the kernel for time and randomness; so is AT_NCPUS, for which they ask sysctl.
enum Aux : u32 {
  at_null = 0,
  at_phdr = 3,
  at_phent = 4,
  at_phnum = 5,
  at_pagesz = 6,
  at_base = 7,
  at_flags = 8,
  at_entry = 9,
  at_execpath = 15,
  at_canary = 16,
  at_canarylen = 17,
  at_osreldate = 18,
  at_pagesizes = 20,
  at_pagesizeslen = 21,
  at_stackprot = 23,
  at_ehdrflags = 24,
  at_hwcap = 25,
  at_hwcap2 = 26,
  at_bsdflags = 27,
  at_argc = 28,
  at_argv = 29,
  at_envc = 30,
  at_envv = 31,
  at_ps_strings = 32,
  at_usrstackbase = 35,
  at_usrstacklim = 36,
  at_count = 37,
};

// sys/arm/include/elf.h; those of a Cortex-A15: HALF THUMB FAST_MULT VFP EDSP NEON VFPv3 TLS VFPv4 IDIVA IDIVT VFPD32
// LPAE.
constexpr u32 hwcap = 1u << 1 | 1u << 2 | 1u << 4 | 1u << 6 | 1u << 7 | 1u << 12 | 1u << 13 | 1u << 15 | 1u << 16 |
                      1u << 17 | 1u << 18 | 1u << 19 | 1u << 20;
constexpr u32 osreldate = 1302001;  // 13.2
constexpr u32 page_sizes[] = {mem::page_size, 1u << 20};

// Takes room downwards; everything lies in the mapped stack as long as it is not full.
class Room {
 public:
  Room(mem::Space& space, u32 top, u32 floor) : space_(space), at_(top), floor_(floor) {}
  u32 take(u64 bytes, u32 alignment) {
    if (full_ || at_ - floor_ < bytes + alignment) {
      full_ = true;
      return at_;
    }
    at_ = (at_ - static_cast<u32>(bytes)) & ~(alignment - 1);
    return at_;
  }
  u32 put(std::span<const u8> bytes, u32 alignment) {
    u32 at = take(bytes.size(), alignment);
    poke(at, bytes);
    return at;
  }
  void poke(u32 at, std::span<const u8> bytes) {
    if (!full_) space_.poke(GuestAddr{at}, bytes);
  }
  bool full() const { return full_; }

 private:
  mem::Space& space_;
  u32 at_, floor_;
  bool full_ = false;
};

std::span<const u8> with_nul(const std::string& text) {
  return {reinterpret_cast<const u8*>(text.c_str()), text.size() + 1};
}

u64 bytes_of_strings(const std::vector<std::string>& texts) {
  u64 bytes = 0;
  for (const std::string& text : texts) bytes += text.size() + 1;
  return bytes;
}

// Strings upwards from `at`; their addresses go to `words`, with a null pointer at the end.
void put_strings(Room& room, u32& at, const std::vector<std::string>& texts, std::vector<u32>& words) {
  for (const std::string& text : texts) {
    words.push_back(at);
    room.poke(at, with_nul(text));
    at += static_cast<u32>(text.size() + 1);
  }
  words.push_back(0);
}

}  // namespace

std::optional<u32> build_stack(mem::Space& space, const outside::Image& image, const StackRequest& r) {
  const mem::Mapping* mapping = space.mapping_at(GuestAddr{stack_top - 4});
  if (!mapping) return std::nullopt;
  const u32 ps_strings = stack_top - static_cast<u32>(sizeof(abi::freebsd::PsStrings));
  Room room(space, ps_strings, mapping->begin.value);
  u32 execpath = room.put(with_nul(r.program_path), 4);
  u32 canary = room.put(image.random, 4);
  u32 sizes = room.put({reinterpret_cast<const u8*>(page_sizes), sizeof page_sizes}, 4);
  u32 strings = room.take(bytes_of_strings(image.arguments) + bytes_of_strings(image.environment), 4);
  u32 auxiliary = room.take(at_count * 8, 4);
  u32 argc = static_cast<u32>(image.arguments.size()), envc = static_cast<u32>(image.environment.size());
  u32 sp = room.take((argc + envc + 3) * 4, 4);
  if (room.full()) return std::nullopt;
  std::vector<u32> words{argc};
  put_strings(room, strings, image.arguments, words);
  put_strings(room, strings, image.environment, words);
  u32 argv = sp + 4, envp = argv + (argc + 1) * 4;
  room.poke(sp, {reinterpret_cast<const u8*>(words.data()), words.size() * 4});
  const abi::freebsd::PsStrings described{argv, argc, envp, envc};
  room.poke(ps_strings, sigtape::bytes_of(described));
  // The order of freebsd_copyout_auxargs.
  const std::pair<u32, u32> entries[] = {
      {at_phdr, r.header_address},
      {at_phent, 32},
      {at_phnum, r.header_count},
      {at_pagesz, mem::page_size},
      {at_flags, 0},
      {at_entry, r.entry},
      {at_base, r.interpreter_base},
      {at_ehdrflags, r.e_flags},
      {at_execpath, execpath},
      {at_osreldate, osreldate},
      {at_canary, canary},
      {at_canarylen, static_cast<u32>(image.random.size())},
      {at_pagesizes, sizes},
      {at_pagesizeslen, sizeof page_sizes},
      {at_stackprot, r.executable ? 7u : 3u},
      {at_hwcap, hwcap},
      {at_hwcap2, 0},
      {at_bsdflags, 0},  // without ELF_BSDF_SIGFASTBLK, libraries use sigprocmask
      {at_argc, argc},
      {at_argv, argv},
      {at_envc, envc},
      {at_envv, envp},
      {at_ps_strings, ps_strings},
      {at_usrstackbase, stack_top},
      {at_usrstacklim, r.stack_bytes},
      {at_null, 0},
  };
  static_assert(sizeof entries <= at_count * sizeof entries[0]);
  room.poke(auxiliary, {reinterpret_cast<const u8*>(entries), sizeof entries});
  return sp;
}

}  // namespace sigtape::os::freebsd

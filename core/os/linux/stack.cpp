// The first stack of a Linux program as fs/exec.c and create_elf_tables of fs/binfmt_elf.c leave it.
#include "core/os/linux/stack.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace sigtape::os::linux_eabi {

namespace {

// include/uapi/linux/auxvec.h
enum Aux : u32 {
  at_null = 0,
  at_phdr = 3,
  at_phent = 4,
  at_phnum = 5,
  at_pagesz = 6,
  at_base = 7,
  at_flags = 8,
  at_entry = 9,
  at_uid = 11,
  at_euid = 12,
  at_gid = 13,
  at_egid = 14,
  at_platform = 15,
  at_hwcap = 16,
  at_clktck = 17,
  at_secure = 23,
  at_random = 25,
  at_hwcap2 = 26,
  at_execfn = 31,
};

// arch/arm/include/uapi/asm/hwcap.h: what a Cortex-A15 has. Without SWP, which the kernel takes back where there is
// LDREX (arch/arm/kernel/setup.c: elf_hwcap_fixup).
enum Hwcap : u32 {
  half = 1 << 1,
  thumb = 1 << 2,
  fast_mult = 1 << 4,
  vfp = 1 << 6,
  edsp = 1 << 7,
  neon = 1 << 12,
  vfpv3 = 1 << 13,
  tls = 1 << 15,
  vfpv4 = 1 << 16,
  idiva = 1 << 17,
  idivt = 1 << 18,
  vfpd32 = 1 << 19,
  lpae = 1 << 20,
  evtstrm = 1 << 21,
};
constexpr u32 hwcap =
    half | thumb | fast_mult | vfp | edsp | neon | vfpv3 | tls | vfpv4 | idiva | idivt | vfpd32 | lpae | evtstrm;

// Writes downwards. Everything lies in the mapped stack as long as `room` holds.
class Builder {
 public:
  Builder(mem::Space& space, u32 top, u32 floor) : space_(space), at_(top), floor_(floor) {}
  u32 push(std::span<const u8> bytes) {
    if (at_ - floor_ < bytes.size()) {
      full_ = true;
      return at_;
    }
    at_ -= static_cast<u32>(bytes.size());
    space_.poke(GuestAddr{at_}, bytes);
    return at_;
  }
  u32 push_string(const std::string& text) {
    return push({reinterpret_cast<const u8*>(text.c_str()), text.size() + 1});
  }
  // The strings of a list, last one first, so that they lie in order; their addresses.
  std::vector<u32> push_strings(const std::vector<std::string>& texts) {
    std::vector<u32> addresses(texts.size());
    for (size_t i = texts.size(); i-- > 0;) addresses[i] = push_string(texts[i]);
    return addresses;
  }
  void align(u32 bytes) { at_ &= ~(bytes - 1); }
  u32 at() const { return at_; }
  bool full() const { return full_; }

 private:
  mem::Space& space_;
  u32 at_, floor_;
  bool full_ = false;
};

std::vector<u32> auxiliary_vector(const outside::Image& image, const StackRequest& r, u32 platform, u32 random,
                                  u32 name) {
  bool secure = image.uid != image.euid || image.gid != image.egid;
  const std::pair<Aux, u32> entries[] = {
      {at_hwcap, hwcap},
      {at_pagesz, mem::page_size},
      {at_clktck, 100},
      {at_phdr, r.header_address},
      {at_phent, 32},
      {at_phnum, r.header_count},
      {at_base, r.interpreter_base},
      {at_flags, 0},
      {at_entry, r.entry},
      {at_uid, image.uid},
      {at_euid, image.euid},
      {at_gid, image.gid},
      {at_egid, image.egid},
      {at_secure, secure ? 1u : 0u},
      {at_random, random},
      {at_hwcap2, 0},
      {at_execfn, name},
      {at_platform, platform},
      {at_null, 0},
  };
  std::vector<u32> words;
  for (auto [type, value] : entries) {
    words.push_back(type);
    words.push_back(value);
  }
  return words;
}

}  // namespace

std::optional<u32> build_stack(mem::Space& space, const outside::Image& image, const StackRequest& request) {
  const mem::Mapping* mapping = space.mapping_at(GuestAddr{request.top - 4});
  if (!mapping) return std::nullopt;
  Builder stack(space, request.top - 4, mapping->begin.value);  // a null pointer at the very top
  u32 name = stack.push_string(image.path);
  std::vector<u32> environment = stack.push_strings(image.environment);
  std::vector<u32> arguments = stack.push_strings(image.arguments);
  stack.align(16);
  u32 platform = stack.push_string("v7l");
  u32 random = stack.push(std::span<const u8>(image.random).first(16));
  std::vector<u32> words{static_cast<u32>(arguments.size())};
  words.insert(words.end(), arguments.begin(), arguments.end());
  words.push_back(0);
  words.insert(words.end(), environment.begin(), environment.end());
  words.push_back(0);
  std::vector<u32> auxiliary = auxiliary_vector(image, request, platform, random, name);
  words.insert(words.end(), auxiliary.begin(), auxiliary.end());
  u32 bytes = static_cast<u32>(words.size() * 4);
  if (stack.full() || stack.at() - mapping->begin.value < bytes + 16) return std::nullopt;
  u32 sp = (stack.at() - bytes) & ~u32{15};
  space.poke(GuestAddr{sp}, {reinterpret_cast<const u8*>(words.data()), bytes});
  return sp;
}

}  // namespace sigtape::os::linux_eabi

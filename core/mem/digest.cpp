// Digest of guest memory with XXH3; pages that hold only zeros count as untouched ones.
#include "core/mem/digest.h"

#include <sys/mman.h>
#include <sys/sysinfo.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstring>
#include <vector>

#include "core/mem/space.h"

namespace sigtape::mem {

namespace {

struct Hash {
  XXH3_state_t state;
  Hash() { XXH3_64bits_reset(&state); }
  void add(const void* bytes, std::size_t size) { XXH3_64bits_update(&state, bytes, size); }
  template <class T>
  void add_value(T value) {
    add(&value, sizeof value);
  }
};

// For private anonymous memory mincore(2) tells untouched pages from others, as long as nothing can be swapped out.
bool mincore_is_exact() {
  struct sysinfo info;
  return sysinfo(&info) == 0 && info.totalswap == 0;
}

void add_pages(Hash& hash, const Space& space, const Mapping& mapping, bool use_mincore) {
  u32 pages = mapping.bytes / page_size;
  std::vector<u8> present;
  if (use_mincore && mapping.inode == 0 && mapping.sharing == Sharing::private_) {
    present.resize(pages);
    if (mincore(space.host(mapping.begin), mapping.bytes, present.data()) != 0) present.clear();
  }
  for (u32 i = 0; i < pages; i++) {
    if (!present.empty() && (present[i] & 1) == 0) continue;
    u32 index = (mapping.begin.value / page_size) + i;
    if ((space.page_flags(index) & static_cast<u8>(PageFlag::read | PageFlag::watched)) == 0) continue;
    const u8* page = space.host(mapping.begin + i * page_size);
    if (is_zero_page(page)) continue;
    hash.add_value(index);
    hash.add(page, page_size);
  }
}

u32 prot_bits(Prot prot) { return u32{prot.read} | u32{prot.write} << 1 | u32{prot.exec} << 2; }

// Neighbours of equal protection count as one range: whether they are one mapping depends on what backs them.
void add_ranges(Hash& hash, const Space& space) {
  u32 begin = 0, end = 0, prot = 0;
  auto flush = [&] {
    if (begin == end) return;
    hash.add_value(begin);
    hash.add_value(end);
    hash.add_value(prot);
  };
  for (const auto& [at, mapping] : space.mappings()) {
    u32 bits = prot_bits(mapping.prot);
    if (at != end || bits != prot) {
      flush();
      begin = at;
      prot = bits;
    }
    end = mapping.end();
  }
  flush();
}

}  // namespace

bool is_zero_page(const u8* page) {
  u64 first;
  std::memcpy(&first, page, sizeof first);
  return first == 0 && std::memcmp(page, page + sizeof first, page_size - sizeof first) == 0;
}

u64 digest(const Space& space) {
  Hash hash;
  add_ranges(hash, space);
  bool use_mincore = mincore_is_exact();
  for (const auto& [at, mapping] : space.mappings()) {
    bool files_own = mapping.inode != 0 && mapping.sharing == Sharing::private_ && !mapping.may_differ;
    if (!files_own) add_pages(hash, space, mapping, use_mincore);
  }
  return XXH3_64bits_digest(&hash.state);
}

}  // namespace sigtape::mem

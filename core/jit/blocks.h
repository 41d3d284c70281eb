// What is known of the translations: where they are, what they were made from, which jumps lead where.
#pragma once
#include <array>
#include <span>
#include <vector>

#include "core/base/reserved.h"
#include "core/jit/emitter.h"

namespace sigtape::jit {

struct Block {
  u32 pc = 0;  // bit 0: Thumb
  u32 guest_bytes = 0;
  u32 count = 0;           // instructions
  u32 begin = 0, end = 0;  // in the code memory
  u32 first_fault = 0;     // of Blocks::faults()
  u32 first_address = 0;   // of Blocks::addresses()
  u32 incoming = ~0u;      // the first link that leads here
  bool alive = true;
};

// A jump between translations. Until it is connected, and after its target has gone, it leads to its stub.
struct Link {
  u32 place = 0, stub = 0;  // in the code memory
  u32 to = ~0u;             // block
  u32 next = ~0u;           // of those that lead to the same block
};

class Blocks {
 public:
  // Also in a forked child, before anything else.
  void clear();
  // Takes over what the emitter has noted of a block that lies at [begin, end).
  u32 add(u32 pc, u32 guest_bytes, u32 count, Emitter& emitter, const u8* code, u32 begin, u32 end);
  u32 next_link_number() const { return static_cast<u32>(links_.size()); }
  std::size_t size() const { return blocks_.size(); }
  Block& block(u32 index) { return blocks_[index]; }
  Link& link(u32 index) { return links_[index]; }
  // The block whose code holds the place; null if none does.
  const Block* at_place(u32 code_offset) const;
  const FaultPoint* fault_at(const Block& block, u32 code_offset) const;
  // The blocks made from a guest page, which are forgotten with this.
  std::vector<u32> take_page(u32 page);
  std::vector<u32> pages_between(u32 first, u32 last) const;

 private:
  struct OfPage {
    u32 block;
    u32 next;  // of the same page: 1 + index, 0 for the last
  };
  // More than there can be for the whole code memory.
  static constexpr std::size_t most_bytes = std::size_t{256} << 20;
  ReservedArray<Block> blocks_{most_bytes};  // in the order of their code
  ReservedArray<Link> links_{most_bytes};
  ReservedArray<FaultPoint> faults_{most_bytes};
  ReservedArray<u32> addresses_{most_bytes};  // relocations: offsets in the code memory of words with guest addresses
  ReservedArray<OfPage> of_pages_{most_bytes};
  static constexpr u32 guest_pages = 1u << 20;
  ReservedTable<u32> first_of_page_{guest_pages};  // 1 + index in of_pages_
  static constexpr u32 region_shift = 8;           // 1 MiB of guest code
  std::array<bool, (guest_pages >> region_shift)> has_pages_{};
};

}  // namespace sigtape::jit

// The records of translations.
#include "core/jit/blocks.h"

#include <algorithm>
#include <utility>

namespace sigtape::jit {

void Blocks::clear() {
  blocks_.clear();
  links_.clear();
  faults_.clear();
  addresses_.clear();
  of_pages_.clear();
  first_of_page_.clear();
  has_pages_ = {};
}

u32 Blocks::add(u32 pc, u32 guest_bytes, u32 count, Emitter& emitter, const u8* code, u32 begin, u32 end) {
  auto index = static_cast<u32>(blocks_.size());
  blocks_.push_back({.pc = pc,
                     .guest_bytes = guest_bytes,
                     .count = count,
                     .begin = begin,
                     .end = end,
                     .first_fault = static_cast<u32>(faults_.size()),
                     .first_address = static_cast<u32>(addresses_.size())});
  faults_.append(emitter.faults());
  addresses_.append(emitter.addresses());
  for (const Emitter::Link& link : emitter.links())
    links_.push_back({.place = static_cast<u32>(link.place - code), .stub = static_cast<u32>(link.stub - code)});
  u32 first = pc & ~1u, last = first + guest_bytes - 1;
  for (u32 page = first >> 12; page <= last >> 12; page++) {
    of_pages_.push_back({.block = index, .next = first_of_page_[page]});
    first_of_page_[page] = static_cast<u32>(of_pages_.size());
    has_pages_[page >> region_shift] = true;
  }
  return index;
}

const Block* Blocks::at_place(u32 code_offset) const {
  auto after = std::upper_bound(blocks_.begin(), blocks_.end(), code_offset,
                                [](u32 offset, const Block& block) { return offset < block.begin; });
  if (after == blocks_.begin() || code_offset >= after[-1].end) return nullptr;
  return &after[-1];
}

const FaultPoint* Blocks::fault_at(const Block& block, u32 code_offset) const {
  std::size_t index = static_cast<std::size_t>(&block - blocks_.begin());
  auto begin = faults_.begin() + block.first_fault;
  auto end = index + 1 < blocks_.size() ? faults_.begin() + blocks_[index + 1].first_fault : faults_.end();
  auto found = std::lower_bound(begin, end, code_offset,
                                [](const FaultPoint& point, u32 offset) { return point.offset < offset; });
  return found != end && found->offset == code_offset ? found : nullptr;
}

std::vector<u32> Blocks::pages_between(u32 first, u32 last) const {
  std::vector<u32> found;
  for (u32 page = first; page <= last; page++) {
    if (!has_pages_[page >> region_shift])
      page |= (1u << region_shift) - 1;  // on to the next region
    else if (first_of_page_[page] != 0)
      found.push_back(page);
  }
  return found;
}

std::vector<u32> Blocks::take_page(u32 page) {
  std::vector<u32> blocks;
  if (!has_pages_[page >> region_shift]) return blocks;
  u32 place = std::exchange(first_of_page_[page], 0);
  for (; place != 0; place = of_pages_[place - 1].next) blocks.push_back(of_pages_[place - 1].block);
  return blocks;
}

}  // namespace sigtape::jit

// Look-up of rows by system and number, argument words, and the choice of variants.
#include "core/abi/syscall.h"

#include <fmt/format.h>

#include "core/abi/freebsd/table.h"
#include "core/abi/linux/table.h"

namespace sigtape::abi {

const Row* row_of(System system, u32 number) {
  return system == System::linux_eabi ? linux_eabi::row_of(number) : freebsd::row_of(number);
}

std::span<const Row> table_of(System system) {
  return system == System::linux_eabi ? linux_eabi::table() : freebsd::table();
}

std::string name_of(System system, u32 number) {
  if (const Row* row = row_of(system, number)) return std::string(row->name);
  return fmt::format("syscall_{}", number);
}

int Shape::index_of(std::string_view name) const {
  for (int i = 0; i < count; ++i)
    if (args[static_cast<std::size_t>(i)].name == name) return i;
  return -1;
}

static const Variant* choose(const Variants& variants, u32 word) {
  for (const Variant& variant : variants.rows)
    if (variant.value == (word & variants.mask)) return &variant;
  return nullptr;
}

void Arguments::choose_variants(std::span<const u32> words) {
  for (u8 i = 0; i < max_args; ++i) chosen_[i] = &row_.args[i];
  for (const Variants* variants = row_.variants; variants; variants = variant_->next) {
    const u8 at = words_[variants->argument];
    const Variant* variant = at < words.size() ? choose(*variants, words[at]) : nullptr;
    if (!variant) {
      unknown_variant_ = true;
      return;
    }
    const u8 first = static_cast<u8>(variants->argument + 1);
    for (u8 i = 0; i < variant->count && first + i < max_args; ++i) chosen_[first + i] = &variant->args[i];
    const u8 end = static_cast<u8>(first + variant->count);
    count_ = variant->keeps_rest && count_ > end ? count_ : end;
    if (variant->restart) restart_ = *variant->restart;
    if (variant->result) result_ = *variant->result;
    variant_ = variant;
    u8 word = 0;
    for (u8 i = 0; i < count_; ++i) chosen_words_[i] = place_argument(chosen_[i]->kind, word);
    words_ = chosen_words_.data();
  }
}

Shape shape_of(const Row& row, std::span<const u32> words) {
  const Arguments arguments(row, words);
  Shape shape{.count = static_cast<u8>(arguments.count()),
              .restart = arguments.restart(),
              .result = arguments.result(),
              .variant = arguments.variant(),
              .unknown_variant = arguments.unknown_variant()};
  for (u8 i = 0; i < shape.count; ++i) {
    shape.args[i] = arguments[i];
    shape.words[i] = arguments.word(i);
  }
  return shape;
}

}  // namespace sigtape::abi

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

static void apply(Shape& shape, const Variants& variants, const Variant& variant) {
  const u8 first = static_cast<u8>(variants.argument + 1);
  for (u8 i = 0; i < variant.count && first + i < max_args; ++i) shape.args[first + i] = variant.args[i];
  const u8 end = static_cast<u8>(first + variant.count);
  shape.count = variant.keeps_rest && shape.count > end ? shape.count : end;
  if (variant.restart) shape.restart = *variant.restart;
  if (variant.result) shape.result = *variant.result;
  shape.variant = &variant;
}

Shape shape_of(const Row& row, std::span<const u32> words) {
  Shape shape{.args = row.args, .count = row.count, .restart = row.restart, .result = row.result};
  shape.words = word_indices({shape.args.data(), shape.count});
  for (const Variants* variants = row.variants; variants;) {
    const u8 at = shape.words[variants->argument];
    const Variant* variant = at < words.size() ? choose(*variants, words[at]) : nullptr;
    if (!variant) {
      shape.unknown_variant = true;
      break;
    }
    apply(shape, *variants, *variant);
    shape.words = word_indices({shape.args.data(), shape.count});
    variants = variant->next;
  }
  return shape;
}

// Where the chosen arguments begin.
void Arguments::place() {
  u8 word = 0;
  for (u8 i = 0; i < count_; i++) {
    const Kind kind = chosen_[i]->kind;
    if (kind == Kind::off64) word = static_cast<u8>(word + (word & 1));
    chosen_words_[i] = word;
    word = static_cast<u8>(word + (kind == Kind::off64 || kind == Kind::off64_split ? 2 : 1));
  }
}

void Arguments::choose_variants(std::span<const u32> words) {
  for (u8 i = 0; i < max_args; ++i) chosen_[i] = &row_.args[i];
  for (const Variants* variants = row_.variants; variants;) {
    const u8 at = words_[variants->argument];
    const Variant* variant = at < words.size() ? choose(*variants, words[at]) : nullptr;
    if (!variant) return;
    const u8 first = static_cast<u8>(variants->argument + 1);
    for (u8 i = 0; i < variant->count && first + i < max_args; ++i) chosen_[first + i] = &variant->args[i];
    const u8 end = static_cast<u8>(first + variant->count);
    if (!variant->keeps_rest || count_ < end) count_ = end;
    if (variant->restart) restart_ = *variant->restart;
    if (variant->result) result_ = *variant->result;
    words_ = chosen_words_.data();
    place();
    variants = variant->next;
  }
}

}  // namespace sigtape::abi

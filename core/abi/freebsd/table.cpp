// The FreeBSD table, put together from its families and checked while it is compiled.
#include "core/abi/freebsd/table.h"

#include "core/abi/freebsd/rows_files.h"
#include "core/abi/freebsd/rows_network.h"
#include "core/abi/freebsd/rows_process.h"
#include "core/abi/freebsd/rows_refused.h"

namespace sigtape::abi::freebsd {
namespace {

constexpr std::size_t row_count = std::size(rows::files) + std::size(rows::processes) + std::size(rows::signals) +
                                  std::size(rows::memory) + std::size(rows::times) + std::size(rows::network) +
                                  std::size(rows::refusals);

constexpr std::array<Row, row_count> all_rows = notation::table<row_count>({
    {Topic::file, rows::files},
    {Topic::process, rows::processes},
    {Topic::signal, rows::signals},
    {Topic::memory, rows::memory},
    {Topic::time, rows::times},
    {Topic::network, rows::network},
    {Topic::system, rows::refusals},
});

constexpr u32 number_count = 583;
constexpr auto index = [] {
  std::array<u16, number_count> made{};
  for (std::size_t i = 0; i < row_count; ++i) made.at(all_rows[i].number) = static_cast<u16>(i + 1);
  return made;
}();

}  // namespace

std::span<const Row> table() { return all_rows; }

const Row* row_of(u32 number) {
  return number < number_count && index[number] ? &all_rows[index[number] - 1] : nullptr;
}

}  // namespace sigtape::abi::freebsd

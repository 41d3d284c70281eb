// The Linux/ARM table, put together from its families and checked while it is compiled.
#include "core/abi/linux/table.h"

#include <algorithm>

#include "core/abi/linux/rows_descriptors.h"
#include "core/abi/linux/rows_files.h"
#include "core/abi/linux/rows_ipc.h"
#include "core/abi/linux/rows_memory.h"
#include "core/abi/linux/rows_network.h"
#include "core/abi/linux/rows_process.h"
#include "core/abi/linux/rows_signals.h"
#include "core/abi/linux/rows_system.h"
#include "core/abi/linux/rows_time.h"

namespace sigtape::abi::linux_eabi {
namespace {

constexpr std::size_t row_count = std::size(rows::files) + std::size(rows::descriptors) + std::size(rows::memory) +
                                  std::size(rows::processes) + std::size(rows::signals) + std::size(rows::times) +
                                  std::size(rows::network) + std::size(rows::ipc) + std::size(rows::system);

constexpr std::array<Row, row_count> all_rows = notation::table<row_count>({
    {Topic::file, rows::files},
    {Topic::descriptor, rows::descriptors},
    {Topic::memory, rows::memory},
    {Topic::process, rows::processes},
    {Topic::signal, rows::signals},
    {Topic::time, rows::times},
    {Topic::network, rows::network},
    {Topic::ipc, rows::ipc},
    {Topic::system, rows::system},
});

// r0 to r6 carry arguments.
constexpr bool fits_registers() {
  for (const Row& row : all_rows) {
    unsigned words = 0;
    for (u8 i = 0; i < row.count; ++i) {
      const Kind kind = row.args[i].kind;
      if (kind == Kind::off64) words += words & 1;
      words += kind == Kind::off64 || kind == Kind::off64_split ? 2 : 1;
    }
    if (words > 7) return false;
  }
  return true;
}
static_assert(fits_registers());

// Numbers below this are found by index.
constexpr u32 indexed_numbers = 512;
constexpr auto index = [] {
  std::array<u16, indexed_numbers> made{};
  for (std::size_t i = 0; i < row_count; ++i)
    if (all_rows[i].number < indexed_numbers) made[all_rows[i].number] = static_cast<u16>(i + 1);
  return made;
}();

}  // namespace

std::span<const Row> table() { return all_rows; }

const Row* row_of(u32 number) {
  if (number < indexed_numbers) return index[number] ? &all_rows[index[number] - 1] : nullptr;
  const auto at = std::lower_bound(all_rows.begin(), all_rows.end(), number,
                                   [](const Row& row, u32 wanted) { return row.number < wanted; });
  return at != all_rows.end() && at->number == number ? &*at : nullptr;
}

}  // namespace sigtape::abi::linux_eabi

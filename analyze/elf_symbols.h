// Names of places in guest ELF files, from their symbol tables.
#pragma once
#include <string>

#include "core/base/ints.h"

namespace sigtape::analyze {

// "select+0x24" for the code at a file offset; empty where the file has no symbol for it. Hostile files are harmless.
std::string elf_symbol(const std::string& path, u64 file_offset);

}  // namespace sigtape::analyze

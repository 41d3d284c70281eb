// Text of single values and of structures by their layout.
#pragma once
#include <span>
#include <string>

#include "core/abi/layout.h"
#include "core/abi/syscall.h"

namespace sigtape::abi {

// "text", with escapes, cut at `limit` bytes and then followed by "...".
void append_quoted(std::string& out, std::span<const u8> bytes, u32 limit);
// NULL or 0x...
void append_address(std::string& out, u64 address);
// {a=1, b=2}; a layout whose one field has no name gives the bare value. Bytes may be fewer than the layout wants:
// members that are not wholly there are left out.
void append_structure(std::string& out, System system, const Layout& layout, std::span<const u8> bytes);
// One element of a field.
void append_field(std::string& out, System system, const Field& field, std::span<const u8> bytes);
void append_sockaddr(std::string& out, System system, std::span<const u8> bytes);
// The value of a wait call: [{WIFEXITED(s) && WEXITSTATUS(s) == 1}] without the brackets.
void append_wait_status(std::string& out, System system, u32 status);
// Members of a bit set: [0 1 5]; fd_set and cpu_set_t.
void append_bit_set(std::string& out, std::span<const u8> bytes, u32 bits);
bool is_scalar(const Layout& layout);

}  // namespace sigtape::abi

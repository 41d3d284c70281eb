// Text of what pointer arguments point to, before and after the call.
#pragma once
#include <vector>

#include "core/abi/print.h"
#include "core/abi/print_value.h"

namespace sigtape::abi {

// Guest memory before the call, and after it with what the call wrote.
class CallMemory {
 public:
  CallMemory(const ReadMemory& read, std::span<const GuestWrite> writes) : read_(read), writes_(writes) {}
  bool before(GuestAddr from, std::span<u8> into) const;
  // True where every byte is known, from the call's writes or from before.
  bool after(GuestAddr from, std::span<u8> into) const;

 private:
  const ReadMemory& read_;
  std::span<const GuestWrite> writes_;
};

class ArgumentPrinter {
 public:
  ArgumentPrinter(const CallText& text, const Shape& shape);
  void append(std::string& out, unsigned index) const;

 private:
  enum class Phase : u8 { before, after };
  u32 word(unsigned index) const { return text_.call.word(shape_.words[index]); }
  const Arg& arg(unsigned index) const { return shape_.args[index]; }
  // Whether `out` bytes are worth looking at: the call succeeded, or writes on interruption too.
  bool has_output(const Arg& arg) const;
  // Count of bytes or elements that the size argument gives; nullopt where it cannot be known.
  std::optional<u64> size_of(const Arg& arg, Phase phase) const;
  u64 clipped_to_result(const Arg& arg, Phase phase, u64 size) const;
  bool fetch(Phase phase, GuestAddr from, std::span<u8> into) const;
  std::optional<std::vector<u8>> fetched(Phase phase, GuestAddr from, u64 bytes) const;

  void append_pointer(std::string& out, unsigned index) const;
  bool append_pointee(std::string& out, unsigned index, Phase phase) const;
  bool append_string(std::string& out, GuestAddr from, u32 limit, Phase phase) const;
  bool append_strings(std::string& out, const Arg& arg, GuestAddr from) const;
  bool append_bytes(std::string& out, GuestAddr from, u64 bytes, Phase phase) const;
  bool append_array(std::string& out, const Arg& arg, GuestAddr from, u64 count, Phase phase) const;
  bool append_iovec(std::string& out, GuestAddr from, u64 count, u64 total, Phase phase) const;
  bool append_msghdr(std::string& out, GuestAddr from, u64 total, Phase phase) const;
  bool append_mmsghdr(std::string& out, GuestAddr from, u64 count, Phase phase) const;
  bool append_control(std::string& out, GuestAddr from, u64 bytes, Phase phase) const;
  bool append_address_of_socket(std::string& out, const Arg& arg, GuestAddr from, Phase phase) const;
  bool append_msgbuf(std::string& out, const Arg& arg, GuestAddr from, Phase phase) const;
  bool append_dirents(std::string& out, const Arg& arg, GuestAddr from, Phase phase) const;

  const CallText& text_;
  const Shape& shape_;
  System system_;
  CallMemory memory_;
  const Done* done_;
  bool interrupted_;
};

}  // namespace sigtape::abi

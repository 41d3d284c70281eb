// Vectors of buffers between guest and host.
#include "core/outside/linux_iovec.h"

#include "core/abi/linux/structs.h"

namespace sigtape::outside {
namespace {

constexpr u32 most_elements = 1024;  // UIO_MAXIOV

// The guest's array, checked. 0 or an errno.
i32 load_elements(CallContext& c, GuestAddr at, u32 count, std::vector<abi::linux_eabi::Iovec>& out) {
  if (count > most_elements) return EINVAL;
  out.resize(count);
  if (count == 0) return 0;
  std::span<u8> bytes{reinterpret_cast<u8*>(out.data()), count * sizeof(abi::linux_eabi::Iovec)};
  if (!c.space.read(at, bytes)) return EFAULT;
  for (const auto& element : out)
    if (static_cast<i32>(element.len) < 0) return EINVAL;
  return 0;
}

}  // namespace

i32 load_in_vector(CallContext& c, GuestAddr at, u32 count, std::vector<iovec>& out) {
  std::vector<abi::linux_eabi::Iovec> elements;
  if (i32 error = load_elements(c, at, count, elements)) return error;
  for (const auto& e : elements) out.push_back({c.pointer(GuestAddr{e.base}), e.len});
  return 0;
}

i32 OutVector::load(CallContext& c, GuestAddr at, u32 count) {
  std::vector<abi::linux_eabi::Iovec> elements;
  if (i32 error = load_elements(c, at, count, elements)) return error;
  u64 total = 0;
  constexpr u64 largest_total = 0x7fff'f000;  // MAX_RW_COUNT
  for (const auto& e : elements) {
    u64 wanted = std::min<u64>(e.len, largest_total - total);
    OutBuffer buffer = out_buffer(c, GuestAddr{e.base}, wanted);
    buffers_.push_back(buffer);
    host_.push_back({buffer.host, buffer.bytes});
    total += wanted;
    if (buffer.room < wanted) break;  // the host gets no further
  }
  return 0;
}

bool OutVector::give(CallContext& c, u64 bytes) const {
  for (const OutBuffer& buffer : buffers_) {
    if (bytes == 0) break;
    u64 here = std::min(bytes, buffer.bytes);
    if (!give_buffer(c, buffer, here)) return false;
    bytes -= here;
  }
  return true;
}

}  // namespace sigtape::outside

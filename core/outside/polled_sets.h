// What select and poll are asked about: descriptor sets and pollfd arrays of a guest, checked and staged.
#pragma once
#include <errno.h>
#include <poll.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "core/base/bytes.h"
#include "core/outside/linux_access.h"
#include "core/outside/live.h"

namespace sigtape::outside {

// A set of descriptors: bits in 32-bit words, in memory the same as the host's in 64-bit ones.
class DescriptorSet {
 public:
  // Reads what is readable of the `count` bits: the kernel looks at no more than the table of descriptors is long.
  i32 load(CallContext& c, GuestAddr at, u32 count) {
    at_ = at;
    if (at.is_null()) return 0;
    u32 bytes = (count + 31) / 32 * 4;
    host_ = c.stage((bytes + 7) / 8 * 8 + 8);
    std::memset(host_, 0, (bytes + 7) / 8 * 8);
    for (u32 begin = 0; begin < bytes;) {
      u32 piece = std::min(bytes - begin, mem::page_size - ((at.value + begin) & (mem::page_size - 1)));
      if (!c.space.read(at + begin, {host_ + begin, piece})) {
        if (begin * 8 < least_table) return EFAULT;
        break;
      }
      begin += piece;
    }
    used_ = bytes;
    while (used_ > 0 && load_word(used_ - 4) == 0) used_ -= 4;
    for (u32 word = 0; word < used_; word += 4)
      for (u32 bits = load_word(word); bits != 0; bits &= bits - 1)
        if (c.live.own_fds().is_ours(static_cast<int>(word * 8 + static_cast<u32>(__builtin_ctz(bits))))) return EBADF;
    return 0;
  }
  u8* host() const { return host_; }
  // Results are a subset of what was asked, so words after the last one that asked stay zero.
  bool give(CallContext& c) const { return !host_ || give_bytes(c, at_, host_, used_); }

 private:
  static constexpr u32 least_table = 64;  // a process' table has room for this many at least
  u32 load_word(u32 at) const { return sigtape::load<u32>(host_ + at); }
  GuestAddr at_;
  u8* host_ = nullptr;
  u32 used_ = 0;
};

struct Select {
  DescriptorSet read, write, except;
  u32 count = 0;
  // False: the call is answered.
  bool load(CallContext& c) {
    if (c.signed_word(0) < 0) return c.fail(EINVAL), false;
    count = std::min(c.word(0), u32{1} << 20);
    unsigned argument = 1;
    for (DescriptorSet* set : {&read, &write, &except})
      if (i32 error = set->load(c, c.at(argument++), count)) return c.fail(error), false;
    return true;
  }
  bool give(CallContext& c, const HostResult& r) const {
    return !r.succeeded() || (read.give(c) && write.give(c) && except.give(c));
  }
};

class Polled {
 public:
  bool load(CallContext& c) {
    count_ = c.word(1);
    if (count_ > (1u << 20)) return c.fail(EINVAL), false;  // beyond any RLIMIT_NOFILE
    at_ = c.at(0);
    host_ = reinterpret_cast<pollfd*>(c.stage(std::max<u64>(bytes(), 1)));
    if (count_ && !c.space.read(at_, {reinterpret_cast<u8*>(host_), bytes()})) return c.fail(EFAULT), false;
    for (u32 i = 0; i < count_; ++i)
      if (c.live.own_fds().is_ours(host_[i].fd)) ours_.push_back({i, host_[i].fd}), host_[i].fd = not_open;
    return true;
  }
  pollfd* host() const { return host_; }
  u32 count() const { return count_; }
  // revents are written whatever the result (fs/select.c, do_sys_poll).
  bool give(CallContext& c, const HostResult& r) {
    for (const auto& [index, fd] : ours_) host_[index].fd = fd;
    bool looked = r.succeeded() || r.error() == EINTR;
    return !looked || give_bytes(c, at_, host_, bytes());
  }

 private:
  static constexpr int not_open = 0x7fff'fff0;  // POLLNVAL, as for any descriptor that is not open
  struct Hidden {
    u32 index;
    int fd;
  };
  u64 bytes() const { return u64{count_} * sizeof(pollfd); }
  GuestAddr at_;
  u32 count_ = 0;
  pollfd* host_ = nullptr;
  std::vector<Hidden> ours_;
};

}  // namespace sigtape::outside

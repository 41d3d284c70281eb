// read, write and their vector, positioned and descriptor-to-descriptor kin.
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <vector>

#include "core/outside/linux_access.h"
#include "core/outside/linux_handlers.h"
#include "core/outside/linux_iovec.h"

namespace sigtape::outside {
namespace {

// A 32-bit kernel's size_t that is negative as ssize_t is EINVAL, which a 64-bit one says only of a negative long.
long extended(u32 size) { return static_cast<i32>(size); }

void read_(CallContext& c) {
  if (c.signed_word(2) < 0) return c.finish(c.blocking(SYS_read, c.fd(0), c.pointer(1), extended(c.word(2))));
  OutBuffer buffer = out_buffer(c, c.at(1), c.word(2));
  HostResult r = c.blocking(SYS_read, c.fd(0), buffer.host, buffer.bytes);
  if (r.succeeded() && !give_buffer(c, buffer, static_cast<u64>(r.value))) return;
  c.finish(r);
}

void write_(CallContext& c) {
  c.finish(c.blocking(SYS_write, c.fd(0), c.pointer(1), extended(c.word(2))));
}

void pread64_(CallContext& c) {
  if (c.signed_word(2) < 0)
    return c.finish(c.blocking(SYS_pread64, c.fd(0), c.pointer(1), extended(c.word(2)), c.pair(4)));
  OutBuffer buffer = out_buffer(c, c.at(1), c.word(2));
  HostResult r = c.blocking(SYS_pread64, c.fd(0), buffer.host, buffer.bytes, c.pair(4));
  if (r.succeeded() && !give_buffer(c, buffer, static_cast<u64>(r.value))) return;
  c.finish(r);
}

void pwrite64_(CallContext& c) {
  c.finish(c.blocking(SYS_pwrite64, c.fd(0), c.pointer(1), extended(c.word(2)), c.pair(4)));
}

// --- vectors. `position` and `flags` are arguments of the host's call after the vector; the plain ones ignore them.
void read_vector(CallContext& c, long number, u64 position, u32 flags) {
  OutVector vector;
  if (i32 error = vector.load(c, c.at(1), c.word(2))) return fail_for_descriptor(c, c.fd(0), error);
  HostResult r = c.blocking(number, c.fd(0), vector.host(), vector.count(), position, 0, flags);
  if (r.succeeded() && !vector.give(c, static_cast<u64>(r.value))) return;
  c.finish(r);
}

void write_vector(CallContext& c, long number, u64 position, u32 flags) {
  std::vector<iovec> vector;
  if (i32 error = load_in_vector(c, c.at(1), c.word(2), vector)) return fail_for_descriptor(c, c.fd(0), error);
  c.finish(c.blocking(number, c.fd(0), vector.data(), vector.size(), position, 0, flags));
}

void readv_(CallContext& c) { read_vector(c, SYS_readv, 0, 0); }
void writev_(CallContext& c) { write_vector(c, SYS_writev, 0, 0); }
void preadv_(CallContext& c) { read_vector(c, SYS_preadv, c.pair(3), 0); }
void pwritev_(CallContext& c) { write_vector(c, SYS_pwritev, c.pair(3), 0); }
void preadv2_(CallContext& c) { read_vector(c, SYS_preadv2, c.pair(3), c.word(5)); }
void pwritev2_(CallContext& c) { write_vector(c, SYS_pwritev2, c.pair(3), c.word(5)); }

// --- descriptor to descriptor

// A 64-bit file offset behind a pointer that may be null, written back when the call is over.
class Offset {
 public:
  bool load(CallContext& c, GuestAddr at) {
    at_ = at;
    if (at.is_null()) return true;
    std::optional<i64> value = fetch<i64>(c, at);
    if (!value) return false;
    before_ = *value;
    host_ = c.stage<i64>();
    *host_ = *value;
    return true;
  }
  i64* host() const { return host_; }
  bool give_back(CallContext& c, const HostResult& r) const {
    if (!host_ || !r.done || *host_ == before_) return true;
    return give(c, at_, *host_);
  }

 private:
  GuestAddr at_;
  i64 before_ = 0;
  i64* host_ = nullptr;
};

void sendfile64_(CallContext& c) {
  Offset offset;
  if (!offset.load(c, c.at(2))) return;
  HostResult r = c.blocking(SYS_sendfile, c.fd(0), c.fd(1), offset.host(), extended(c.word(3)));
  if (offset.give_back(c, r)) c.finish(r);
}

// fs/read_write.c do_sendfile with MAX_NON_LFS: a 32-bit offset, and nothing beyond 2 GiB.
void sendfile_(CallContext& c) {
  if (c.at(2).is_null()) return c.finish(c.blocking(SYS_sendfile, c.fd(0), c.fd(1), nullptr, extended(c.word(3))));
  constexpr i64 largest = 0x7fff'ffff;
  std::optional<i32> begin = fetch<i32>(c, c.at(2));
  if (!begin) return;
  i64* offset = c.stage<i64>();
  *offset = *begin;
  long count = extended(c.word(3));
  if (*begin >= 0 && count >= 0 && *begin + count > largest) count = largest - *begin;
  HostResult r = c.blocking(SYS_sendfile, c.fd(0), c.fd(1), offset, count);
  if (r.done && *offset != *begin && !give(c, c.at(2), static_cast<i32>(*offset))) return;
  c.finish(r);
}

void splice_(CallContext& c) {
  Offset in, out;
  if (!in.load(c, c.at(1)) || !out.load(c, c.at(3))) return;
  HostResult r = c.blocking(SYS_splice, c.fd(0), in.host(), c.fd(2), out.host(), c.word(4), c.word(5));
  if (in.give_back(c, r) && out.give_back(c, r)) c.finish(r);
}

void copy_file_range_(CallContext& c) {
  Offset in, out;
  if (!in.load(c, c.at(1)) || !out.load(c, c.at(3))) return;
  HostResult r = c.blocking(SYS_copy_file_range, c.fd(0), in.host(), c.fd(2), out.host(), extended(c.word(4)), c.word(5));
  if (in.give_back(c, r) && out.give_back(c, r)) c.finish(r);
}

// A pipe's reading end: bytes come to the guest. Its writing end: the guest's pages go into the pipe as they are.
void vmsplice_(CallContext& c) {
  HostResult mode = c.immediate(SYS_fcntl, c.fd(0), F_GETFL, 0);
  if (mode.succeeded() && (mode.value & O_ACCMODE) == O_RDONLY) {
    OutVector vector;
    if (i32 error = vector.load(c, c.at(1), c.word(2))) return fail_for_descriptor(c, c.fd(0), error);
    HostResult r = c.blocking(SYS_vmsplice, c.fd(0), vector.host(), vector.count(), c.word(3));
    if (r.succeeded() && !vector.give(c, static_cast<u64>(r.value))) return;
    return c.finish(r);
  }
  std::vector<iovec> vector;
  if (i32 error = load_in_vector(c, c.at(1), c.word(2), vector)) return fail_for_descriptor(c, c.fd(0), error);
  c.finish(c.blocking(SYS_vmsplice, c.fd(0), vector.data(), vector.size(), c.word(3)));
}

void tee_(CallContext& c) { c.finish(c.blocking(SYS_tee, c.fd(0), c.fd(1), c.word(2), c.word(3))); }

}  // namespace

HandlerTable read_write_handlers() {
  static constexpr NamedHandler table[] = {
      {"read", read_},         {"write", write_},       {"pread64", pread64_},
      {"pwrite64", pwrite64_}, {"readv", readv_},       {"writev", writev_},
      {"preadv", preadv_},     {"pwritev", pwritev_},   {"preadv2", preadv2_},
      {"pwritev2", pwritev2_}, {"sendfile", sendfile_}, {"sendfile64", sendfile64_},
      {"splice", splice_},     {"vmsplice", vmsplice_}, {"copy_file_range", copy_file_range_},
      {"tee", tee_},
  };
  return table;
}

}  // namespace sigtape::outside

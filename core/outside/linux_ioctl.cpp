// ioctl: the request's row says how its argument crosses; unknown requests are ENOTTY and noted.
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include <cstring>
#include <vector>

#include "core/base/bytes.h"
#include "core/outside/linux_access.h"
#include "core/outside/linux_convert.h"
#include "core/outside/linux_flags.h"
#include "core/outside/linux_handlers.h"
#include "core/outside/linux_ioctl_table.h"
#include "core/outside/live.h"

namespace sigtape::outside {
namespace {

HostResult issue(CallContext& c, const IoctlRow& row, const void* argument) {
  return c.blocking(SYS_ioctl, c.fd(0), row.host_request ? row.host_request : row.request, argument);
}

void out_ioctl(CallContext& c, const IoctlRow& row) {
  if (!c.can_write(c.at(2), row.bytes)) return c.finish(issue(c, row, c.pointer(2)));
  u8* host = c.stage(row.bytes);
  std::memset(host, 0, row.bytes);
  if (row.argument == IoctlArgument::inout && !c.space.read(c.at(2), {host, row.bytes})) return c.fail(EFAULT);
  HostResult r = issue(c, row, host);
  if (r.succeeded() && !give_bytes(c, c.at(2), host, row.bytes)) return;
  c.finish(r);
}

void long_out_ioctl(CallContext& c, const IoctlRow& row) {
  u64* host = c.stage<u64>();
  HostResult r = issue(c, row, host);
  if (r.succeeded()) {
    if (*host > 0xffff'ffff) return c.fail(EFBIG);  // block/ioctl.c, BLKGETSIZE with a 32-bit long
    if (!give(c, c.at(2), static_cast<u32>(*host))) return;
  }
  c.finish(r);
}

void interface_ioctl(CallContext& c, const IoctlRow& row) {
  auto request = fetch<guest::Ifreq>(c, c.at(2));
  if (!request) return;
  auto* host = c.stage<HostIfreq>();
  *host = host_of(*request);
  HostResult r = issue(c, row, host);
  if (r.succeeded() && row.argument != IoctlArgument::request_in) {
    guest::Ifreq out;
    if (row.argument == IoctlArgument::request_map)
      map_to_guest(*host, out);
    else
      to_guest(*host, out);
    if (!give(c, c.at(2), out)) return;
  }
  c.finish(r);
}

// SIOCGIFCONF: a null buffer asks for the length.
void interfaces_ioctl(CallContext& c, const IoctlRow& row) {
  struct HostIfconf {
    i32 length;
    i32 pad;
    HostIfreq* requests;
  };
  auto conf = fetch<guest::Ifconf>(c, c.at(2));
  if (!conf) return;
  constexpr i32 guest_size = sizeof(guest::Ifreq), host_size = sizeof(HostIfreq);
  constexpr i32 most = 4096;
  i32 room = conf->req ? std::min(std::max(conf->len, 0) / guest_size, most) : 0;
  std::vector<HostIfreq> requests(static_cast<size_t>(room) + 1);
  auto* host = c.stage<HostIfconf>();
  host->length = room * host_size;
  host->requests = conf->req ? requests.data() : nullptr;
  HostResult r = issue(c, row, host);
  if (!r.succeeded()) return c.finish(r);
  i32 count = host->length / host_size;
  if (conf->req && count > 0) {
    u64 bytes = static_cast<u64>(count) * sizeof(guest::Ifreq);
    auto* out = reinterpret_cast<guest::Ifreq*>(c.stage(bytes));
    for (i32 i = 0; i < count; ++i) to_guest(requests[static_cast<size_t>(i)], out[i]);
    if (!give_bytes(c, GuestAddr{conf->req}, out, bytes)) return;
  }
  conf->len = count * guest_size;
  if (give(c, c.at(2), *conf)) c.finish(r);
}

void time_ioctl(CallContext& c, const IoctlRow& row) {
  timespec* host = c.stage<timespec>();  // a timeval has the same two longs
  finish_with<guest::Timespec32>(c, issue(c, row, host), c.at(2), *host);
}

void geometry_ioctl(CallContext& c, const IoctlRow& row) {
  u8* host = c.stage(16);  // u8 heads, sectors; u16 cylinders; long start
  HostResult r = issue(c, row, host);
  if (r.succeeded()) {
    u8* out = c.stage(8);
    std::memcpy(out, host, 4);
    store<u32>(out + 4, static_cast<u32>(load<u64>(host + 8)));
    if (!give_bytes(c, c.at(2), out, 8)) return;
  }
  c.finish(r);
}

// struct fiemap: a header of 32 bytes (fm_extent_count at 24, fm_mapped_extents at 20), then extents of 56.
void extents_ioctl(CallContext& c, const IoctlRow& row) {
  constexpr u32 header = 32, extent = 56, most = 0xffff'ffff / extent - 1;
  u32 count = 0;
  if (!c.space.can_read(c.at(2), header)) return c.fail(EFAULT);
  u8 probe[header];
  c.space.read(c.at(2), probe);
  count = load<u32>(probe + 24);
  if (count > most) return c.fail(EINVAL);
  u64 bytes = header + u64{count} * extent;
  if (!c.can_write(c.at(2), bytes)) return c.fail(EFAULT);
  u8* host = c.stage(bytes);
  std::memcpy(host, probe, header);
  HostResult r = issue(c, row, host);
  if (r.succeeded()) {
    u64 mapped = std::min<u64>(count, load<u32>(host + 20));
    if (!give_bytes(c, c.at(2), host, header + mapped * extent)) return;
  }
  c.finish(r);
}

void clone_range_ioctl(CallContext& c, const IoctlRow& row) {
  struct Range {
    i64 source;
    u64 offset, length, destination;
  };
  auto range = fetch<Range>(c, c.at(2));
  if (!range) return;
  if (c.live.own_fds().is_ours(static_cast<int>(range->source))) return c.fail(EBADF);
  c.finish(issue(c, row, &*range));
}

void ioctl_(CallContext& c) {
  const IoctlRow* row = ioctl_row_of(c.word(1));
  if (!row) {
    HostResult open = c.immediate(SYS_fcntl, c.fd(0), F_GETFD, 0);
    if (open.failed()) return c.finish(open);
    return c.unsupported("ioctl request", ENOTTY);
  }
  switch (row->argument) {
    case IoctlArgument::none: return c.finish(issue(c, *row, nullptr));
    case IoctlArgument::value:
      return c.finish(c.blocking(SYS_ioctl, c.fd(0), row->host_request ? row->host_request : row->request, c.word(2)));
    case IoctlArgument::descriptor: return c.finish(c.blocking(SYS_ioctl, c.fd(0), row->request, c.fd(2)));
    case IoctlArgument::open_flags:
      return c.finish(c.blocking(SYS_ioctl, c.fd(0), row->request, host_open_flags(c.word(2))));
    case IoctlArgument::in: return c.finish(issue(c, *row, c.pointer(2)));
    case IoctlArgument::out: case IoctlArgument::inout: return out_ioctl(c, *row);
    case IoctlArgument::long_out: return long_out_ioctl(c, *row);
    case IoctlArgument::request_in: case IoctlArgument::request_inout: case IoctlArgument::request_map:
      return interface_ioctl(c, *row);
    case IoctlArgument::interfaces: return interfaces_ioctl(c, *row);
    case IoctlArgument::time_out: return time_ioctl(c, *row);
    case IoctlArgument::geometry: return geometry_ioctl(c, *row);
    case IoctlArgument::extents: return extents_ioctl(c, *row);
    case IoctlArgument::clone_range: return clone_range_ioctl(c, *row);
  }
}

}  // namespace

HandlerTable ioctl_handlers() {
  static constexpr NamedHandler table[] = {{"ioctl", ioctl_}};
  return table;
}

}  // namespace sigtape::outside

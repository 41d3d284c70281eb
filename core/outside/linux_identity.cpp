// Users and groups by 16-bit ids, capabilities.
#include <sys/syscall.h>

#include <vector>

#include "core/outside/linux_access.h"
#include "core/outside/linux_handlers.h"

namespace sigtape::outside {
namespace {

// linux/highuid.h: all ones mean "leave alone"; what does not fit shows as the overflow id.
i32 wide(u32 word) { return static_cast<u16>(word) == 0xffff ? -1 : static_cast<i32>(static_cast<u16>(word)); }
u16 narrow(u32 id) { return id > 0xffff ? 65534 : static_cast<u16>(id); }

void read_id(CallContext& c, long number) {
  HostResult r = c.immediate(number);
  if (r.succeeded()) r.value = narrow(static_cast<u32>(r.value));
  c.finish(r);
}
void getuid_(CallContext& c) { read_id(c, SYS_getuid); }
void geteuid_(CallContext& c) { read_id(c, SYS_geteuid); }
void getgid_(CallContext& c) { read_id(c, SYS_getgid); }
void getegid_(CallContext& c) { read_id(c, SYS_getegid); }

void set_ids(CallContext& c, long number) {
  c.finish(c.immediate(number, wide(c.word(0)), wide(c.word(1)), wide(c.word(2))));
}
void setuid_(CallContext& c) { set_ids(c, SYS_setuid); }
void setgid_(CallContext& c) { set_ids(c, SYS_setgid); }
void setreuid_(CallContext& c) { set_ids(c, SYS_setreuid); }
void setregid_(CallContext& c) { set_ids(c, SYS_setregid); }
void setresuid_(CallContext& c) { set_ids(c, SYS_setresuid); }
void setresgid_(CallContext& c) { set_ids(c, SYS_setresgid); }
void set_fs_id(CallContext& c, long number) {
  HostResult r = c.immediate(number, wide(c.word(0)));
  if (r.succeeded()) r.value = narrow(static_cast<u32>(r.value));
  c.finish(r);
}
void setfsuid_(CallContext& c) { set_fs_id(c, SYS_setfsuid); }
void setfsgid_(CallContext& c) { set_fs_id(c, SYS_setfsgid); }

void read_three(CallContext& c, long number) {
  struct Ids {
    u32 of[3];
  };
  Ids* ids = c.stage<Ids>();
  HostResult r = c.immediate(number, &ids->of[0], &ids->of[1], &ids->of[2]);
  if (r.succeeded())
    for (unsigned i = 0; i < 3; ++i)
      if (!give(c, c.at(i), narrow(ids->of[i]))) return;
  c.finish(r);
}
void getresuid_(CallContext& c) { read_three(c, SYS_getresuid); }
void getresgid_(CallContext& c) { read_three(c, SYS_getresgid); }

constexpr u32 most_groups = 65536;  // NGROUPS_MAX

void getgroups_(CallContext& c) {
  i32 room = c.signed_word(0);
  if (room < 0) return c.fail(EINVAL);
  u32 count = std::min<u32>(static_cast<u32>(room), most_groups);
  u32* host = reinterpret_cast<u32*>(c.stage(u64{count} * 4 + 4));
  HostResult r = c.immediate(SYS_getgroups, count, host);
  if (r.succeeded() && room > 0) {
    u64 bytes = static_cast<u64>(r.value) * 2;
    u16* out = reinterpret_cast<u16*>(c.stage(bytes + 2));
    for (i64 i = 0; i < r.value; ++i) out[i] = narrow(host[i]);
    if (!give_bytes(c, c.at(1), out, bytes)) return;
  }
  c.finish(r);
}

void setgroups_(CallContext& c) {
  u32 count = c.word(0);
  if (count > most_groups) return c.fail(EINVAL);
  std::vector<u16> groups(count);
  if (count && !c.space.read(c.at(1), {reinterpret_cast<u8*>(groups.data()), count * 2ul})) return c.fail(EFAULT);
  std::vector<u32> host(groups.begin(), groups.end());
  c.finish(c.immediate(SYS_setgroups, count, host.data()));
}

// --- capabilities: the same structures on both sides; the kernel corrects a version that it does not know.
void capget_(CallContext& c) {
  auto header = fetch<guest::CapHeader>(c, c.at(0));
  if (!header) return;
  struct Data {
    guest::CapData of[2];
  };
  constexpr u32 version_1 = 0x19980330;
  auto* host_header = c.stage<guest::CapHeader>();
  auto* data = c.stage<Data>();
  *host_header = *header;
  HostResult r = c.immediate(SYS_capget, host_header, c.at(1).is_null() ? nullptr : data);
  if (host_header->version != header->version && !give(c, c.at(0), *host_header)) return;
  u64 bytes = header->version == version_1 ? sizeof data->of[0] : sizeof *data;
  if (r.succeeded() && !c.at(1).is_null() && !give_bytes(c, c.at(1), data, bytes)) return;
  c.finish(r);
}
void capset_(CallContext& c) {
  auto header = fetch<guest::CapHeader>(c, c.at(0));
  if (!header) return;
  auto* host_header = c.stage<guest::CapHeader>();
  *host_header = *header;
  HostResult r = c.immediate(SYS_capset, host_header, c.pointer(1));
  if (host_header->version != header->version && !give(c, c.at(0), *host_header)) return;
  c.finish(r);
}

}  // namespace

HandlerTable identity_handlers() {
  static constexpr NamedHandler table[] = {
      {"getuid", getuid_},       {"geteuid", geteuid_},     {"getgid", getgid_},       {"getegid", getegid_},
      {"setuid", setuid_},       {"setgid", setgid_},       {"setreuid", setreuid_},   {"setregid", setregid_},
      {"setresuid", setresuid_}, {"setresgid", setresgid_}, {"setfsuid", setfsuid_},   {"setfsgid", setfsgid_},
      {"getresuid", getresuid_}, {"getresgid", getresgid_}, {"getgroups", getgroups_}, {"setgroups", setgroups_},
      {"capget", capget_},       {"capset", capset_},
  };
  return table;
}

}  // namespace sigtape::outside

// FreeBSD users, groups, priorities: where COMPAT_43 gives two values, or the host has no call of that name.
#include <sys/resource.h>
#include <sys/syscall.h>

#include "core/outside/freebsd_handlers.h"
#include "core/outside/linux_access.h"

namespace sigtape::outside {
namespace {

// r1 is the effective id (sys/kern/kern_prot.c, COMPAT_43).
void both_ids(CallContext& c, long real, long effective) {
  c.answer.outcome =
      abi::Done{static_cast<u32>(c.immediate(real).value), static_cast<u32>(c.immediate(effective).value)};
}
void getuid_(CallContext& c) { both_ids(c, SYS_getuid, SYS_geteuid); }
void getgid_(CallContext& c) { both_ids(c, SYS_getgid, SYS_getegid); }
void seteuid_(CallContext& c) { c.finish(c.immediate(SYS_setresuid, -1, c.signed_word(0), -1)); }
void setegid_(CallContext& c) { c.finish(c.immediate(SYS_setresgid, -1, c.signed_word(0), -1)); }
void issetugid_(CallContext& c) { c.done(0); }

// All three values, each where its pointer is not null.
void three_ids(CallContext& c, long number) {
  struct Ids {
    u32 of[3];
  };
  Ids* ids = c.stage<Ids>();
  HostResult r = c.immediate(number, &ids->of[0], &ids->of[1], &ids->of[2]);
  if (r.succeeded())
    for (unsigned i = 0; i < 3; ++i)
      if (!c.at(i).is_null() && !give(c, c.at(i), ids->of[i])) return;
  c.finish(r);
}
void getresuid_(CallContext& c) { three_ids(c, SYS_getresuid); }
void getresgid_(CallContext& c) { three_ids(c, SYS_getresgid); }

// PRIO_PROCESS, PRIO_PGRP and PRIO_USER are the host's; the host's call answers 20 - nice.
void getpriority_(CallContext& c) {
  HostResult r = c.immediate(SYS_getpriority, c.word(0), c.signed_word(1));
  if (!r.succeeded()) return c.finish(r);
  c.done(static_cast<u32>(20 - static_cast<i32>(r.value)));
}
void setpriority_(CallContext& c) {
  c.finish(c.immediate(SYS_setpriority, c.word(0), c.signed_word(1), c.signed_word(2)));
}

}  // namespace

HandlerTable freebsd_identity_handlers() {
  static constexpr NamedHandler table[] = {
      {"getuid", getuid_},           {"getgid", getgid_},           {"seteuid", seteuid_},
      {"setegid", setegid_},         {"getresuid", getresuid_},     {"getresgid", getresgid_},
      {"getpriority", getpriority_}, {"setpriority", setpriority_}, {"issetugid", issetugid_},
  };
  return table;
}

}  // namespace sigtape::outside

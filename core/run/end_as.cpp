// Ending this process as a guest ended.
#include "core/run/end_as.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace sigtape::run {

int end_as(const outside::End& how) {
  if (how.kind != outside::EndKind::signal) return how.status;
  // A core file would be ours and not the program's.
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  signal(how.status, SIG_DFL);
  sigset_t that;
  sigemptyset(&that);
  sigaddset(&that, how.status);
  raise(how.status);
  sigprocmask(SIG_UNBLOCK, &that, nullptr);
  return 128 + how.status;
}

}  // namespace sigtape::run

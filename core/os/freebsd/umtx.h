// The operations of _umtx_op, by number (sys/sys/umtx.h).
#pragma once

#include "core/base/ints.h"

namespace sigtape::os::freebsd {

enum UmtxOperation : u32 {
  op_wait = 2,
  op_wake = 3,
  op_mutex_trylock = 4,
  op_mutex_lock = 5,
  op_mutex_unlock = 6,
  op_set_ceiling = 7,
  op_cv_wait = 8,
  op_cv_signal = 9,
  op_cv_broadcast = 10,
  op_wait_uint = 11,
  op_rw_rdlock = 12,
  op_rw_wrlock = 13,
  op_rw_unlock = 14,
  op_wait_uint_private = 15,
  op_wake_private = 16,
  op_mutex_wait = 17,
  op_mutex_wake = 18,
  op_sem_wait = 19,
  op_sem_wake = 20,
  op_nwake_private = 21,
  op_mutex_wake2 = 22,
  op_sem2_wait = 23,
  op_sem2_wake = 24,
  op_robust_lists = 26,
  compatibility_bits = 0xc000'0000,
};

}  // namespace sigtape::os::freebsd

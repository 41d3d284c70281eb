// Linux/ARM EABI structures of System V IPC and POSIX message queues.
#pragma once
#include "core/base/ints.h"

namespace sigtape::abi::linux_eabi {

struct Ipc64Perm {
  i32 key;
  u32 uid, gid, cuid, cgid;
  u16 mode, pad1, seq, pad2;
  u32 unused1, unused2;
};
struct Semid64Ds {
  Ipc64Perm perm;
  u32 otime, otime_high, ctime, ctime_high, nsems, unused3, unused4;
};
struct Msqid64Ds {
  Ipc64Perm perm;
  u32 stime, stime_high, rtime, rtime_high, ctime, ctime_high;
  u32 cbytes, qnum, qbytes;
  i32 lspid, lrpid;
  u32 unused4, unused5;
};
struct Shmid64Ds {
  Ipc64Perm perm;
  u32 segsz;
  u32 atime, atime_high, dtime, dtime_high, ctime, ctime_high;
  i32 cpid, lpid;
  u32 nattch, unused4, unused5;
};
struct Shminfo64 {  // IPC_INFO
  u32 shmmax, shmmin, shmmni, shmseg, shmall;
  u32 unused[4];
};
struct ShmInfo {  // SHM_INFO
  i32 used_ids;
  u32 shm_tot, shm_rss, shm_swp, swap_attempts, swap_successes;
};
struct Seminfo {
  i32 semmap, semmni, semmns, semmnu, semmsl, semopm, semume, semusz, semvmx, semaem;
};
struct Msginfo {
  i32 msgpool, msgmap, msgmax, msgmnb, msgmni, msgssz, msgtql;
  u16 msgseg, pad;
};
struct Sembuf {
  u16 num;
  i16 op, flg;
};
struct MqAttr {
  i32 flags, maxmsg, msgsize, curmsgs;
  i32 reserved[4];
};
inline constexpr u32 ipc_64 = 0x100;  // bit in semctl, msgctl and shmctl commands; glibc sets it on ARM, musl too

static_assert(sizeof(Ipc64Perm) == 36 && sizeof(Semid64Ds) == 64 && sizeof(Msqid64Ds) == 88 && sizeof(Shmid64Ds) == 84);
static_assert(sizeof(Shminfo64) == 36 && sizeof(MqAttr) == 32);

}  // namespace sigtape::abi::linux_eabi

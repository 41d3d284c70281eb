// System V semaphores and message queues, POSIX message queues.
#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>

#include <cstring>

#include "core/base/bytes.h"
#include "core/outside/linux_access.h"
#include "core/outside/linux_flags.h"
#include "core/outside/linux_handlers.h"

namespace sigtape::outside {
namespace {

// --- semaphores

void semop_with(CallContext& c, const timespec* timeout) {
  c.finish(c.blocking(SYS_semtimedop, c.signed_word(0), c.pointer(1), c.word(2), timeout));
}
void semop_(CallContext& c) { semop_with(c, nullptr); }
template <class Time>
void semtimedop_as(CallContext& c) {
  auto timeout = fetch_optional<Time>(c, c.at(3));
  if (!timeout.ok) return;
  timespec* host = nullptr;
  if (timeout.value) *(host = c.stage<timespec>()) = host_of(*timeout.value);
  semop_with(c, host);
}

// Status, control and counts of one kind of object. Both guest structures are the IPC_64 ones: every libc asks for those.
template <class Guest, class Host>
void status(CallContext& c, long number, i32 id, u32 extra, u32 command, GuestAddr to) {
  Host* host = c.stage<Host>();
  HostResult r = number == SYS_semctl ? c.immediate(number, id, extra, command, host) : c.immediate(number, id, command, host);
  finish_with<Guest>(c, r, to, *host);
}
template <class Guest, class Host>
void change(CallContext& c, long number, i32 id, u32 extra, GuestAddr from) {
  auto wanted = fetch<Guest>(c, from);
  if (!wanted) return;
  Host host;
  to_host(*wanted, host);
  c.finish(number == SYS_semctl ? c.immediate(number, id, extra, IPC_SET, &host) : c.immediate(number, id, IPC_SET, &host));
}

// GETALL: as many 16-bit values as the set has semaphores.
void read_all_values(CallContext& c, i32 id) {
  auto* about = c.stage<HostSemid>();
  HostResult r = c.immediate(SYS_semctl, id, 0, IPC_STAT, about);
  if (!r.succeeded()) return c.finish(r);
  u64 bytes = about->nsems * 2;
  u8* values = c.stage(bytes + 2);
  r = c.immediate(SYS_semctl, id, 0, GETALL, values);
  if (r.succeeded() && !give_bytes(c, c.at(3), values, bytes)) return;
  c.finish(r);
}

template <class T>
void limits(CallContext& c, long number, i32 id, u32 command, GuestAddr to) {
  T* host = c.stage<T>();
  HostResult r = number == SYS_semctl ? c.immediate(number, id, 0, command, host) : c.immediate(number, id, command, host);
  if (r.succeeded() && !give(c, to, *host)) return;
  c.finish(r);
}

void semctl_(CallContext& c) {
  i32 id = c.signed_word(0);
  u32 command = c.word(2) & ~guest::ipc_64, index = c.word(1);
  constexpr u32 sem_stat_any = 20;
  switch (command) {
    case IPC_STAT: case SEM_STAT: case sem_stat_any:
      return status<guest::Semid64Ds, HostSemid>(c, SYS_semctl, id, index, command, c.at(3));
    case IPC_SET: return change<guest::Semid64Ds, HostSemid>(c, SYS_semctl, id, index, c.at(3));
    case IPC_INFO: case SEM_INFO: return limits<guest::Seminfo>(c, SYS_semctl, id, command, c.at(3));
    case GETALL: return read_all_values(c, id);
    case SETALL: return c.finish(c.immediate(SYS_semctl, id, index, SETALL, c.pointer(3)));
    case SETVAL: return c.finish(c.immediate(SYS_semctl, id, index, SETVAL, i64{c.signed_word(3)}));
    case IPC_RMID: case GETPID: case GETVAL: case GETNCNT: case GETZCNT:
      return c.finish(c.immediate(SYS_semctl, id, index, command, 0));
    default: return c.unsupported("semctl command", EINVAL);
  }
}

// --- messages: a long type, then text.

constexpr u32 largest_message = 1u << 24;  // beyond any msgmax that a host would have set

void msgsnd_(CallContext& c) {
  u32 size = c.word(2);
  if (size > largest_message) return c.fail(EINVAL);
  auto type = fetch<i32>(c, c.at(1));
  if (!type) return;
  u8* host = c.stage(u64{size} + 8);
  store<i64>(host, *type);
  if (size && !c.space.read(c.at(1) + 4, {host + 8, size})) return c.fail(EFAULT);
  c.finish(c.blocking(SYS_msgsnd, c.signed_word(0), host, size, c.word(3)));
}

void msgrcv_(CallContext& c) {
  if (c.signed_word(2) < 0) return c.fail(EINVAL);
  u32 size = std::min(c.word(2), largest_message);
  u8* host = c.stage(u64{size} + 8);
  HostResult r = c.blocking(SYS_msgrcv, c.signed_word(0), host, size, i64{c.signed_word(3)}, c.word(4));
  if (r.succeeded()) {
    if (!give(c, c.at(1), static_cast<i32>(load<i64>(host)))) return;
    if (!give_bytes(c, c.at(1) + 4, host + 8, static_cast<u64>(r.value))) return;
  }
  c.finish(r);
}

void msgctl_(CallContext& c) {
  i32 id = c.signed_word(0);
  u32 command = c.word(1) & ~guest::ipc_64;
  constexpr u32 msg_stat_any = 13;
  switch (command) {
    case IPC_STAT: case MSG_STAT: case msg_stat_any:
      return status<guest::Msqid64Ds, HostMsqid>(c, SYS_msgctl, id, 0, command, c.at(2));
    case IPC_SET: return change<guest::Msqid64Ds, HostMsqid>(c, SYS_msgctl, id, 0, c.at(2));
    case IPC_INFO: case MSG_INFO: return limits<guest::Msginfo>(c, SYS_msgctl, id, command, c.at(2));
    case IPC_RMID: return c.finish(c.immediate(SYS_msgctl, id, IPC_RMID, nullptr));
    default: return c.unsupported("msgctl command", EINVAL);
  }
}

// --- shared memory: what is not attaching

void shmctl_(CallContext& c) {
  i32 id = c.signed_word(0);
  u32 command = c.word(1) & ~guest::ipc_64;
  constexpr u32 shm_stat_any = 15;
  switch (command) {
    case IPC_STAT: case SHM_STAT: case shm_stat_any:
      return status<guest::Shmid64Ds, HostShmid>(c, SYS_shmctl, id, 0, command, c.at(2));
    case IPC_SET: return change<guest::Shmid64Ds, HostShmid>(c, SYS_shmctl, id, 0, c.at(2));
    case IPC_INFO: return status<guest::Shminfo64, HostShminfo>(c, SYS_shmctl, id, 0, command, c.at(2));
    case SHM_INFO: return status<guest::ShmInfo, HostShmUse>(c, SYS_shmctl, id, 0, command, c.at(2));
    case IPC_RMID: case SHM_LOCK: case SHM_UNLOCK:
      return c.finish(c.immediate(SYS_shmctl, id, command, nullptr));
    default: return c.unsupported("shmctl command", EINVAL);
  }
}

// --- POSIX message queues

void mq_open_(CallContext& c) {
  auto name = c.path_text(0);
  if (!name) return;
  auto attributes = fetch_optional<guest::MqAttr>(c, c.word(1) & O_CREAT ? c.at(3) : GuestAddr{});
  if (!attributes.ok) return;
  HostMqAttr host{};
  if (attributes.value) host = host_of(*attributes.value);
  c.finish(c.blocking(SYS_mq_open, name->c_str(), host_open_flags(c.word(1)), c.word(2), attributes.value ? &host : nullptr));
}

template <class Time>
void mq_timedsend_as(CallContext& c) {
  auto timeout = fetch_optional<Time>(c, c.at(4));
  if (!timeout.ok) return;
  timespec* host = nullptr;
  if (timeout.value) *(host = c.stage<timespec>()) = host_of(*timeout.value);
  c.finish(c.blocking(SYS_mq_timedsend, c.fd(0), c.pointer(1), c.word(2), c.word(3), host));
}

template <class Time>
void mq_timedreceive_as(CallContext& c) {
  auto timeout = fetch_optional<Time>(c, c.at(4));
  if (!timeout.ok) return;
  timespec* host = nullptr;
  if (timeout.value) *(host = c.stage<timespec>()) = host_of(*timeout.value);
  u32 size = c.word(2);
  u32* priority = c.stage<u32>();
  u8* message = c.stage(u64{size} + 1);
  HostResult r = c.blocking(SYS_mq_timedreceive, c.fd(0), message, size, priority, host);
  if (r.succeeded()) {
    if (!give_bytes(c, c.at(1), message, static_cast<u64>(r.value))) return;
    if (!c.at(3).is_null() && !give(c, c.at(3), *priority)) return;
  }
  c.finish(r);
}

void mq_notify_(CallContext& c) {
  auto event = fetch_optional<guest::Sigevent>(c, c.at(1));
  if (!event.ok) return;
  struct sigevent host;
  if (event.value) {
    to_host(*event.value, host);
    // SIGEV_THREAD: the value points to a cookie of 32 bytes, the signal number is a netlink descriptor.
    if (event.value->notify == SIGEV_THREAD) host.sigev_value.sival_ptr = c.pointer(GuestAddr{event.value->value});
  }
  c.finish(c.immediate(SYS_mq_notify, c.fd(0), event.value ? &host : nullptr));
}

void mq_getsetattr_(CallContext& c) {
  auto wanted = fetch_optional<guest::MqAttr>(c, c.at(1));
  if (!wanted.ok) return;
  HostMqAttr host{};
  if (wanted.value) host = host_of(*wanted.value);
  auto* before = c.stage<HostMqAttr>();
  HostResult r = c.immediate(SYS_mq_getsetattr, c.fd(0), wanted.value ? &host : nullptr, before);
  finish_with<guest::MqAttr>(c, r, c.at(2), *before);
}

}  // namespace

HandlerTable ipc_handlers() {
  static constexpr NamedHandler table[] = {
      {"semop", semop_},
      {"semtimedop", semtimedop_as<guest::Timespec32>},
      {"semtimedop_time64", semtimedop_as<guest::Timespec64>},
      {"semctl", semctl_},
      {"msgsnd", msgsnd_},
      {"msgrcv", msgrcv_},
      {"msgctl", msgctl_},
      {"shmctl", shmctl_},
      {"mq_open", mq_open_},
      {"mq_timedsend", mq_timedsend_as<guest::Timespec32>},
      {"mq_timedsend_time64", mq_timedsend_as<guest::Timespec64>},
      {"mq_timedreceive", mq_timedreceive_as<guest::Timespec32>},
      {"mq_timedreceive_time64", mq_timedreceive_as<guest::Timespec64>},
      {"mq_notify", mq_notify_},
      {"mq_getsetattr", mq_getsetattr_},
  };
  return table;
}

}  // namespace sigtape::outside

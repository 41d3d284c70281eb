// Linux/ARM calls of System V IPC and POSIX message queues.
#pragma once
#include "core/abi/linux/row_words.h"
#include "core/abi/linux/structs_ipc.h"

namespace sigtape::abi::linux_eabi::rows {

// The IPC_64 bit says which structure version is meant and does not select the command.
inline constexpr u32 ipc_command_bits = ~ipc_64;

inline constexpr Variant semctl_rows[] = {
    variant(0, "IPC_RMID"),
    variant(1, "IPC_SET", {in("buf", layout::semid_ds)}),
    variant(2, "IPC_STAT", {out("buf", layout::semid_ds)}),
    variant(3, "IPC_INFO", {out("buf", layout::seminfo)}),
    variant(11, "GETPID", {}, gives::pid),
    variant(12, "GETVAL"),
    variant(13, "GETALL", {address("array")}),
    variant(14, "GETNCNT"),
    variant(15, "GETZCNT"),
    variant(16, "SETVAL", {integer("val")}),
    variant(17, "SETALL", {address("array")}),
    variant(18, "SEM_STAT", {out("buf", layout::semid_ds)}),
    variant(19, "SEM_INFO", {out("buf", layout::seminfo)}),
    variant(20, "SEM_STAT_ANY", {out("buf", layout::semid_ds)}),
};
inline constexpr Variants semctl_variants{.argument = 2, .mask = ipc_command_bits, .rows = semctl_rows};
inline constexpr Variant msgctl_rows[] = {
    variant(0, "IPC_RMID"),
    variant(1, "IPC_SET", {in("buf", layout::msqid_ds)}),
    variant(2, "IPC_STAT", {out("buf", layout::msqid_ds)}),
    variant(3, "IPC_INFO", {out("buf", layout::msginfo)}),
    variant(11, "MSG_STAT", {out("buf", layout::msqid_ds)}),
    variant(12, "MSG_INFO", {out("buf", layout::msginfo)}),
    variant(13, "MSG_STAT_ANY", {out("buf", layout::msqid_ds)}),
};
inline constexpr Variants msgctl_variants{.argument = 1, .mask = ipc_command_bits, .rows = msgctl_rows};
inline constexpr Variant shmctl_rows[] = {
    variant(0, "IPC_RMID"),
    variant(1, "IPC_SET", {in("buf", layout::shmid_ds)}),
    variant(2, "IPC_STAT", {out("buf", layout::shmid_ds)}),
    variant(3, "IPC_INFO", {out("buf", layout::shminfo)}),
    variant(11, "SHM_LOCK"),
    variant(12, "SHM_UNLOCK"),
    variant(13, "SHM_STAT", {out("buf", layout::shmid_ds)}),
    variant(14, "SHM_INFO", {out("buf", layout::shm_info)}),
    variant(15, "SHM_STAT_ANY", {out("buf", layout::shmid_ds)}),
};
inline constexpr Variants shmctl_variants{.argument = 1, .mask = ipc_command_bits, .rows = shmctl_rows};

consteval Spec operations() { return in_array("sops", layout::sembuf, "nsops"); }
consteval Spec ipc_message(Dir dir) { return sized("msgp", Kind::msgbuf, dir, "msgsz"); }

inline constexpr Row ipc[] = {
    refused(117, "ipc", "old ABI only"),
    call(274, "mq_open", outside, gives::fd,
         {string("name"), flags("oflag", open_flags), mode(), in("attr", layout::mq_attr)}),
    call(275, "mq_unlink", outside, gives::zero, {string("name")}),
    call(276, "mq_timedsend", outside, if_sa_restart, gives::zero,
         {fd("mqdes"), in_bytes("msg_ptr", "msg_len"), size("msg_len"), number("msg_prio"),
          in("abs_timeout", layout::timespec32)}),
    call(277, "mq_timedreceive", outside, if_sa_restart, gives::size,
         {fd("mqdes"), got(out_bytes("msg_ptr", "msg_len")), size("msg_len"), out("msg_prio", uint32),
          in("abs_timeout", layout::timespec32)}),
    call(278, "mq_notify", outside, gives::zero, {fd("mqdes"), in("sevp", layout::sigevent)}),
    call(279, "mq_getsetattr", outside, gives::zero,
         {fd("mqdes"), in("newattr", layout::mq_attr), out("oldattr", layout::mq_attr)}),
    call(298, "semop", outside, never, gives::zero, {integer("semid"), operations(), size("nsops")}),
    call(299, "semget", outside, gives::integer, {hex("key"), integer("nsems"), flags("semflg", ipc_get_flags)}),
    call(300, "semctl", outside, gives::integer,
         {integer("semid"), integer("semnum"), choice("cmd", semctl_commands), hex("arg")}, &semctl_variants),
    call(301, "msgsnd", outside, if_no_handler, gives::zero,
         {integer("msqid"), ipc_message(Dir::in), size("msgsz"), flags("msgflg", message_queue_flags)}),
    call(302, "msgrcv", outside, if_no_handler, gives::size,
         {integer("msqid"), got(ipc_message(Dir::out)), size("msgsz"), integer("msgtyp"),
          flags("msgflg", message_queue_flags)}),
    call(303, "msgget", outside, gives::integer, {hex("key"), flags("msgflg", ipc_get_flags)}),
    call(304, "msgctl", outside, gives::integer, {integer("msqid"), choice("cmd", msgctl_commands), hex("buf")},
         &msgctl_variants),
    call(305, "shmat", core, gives::hex, {integer("shmid"), address("shmaddr"), flags("shmflg", shmat_flags)}),
    call(306, "shmdt", core, gives::zero, {address("shmaddr")}),
    call(307, "shmget", outside, gives::integer, {hex("key"), size("size"), flags("shmflg", ipc_get_flags)}),
    call(308, "shmctl", outside, gives::integer, {integer("shmid"), choice("cmd", shmctl_commands), hex("buf")},
         &shmctl_variants),
    call(312, "semtimedop", outside, never, gives::zero,
         {integer("semid"), operations(), size("nsops"), in("timeout", layout::timespec32)}),
    call(418, "mq_timedsend_time64", outside, if_sa_restart, gives::zero,
         {fd("mqdes"), in_bytes("msg_ptr", "msg_len"), size("msg_len"), number("msg_prio"),
          in("abs_timeout", layout::timespec64)}),
    call(419, "mq_timedreceive_time64", outside, if_sa_restart, gives::size,
         {fd("mqdes"), got(out_bytes("msg_ptr", "msg_len")), size("msg_len"), out("msg_prio", uint32),
          in("abs_timeout", layout::timespec64)}),
    call(420, "semtimedop_time64", outside, never, gives::zero,
         {integer("semid"), operations(), size("nsops"), in("timeout", layout::timespec64)}),
};

}  // namespace sigtape::abi::linux_eabi::rows

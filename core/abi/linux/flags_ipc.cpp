// Names of Linux/ARM flags and options: System V IPC.
#include "core/abi/linux/flags.h"

namespace sigtape::abi::linux_eabi {
namespace {

constexpr NameValue ipc_get_flags_values[] = {
    {0x200, "IPC_CREAT"},
    {0x400, "IPC_EXCL"},
    {0x800, "IPC_NOWAIT"},
};
constexpr NameValue message_queue_flags_values[] = {
    {0x800, "IPC_NOWAIT"},
    {0x1000, "MSG_NOERROR"},
    {0x2000, "MSG_EXCEPT"},
    {0x4000, "MSG_COPY"},
};
constexpr NameValue semctl_commands_values[] = {
    {0, "IPC_RMID"}, {1, "IPC_SET"},   {2, "IPC_STAT"},  {3, "IPC_INFO"},      {11, "GETPID"},
    {12, "GETVAL"},  {13, "GETALL"},   {14, "GETNCNT"},  {15, "GETZCNT"},      {16, "SETVAL"},
    {17, "SETALL"},  {18, "SEM_STAT"}, {19, "SEM_INFO"}, {20, "SEM_STAT_ANY"},
};
constexpr NameValue msgctl_commands_values[] = {
    {0, "IPC_RMID"},  {1, "IPC_SET"},   {2, "IPC_STAT"},      {3, "IPC_INFO"},
    {11, "MSG_STAT"}, {12, "MSG_INFO"}, {13, "MSG_STAT_ANY"},
};
constexpr NameValue shmctl_commands_values[] = {
    {0, "IPC_RMID"},    {1, "IPC_SET"},   {2, "IPC_STAT"},  {3, "IPC_INFO"},      {11, "SHM_LOCK"},
    {12, "SHM_UNLOCK"}, {13, "SHM_STAT"}, {14, "SHM_INFO"}, {15, "SHM_STAT_ANY"},
};
constexpr NameValue semop_flags_values[] = {
    {0x800, "IPC_NOWAIT"},
    {0x1000, "SEM_UNDO"},
};
constexpr NameValue shmat_flags_values[] = {
    {0x1000, "SHM_RDONLY"},
    {0x2000, "SHM_RND"},
    {0x4000, "SHM_REMAP"},
    {0x8000, "SHM_EXEC"},
};

}  // namespace

constinit const NameSet ipc_get_flags{"ipc_get_flags", ipc_get_flags_values, NameSet::Style::flags};
constinit const NameSet message_queue_flags{"message_queue_flags", message_queue_flags_values, NameSet::Style::flags};
constinit const NameSet semctl_commands{"semctl_commands", semctl_commands_values, NameSet::Style::choice};
constinit const NameSet msgctl_commands{"msgctl_commands", msgctl_commands_values, NameSet::Style::choice};
constinit const NameSet shmctl_commands{"shmctl_commands", shmctl_commands_values, NameSet::Style::choice};
constinit const NameSet semop_flags{"semop_flags", semop_flags_values, NameSet::Style::flags};
constinit const NameSet shmat_flags{"shmat_flags", shmat_flags_values, NameSet::Style::flags};

}  // namespace sigtape::abi::linux_eabi

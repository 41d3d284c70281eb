// Names of FreeBSD flags and options: files and descriptors, mapping, clocks and timers.
#include "core/abi/freebsd/flags.h"

namespace sigtape::abi::freebsd {
namespace {

constexpr NameValue open_flags_values[] = {
    {0, "O_RDONLY", 3},      {1, "O_WRONLY", 3},
    {2, "O_RDWR", 3},        {4, "O_NONBLOCK"},
    {8, "O_APPEND"},         {0x10, "O_SHLOCK"},
    {0x20, "O_EXLOCK"},      {0x40, "O_ASYNC"},
    {0x80, "O_SYNC"},        {0x100, "O_NOFOLLOW"},
    {0x200, "O_CREAT"},      {0x400, "O_TRUNC"},
    {0x800, "O_EXCL"},       {0x8000, "O_NOCTTY"},
    {0x10000, "O_DIRECT"},   {0x20000, "O_DIRECTORY"},
    {0x40000, "O_EXEC"},     {0x80000, "O_TTY_INIT"},
    {0x100000, "O_CLOEXEC"}, {0x200000, "O_VERIFY"},
    {0x400000, "O_PATH"},    {0x800000, "O_RESOLVE_BENEATH"},
    {0x1000000, "O_DSYNC"},
};
constexpr NameValue at_flags_values[] = {
    {0x100, "AT_EACCESS"},   {0x200, "AT_SYMLINK_NOFOLLOW"}, {0x400, "AT_SYMLINK_FOLLOW"},
    {0x800, "AT_REMOVEDIR"}, {0x2000, "AT_RESOLVE_BENEATH"}, {0x4000, "AT_EMPTY_PATH"},
};
constexpr NameValue access_modes_values[] = {
    {0, "F_OK"},
    {4, "R_OK"},
    {2, "W_OK"},
    {1, "X_OK"},
};
constexpr NameValue seek_origins_values[] = {
    {0, "SEEK_SET"}, {1, "SEEK_CUR"}, {2, "SEEK_END"}, {3, "SEEK_DATA"}, {4, "SEEK_HOLE"},
};
constexpr NameValue file_types_values[] = {
    {0xc000, "S_IFSOCK", 0xf000}, {0xa000, "S_IFLNK", 0xf000}, {0x8000, "S_IFREG", 0xf000}, {0x6000, "S_IFBLK", 0xf000},
    {0x4000, "S_IFDIR", 0xf000},  {0x2000, "S_IFCHR", 0xf000}, {0x1000, "S_IFIFO", 0xf000}, {0x800, "S_ISUID"},
    {0x400, "S_ISGID"},           {0x200, "S_ISTXT"},
};
constexpr NameValue flock_operations_values[] = {
    {1, "LOCK_SH"},
    {2, "LOCK_EX"},
    {4, "LOCK_NB"},
    {8, "LOCK_UN"},
};
constexpr NameValue lock_types_values[] = {
    {1, "F_RDLCK"}, {2, "F_UNLCK"}, {3, "F_WRLCK"}, {4, "F_UNLCKSYS"}, {5, "F_CANCEL"},
};
constexpr NameValue fcntl_commands_values[] = {
    {0, "F_DUPFD"},      {1, "F_GETFD"},          {2, "F_SETFD"},           {3, "F_GETFL"},
    {4, "F_SETFL"},      {5, "F_GETOWN"},         {6, "F_SETOWN"},          {7, "F_OGETLK"},
    {8, "F_OSETLK"},     {9, "F_OSETLKW"},        {10, "F_DUP2FD"},         {11, "F_GETLK"},
    {12, "F_SETLK"},     {13, "F_SETLKW"},        {14, "F_SETLK_REMOTE"},   {15, "F_READAHEAD"},
    {16, "F_RDAHEAD"},   {17, "F_DUPFD_CLOEXEC"}, {18, "F_DUP2FD_CLOEXEC"}, {19, "F_ADD_SEALS"},
    {20, "F_GET_SEALS"}, {21, "F_ISUNIONSTACK"},  {22, "F_KINFO"},
};
constexpr NameValue descriptor_flags_values[] = {
    {1, "FD_CLOEXEC"},
};
constexpr NameValue seals_values[] = {
    {1, "F_SEAL_SEAL"},
    {2, "F_SEAL_SHRINK"},
    {4, "F_SEAL_GROW"},
    {8, "F_SEAL_WRITE"},
};
constexpr NameValue shm_flags_values[] = {
    {1, "SHM_ALLOW_SEALING"},
    {2, "SHM_GROW_ON_WRITE"},
    {4, "SHM_LARGEPAGE"},
};
constexpr NameValue close_range_flags_values[] = {
    {4, "CLOSE_RANGE_CLOEXEC"},
};
constexpr NameValue mount_statuses_values[] = {
    {1, "MNT_RDONLY"},      {2, "MNT_SYNCHRONOUS"}, {4, "MNT_NOEXEC"},           {8, "MNT_NOSUID"},
    {0x10, "MNT_NFS4ACLS"}, {0x20, "MNT_UNION"},    {0x40, "MNT_ASYNC"},         {0x1000, "MNT_LOCAL"},
    {0x2000, "MNT_QUOTA"},  {0x4000, "MNT_ROOTFS"}, {0x10000000, "MNT_NOATIME"},
};
constexpr NameValue mmap_protection_values[] = {
    {1, "PROT_READ"},
    {2, "PROT_WRITE"},
    {4, "PROT_EXEC"},
};
constexpr NameValue mmap_flags_values[] = {
    {1, "MAP_SHARED"},
    {2, "MAP_PRIVATE"},
    {0x10, "MAP_FIXED"},
    {0x200, "MAP_HASSEMAPHORE"},
    {0x400, "MAP_STACK"},
    {0x800, "MAP_NOSYNC"},
    {0x1000, "MAP_ANON"},
    {0x2000, "MAP_GUARD"},
    {0x4000, "MAP_EXCL"},
    {0x20000, "MAP_NOCORE"},
    {0x40000, "MAP_PREFAULT_READ"},
};
constexpr NameValue madvise_values_values[] = {
    {0, "MADV_NORMAL"},   {1, "MADV_RANDOM"}, {2, "MADV_SEQUENTIAL"}, {3, "MADV_WILLNEED"},
    {4, "MADV_DONTNEED"}, {5, "MADV_FREE"},   {6, "MADV_NOSYNC"},     {7, "MADV_AUTOSYNC"},
    {8, "MADV_NOCORE"},   {9, "MADV_CORE"},   {10, "MADV_PROTECT"},
};
constexpr NameValue msync_flags_values[] = {
    {0, "MS_SYNC"},
    {1, "MS_ASYNC"},
    {2, "MS_INVALIDATE"},
};
constexpr NameValue inherit_values_values[] = {
    {0, "INHERIT_SHARE"},
    {1, "INHERIT_COPY"},
    {2, "INHERIT_NONE"},
    {3, "INHERIT_ZERO"},
};
constexpr NameValue clocks_values[] = {
    {0, "CLOCK_REALTIME"},
    {1, "CLOCK_VIRTUAL"},
    {2, "CLOCK_PROF"},
    {4, "CLOCK_MONOTONIC"},
    {5, "CLOCK_UPTIME"},
    {7, "CLOCK_UPTIME_PRECISE"},
    {8, "CLOCK_UPTIME_FAST"},
    {9, "CLOCK_REALTIME_PRECISE"},
    {10, "CLOCK_REALTIME_FAST"},
    {11, "CLOCK_MONOTONIC_PRECISE"},
    {12, "CLOCK_MONOTONIC_FAST"},
    {13, "CLOCK_SECOND"},
    {14, "CLOCK_THREAD_CPUTIME_ID"},
    {15, "CLOCK_PROCESS_CPUTIME_ID"},
};
constexpr NameValue timer_flags_values[] = {
    {1, "TIMER_ABSTIME"},
};
constexpr NameValue interval_timers_values[] = {
    {0, "ITIMER_REAL"},
    {1, "ITIMER_VIRTUAL"},
    {2, "ITIMER_PROF"},
};

}  // namespace

constinit const NameSet open_flags{"open_flags", open_flags_values, NameSet::Style::flags};
constinit const NameSet at_flags{"at_flags", at_flags_values, NameSet::Style::flags};
constinit const NameSet access_modes{"access_modes", access_modes_values, NameSet::Style::flags};
constinit const NameSet seek_origins{"seek_origins", seek_origins_values, NameSet::Style::choice};
constinit const NameSet file_types{"file_types", file_types_values, NameSet::Style::flags};
constinit const NameSet flock_operations{"flock_operations", flock_operations_values, NameSet::Style::flags};
constinit const NameSet lock_types{"lock_types", lock_types_values, NameSet::Style::choice};
constinit const NameSet fcntl_commands{"fcntl_commands", fcntl_commands_values, NameSet::Style::choice};
constinit const NameSet descriptor_flags{"descriptor_flags", descriptor_flags_values, NameSet::Style::flags};
constinit const NameSet seals{"seals", seals_values, NameSet::Style::flags};
constinit const NameSet shm_flags{"shm_flags", shm_flags_values, NameSet::Style::flags};
constinit const NameSet close_range_flags{"close_range_flags", close_range_flags_values, NameSet::Style::flags};
constinit const NameSet mount_statuses{"mount_statuses", mount_statuses_values, NameSet::Style::flags};
constinit const NameSet mmap_protection{"mmap_protection", mmap_protection_values, NameSet::Style::flags};
constinit const NameSet mmap_flags{"mmap_flags", mmap_flags_values, NameSet::Style::flags};
constinit const NameSet madvise_values{"madvise_values", madvise_values_values, NameSet::Style::choice};
constinit const NameSet msync_flags{"msync_flags", msync_flags_values, NameSet::Style::flags};
constinit const NameSet inherit_values{"inherit_values", inherit_values_values, NameSet::Style::choice};
constinit const NameSet clocks{"clocks", clocks_values, NameSet::Style::choice};
constinit const NameSet timer_flags{"timer_flags", timer_flags_values, NameSet::Style::flags};
constinit const NameSet interval_timers{"interval_timers", interval_timers_values, NameSet::Style::choice};

}  // namespace sigtape::abi::freebsd

// Names of Linux/ARM flags and options: opening, attributes, locking, mounting, file events.
#include "core/abi/linux/flags.h"

namespace sigtape::abi::linux_eabi {
namespace {

constexpr NameValue open_flags_values[] = {
    {0, "O_RDONLY", 0x3},   {1, "O_WRONLY", 0x3},     {2, "O_RDWR", 0x3},      {0x40, "O_CREAT"},
    {0x80, "O_EXCL"},       {0x100, "O_NOCTTY"},      {0x200, "O_TRUNC"},      {0x400, "O_APPEND"},
    {0x800, "O_NONBLOCK"},  {0x101000, "O_SYNC"},     {0x1000, "O_DSYNC"},     {0x2000, "O_ASYNC"},
    {0x10000, "O_DIRECT"},  {0x20000, "O_LARGEFILE"}, {0x404000, "O_TMPFILE"}, {0x4000, "O_DIRECTORY"},
    {0x8000, "O_NOFOLLOW"}, {0x40000, "O_NOATIME"},   {0x80000, "O_CLOEXEC"},  {0x200000, "O_PATH"},
};
constexpr NameValue descriptor_flags_values[] = {
    {1, "FD_CLOEXEC"},
};
constexpr NameValue at_flags_values[] = {
    {0x100, "AT_SYMLINK_NOFOLLOW"}, {0x200, "AT_REMOVEDIR"},   {0x400, "AT_SYMLINK_FOLLOW"},
    {0x800, "AT_NO_AUTOMOUNT"},     {0x1000, "AT_EMPTY_PATH"}, {0x2000, "AT_STATX_FORCE_SYNC"},
    {0x4000, "AT_STATX_DONT_SYNC"}, {0x8000, "AT_RECURSIVE"},
};
constexpr NameValue faccessat_flags_values[] = {
    {0x100, "AT_SYMLINK_NOFOLLOW"},
    {0x200, "AT_EACCESS"},
    {0x1000, "AT_EMPTY_PATH"},
};
constexpr NameValue unlinkat_flags_values[] = {
    {0x200, "AT_REMOVEDIR"},
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
constexpr NameValue statx_mask_values[] = {
    {0xfff, "STATX_ALL"},       {0x7ff, "STATX_BASIC_STATS"}, {1, "STATX_TYPE"},
    {2, "STATX_MODE"},          {4, "STATX_NLINK"},           {8, "STATX_UID"},
    {0x10, "STATX_GID"},        {0x20, "STATX_ATIME"},        {0x40, "STATX_MTIME"},
    {0x80, "STATX_CTIME"},      {0x100, "STATX_INO"},         {0x200, "STATX_SIZE"},
    {0x400, "STATX_BLOCKS"},    {0x800, "STATX_BTIME"},       {0x1000, "STATX_MNT_ID"},
    {0x2000, "STATX_DIOALIGN"},
};
constexpr NameValue statx_attributes_values[] = {
    {4, "STATX_ATTR_COMPRESSED"},      {0x10, "STATX_ATTR_IMMUTABLE"},  {0x20, "STATX_ATTR_APPEND"},
    {0x40, "STATX_ATTR_NODUMP"},       {0x800, "STATX_ATTR_ENCRYPTED"}, {0x1000, "STATX_ATTR_AUTOMOUNT"},
    {0x2000, "STATX_ATTR_MOUNT_ROOT"}, {0x100000, "STATX_ATTR_VERITY"}, {0x200000, "STATX_ATTR_DAX"},
};
constexpr NameValue file_types_values[] = {
    {0xc000, "S_IFSOCK", 0xf000}, {0xa000, "S_IFLNK", 0xf000}, {0x8000, "S_IFREG", 0xf000}, {0x6000, "S_IFBLK", 0xf000},
    {0x4000, "S_IFDIR", 0xf000},  {0x2000, "S_IFCHR", 0xf000}, {0x1000, "S_IFIFO", 0xf000}, {0x800, "S_ISUID"},
    {0x400, "S_ISGID"},           {0x200, "S_ISVTX"},
};
constexpr NameValue renameat2_flags_values[] = {
    {1, "RENAME_NOREPLACE"},
    {2, "RENAME_EXCHANGE"},
    {4, "RENAME_WHITEOUT"},
};
constexpr NameValue flock_operations_values[] = {
    {1, "LOCK_SH"},
    {2, "LOCK_EX"},
    {8, "LOCK_UN"},
    {4, "LOCK_NB"},
};
constexpr NameValue lock_types_values[] = {
    {0, "F_RDLCK"},
    {1, "F_WRLCK"},
    {2, "F_UNLCK"},
};
constexpr NameValue fcntl_commands_values[] = {
    {0, "F_DUPFD"},
    {1, "F_GETFD"},
    {2, "F_SETFD"},
    {3, "F_GETFL"},
    {4, "F_SETFL"},
    {5, "F_GETLK"},
    {6, "F_SETLK"},
    {7, "F_SETLKW"},
    {8, "F_SETOWN"},
    {9, "F_GETOWN"},
    {10, "F_SETSIG"},
    {11, "F_GETSIG"},
    {12, "F_GETLK64"},
    {13, "F_SETLK64"},
    {14, "F_SETLKW64"},
    {15, "F_SETOWN_EX"},
    {16, "F_GETOWN_EX"},
    {17, "F_GETOWNER_UIDS"},
    {36, "F_OFD_GETLK"},
    {37, "F_OFD_SETLK"},
    {38, "F_OFD_SETLKW"},
    {1024, "F_SETLEASE"},
    {1025, "F_GETLEASE"},
    {1026, "F_NOTIFY"},
    {1029, "F_CANCELLK"},
    {1030, "F_DUPFD_CLOEXEC"},
    {1031, "F_SETPIPE_SZ"},
    {1032, "F_GETPIPE_SZ"},
    {1033, "F_ADD_SEALS"},
    {1034, "F_GET_SEALS"},
    {1035, "F_GET_RW_HINT"},
    {1036, "F_SET_RW_HINT"},
    {1037, "F_GET_FILE_RW_HINT"},
    {1038, "F_SET_FILE_RW_HINT"},
};
constexpr NameValue owner_types_values[] = {
    {0, "F_OWNER_TID"},
    {1, "F_OWNER_PID"},
    {2, "F_OWNER_PGRP"},
};
constexpr NameValue seals_values[] = {
    {1, "F_SEAL_SEAL"}, {2, "F_SEAL_SHRINK"}, {4, "F_SEAL_GROW"}, {8, "F_SEAL_WRITE"}, {0x10, "F_SEAL_FUTURE_WRITE"},
};
constexpr NameValue directory_notify_values[] = {
    {1, "DN_ACCESS"},
    {2, "DN_MODIFY"},
    {4, "DN_CREATE"},
    {8, "DN_DELETE"},
    {0x10, "DN_RENAME"},
    {0x20, "DN_ATTRIB"},
    {0x80000000, "DN_MULTISHOT"},
};
constexpr NameValue fallocate_flags_values[] = {
    {1, "FALLOC_FL_KEEP_SIZE"},        {2, "FALLOC_FL_PUNCH_HOLE"},    {4, "FALLOC_FL_NO_HIDE_STALE"},
    {8, "FALLOC_FL_COLLAPSE_RANGE"},   {0x10, "FALLOC_FL_ZERO_RANGE"}, {0x20, "FALLOC_FL_INSERT_RANGE"},
    {0x40, "FALLOC_FL_UNSHARE_RANGE"},
};
constexpr NameValue fadvise_values_values[] = {
    {0, "POSIX_FADV_NORMAL"},   {1, "POSIX_FADV_RANDOM"},   {2, "POSIX_FADV_SEQUENTIAL"},
    {3, "POSIX_FADV_WILLNEED"}, {4, "POSIX_FADV_DONTNEED"}, {5, "POSIX_FADV_NOREUSE"},
};
constexpr NameValue sync_range_flags_values[] = {
    {1, "SYNC_FILE_RANGE_WAIT_BEFORE"},
    {2, "SYNC_FILE_RANGE_WRITE"},
    {4, "SYNC_FILE_RANGE_WAIT_AFTER"},
};
constexpr NameValue splice_flags_values[] = {
    {1, "SPLICE_F_MOVE"},
    {2, "SPLICE_F_NONBLOCK"},
    {4, "SPLICE_F_MORE"},
    {8, "SPLICE_F_GIFT"},
};
constexpr NameValue rw_flags_values[] = {
    {1, "RWF_HIPRI"}, {2, "RWF_DSYNC"}, {4, "RWF_SYNC"}, {8, "RWF_NOWAIT"}, {0x10, "RWF_APPEND"},
};
constexpr NameValue xattr_flags_values[] = {
    {1, "XATTR_CREATE"},
    {2, "XATTR_REPLACE"},
};
constexpr NameValue resolve_flags_values[] = {
    {1, "RESOLVE_NO_XDEV"}, {2, "RESOLVE_NO_MAGICLINKS"}, {4, "RESOLVE_NO_SYMLINKS"},
    {8, "RESOLVE_BENEATH"}, {0x10, "RESOLVE_IN_ROOT"},    {0x20, "RESOLVE_CACHED"},
};
constexpr NameValue close_range_flags_values[] = {
    {2, "CLOSE_RANGE_UNSHARE"},
    {4, "CLOSE_RANGE_CLOEXEC"},
};
constexpr NameValue directory_entry_types_values[] = {
    {0, "DT_UNKNOWN"}, {1, "DT_FIFO"}, {2, "DT_CHR"},   {4, "DT_DIR"},  {6, "DT_BLK"},
    {8, "DT_REG"},     {10, "DT_LNK"}, {12, "DT_SOCK"}, {14, "DT_WHT"},
};
constexpr NameValue mount_flags_values[] = {
    {1, "MS_RDONLY"},           {2, "MS_NOSUID"},           {4, "MS_NODEV"},
    {8, "MS_NOEXEC"},           {0x10, "MS_SYNCHRONOUS"},   {0x20, "MS_REMOUNT"},
    {0x40, "MS_MANDLOCK"},      {0x80, "MS_DIRSYNC"},       {0x100, "MS_NOSYMFOLLOW"},
    {0x400, "MS_NOATIME"},      {0x800, "MS_NODIRATIME"},   {0x1000, "MS_BIND"},
    {0x2000, "MS_MOVE"},        {0x4000, "MS_REC"},         {0x8000, "MS_SILENT"},
    {0x10000, "MS_POSIXACL"},   {0x20000, "MS_UNBINDABLE"}, {0x40000, "MS_PRIVATE"},
    {0x80000, "MS_SLAVE"},      {0x100000, "MS_SHARED"},    {0x200000, "MS_RELATIME"},
    {0x400000, "MS_KERNMOUNT"}, {0x800000, "MS_I_VERSION"}, {0x1000000, "MS_STRICTATIME"},
    {0x2000000, "MS_LAZYTIME"},
};
constexpr NameValue umount_flags_values[] = {
    {1, "MNT_FORCE"},
    {2, "MNT_DETACH"},
    {4, "MNT_EXPIRE"},
    {8, "UMOUNT_NOFOLLOW"},
};
constexpr NameValue open_tree_flags_values[] = {
    {1, "OPEN_TREE_CLONE"},     {0x80000, "OPEN_TREE_CLOEXEC"}, {0x1000, "AT_EMPTY_PATH"},
    {0x800, "AT_NO_AUTOMOUNT"}, {0x8000, "AT_RECURSIVE"},       {0x100, "AT_SYMLINK_NOFOLLOW"},
};
constexpr NameValue move_mount_flags_values[] = {
    {1, "MOVE_MOUNT_F_SYMLINKS"},    {2, "MOVE_MOUNT_F_AUTOMOUNTS"},    {4, "MOVE_MOUNT_F_EMPTY_PATH"},
    {0x10, "MOVE_MOUNT_T_SYMLINKS"}, {0x20, "MOVE_MOUNT_T_AUTOMOUNTS"}, {0x40, "MOVE_MOUNT_T_EMPTY_PATH"},
    {0x100, "MOVE_MOUNT_SET_GROUP"},
};
constexpr NameValue statfs_flags_values[] = {
    {1, "ST_RDONLY"},         {2, "ST_NOSUID"},        {4, "ST_NODEV"},       {8, "ST_NOEXEC"},
    {0x10, "ST_SYNCHRONOUS"}, {0x20, "ST_VALID"},      {0x40, "ST_MANDLOCK"}, {0x400, "ST_NOATIME"},
    {0x800, "ST_NODIRATIME"}, {0x1000, "ST_RELATIME"},
};
constexpr NameValue filesystem_magics_values[] = {
    {44533, "ADFS_SUPER_MAGIC"},         {391, "AUTOFS_SUPER_MAGIC"},
    {0x9123683e, "BTRFS_SUPER_MAGIC"},   {0x27e0eb, "CGROUP_SUPER_MAGIC"},
    {0x63677270, "CGROUP2_SUPER_MAGIC"}, {0x64626720, "DEBUGFS_MAGIC"},
    {7377, "DEVPTS_SUPER_MAGIC"},        {61267, "EXT4_SUPER_MAGIC"},
    {0xf2f52010, "F2FS_SUPER_MAGIC"},    {0x65735546, "FUSE_SUPER_MAGIC"},
    {0x958458f6, "HUGETLBFS_MAGIC"},     {38496, "ISOFS_SUPER_MAGIC"},
    {19780, "MSDOS_SUPER_MAGIC"},        {26985, "NFS_SUPER_MAGIC"},
    {0x6e736673, "NSFS_MAGIC"},          {0x794c7630, "OVERLAYFS_SUPER_MAGIC"},
    {0x50495045, "PIPEFS_MAGIC"},        {40864, "PROC_SUPER_MAGIC"},
    {0x858458f6, "RAMFS_MAGIC"},         {0x52654973, "REISERFS_SUPER_MAGIC"},
    {0xf97cff8c, "SELINUX_MAGIC"},       {0x534f434b, "SOCKFS_MAGIC"},
    {0x73717368, "SQUASHFS_MAGIC"},      {0x62656572, "SYSFS_MAGIC"},
    {0x1021994, "TMPFS_MAGIC"},          {0x58465342, "XFS_SUPER_MAGIC"},
};
constexpr NameValue inotify_mask_values[] = {
    {0xfff, "IN_ALL_EVENTS"},
    {1, "IN_ACCESS"},
    {2, "IN_MODIFY"},
    {4, "IN_ATTRIB"},
    {8, "IN_CLOSE_WRITE"},
    {0x10, "IN_CLOSE_NOWRITE"},
    {0x20, "IN_OPEN"},
    {0x40, "IN_MOVED_FROM"},
    {0x80, "IN_MOVED_TO"},
    {0x100, "IN_CREATE"},
    {0x200, "IN_DELETE"},
    {0x400, "IN_DELETE_SELF"},
    {0x800, "IN_MOVE_SELF"},
    {0x2000, "IN_UNMOUNT"},
    {0x4000, "IN_Q_OVERFLOW"},
    {0x8000, "IN_IGNORED"},
    {0x1000000, "IN_ONLYDIR"},
    {0x2000000, "IN_DONT_FOLLOW"},
    {0x4000000, "IN_EXCL_UNLINK"},
    {0x10000000, "IN_MASK_CREATE"},
    {0x20000000, "IN_MASK_ADD"},
    {0x40000000, "IN_ISDIR"},
    {0x80000000, "IN_ONESHOT"},
};
constexpr NameValue inotify_flags_values[] = {
    {0x800, "IN_NONBLOCK"},
    {0x80000, "IN_CLOEXEC"},
};
constexpr NameValue memfd_flags_values[] = {
    {1, "MFD_CLOEXEC"},
    {2, "MFD_ALLOW_SEALING"},
    {4, "MFD_HUGETLB"},
};

}  // namespace

constinit const NameSet open_flags{"open_flags", open_flags_values, NameSet::Style::flags};
constinit const NameSet descriptor_flags{"descriptor_flags", descriptor_flags_values, NameSet::Style::flags};
constinit const NameSet at_flags{"at_flags", at_flags_values, NameSet::Style::flags};
constinit const NameSet faccessat_flags{"faccessat_flags", faccessat_flags_values, NameSet::Style::flags};
constinit const NameSet unlinkat_flags{"unlinkat_flags", unlinkat_flags_values, NameSet::Style::flags};
constinit const NameSet access_modes{"access_modes", access_modes_values, NameSet::Style::flags};
constinit const NameSet seek_origins{"seek_origins", seek_origins_values, NameSet::Style::choice};
constinit const NameSet statx_mask{"statx_mask", statx_mask_values, NameSet::Style::flags};
constinit const NameSet statx_attributes{"statx_attributes", statx_attributes_values, NameSet::Style::flags};
constinit const NameSet file_types{"file_types", file_types_values, NameSet::Style::flags};
constinit const NameSet renameat2_flags{"renameat2_flags", renameat2_flags_values, NameSet::Style::flags};
constinit const NameSet flock_operations{"flock_operations", flock_operations_values, NameSet::Style::flags};
constinit const NameSet lock_types{"lock_types", lock_types_values, NameSet::Style::choice};
constinit const NameSet fcntl_commands{"fcntl_commands", fcntl_commands_values, NameSet::Style::choice};
constinit const NameSet owner_types{"owner_types", owner_types_values, NameSet::Style::choice};
constinit const NameSet seals{"seals", seals_values, NameSet::Style::flags};
constinit const NameSet directory_notify{"directory_notify", directory_notify_values, NameSet::Style::flags};
constinit const NameSet fallocate_flags{"fallocate_flags", fallocate_flags_values, NameSet::Style::flags};
constinit const NameSet fadvise_values{"fadvise_values", fadvise_values_values, NameSet::Style::choice};
constinit const NameSet sync_range_flags{"sync_range_flags", sync_range_flags_values, NameSet::Style::flags};
constinit const NameSet splice_flags{"splice_flags", splice_flags_values, NameSet::Style::flags};
constinit const NameSet rw_flags{"rw_flags", rw_flags_values, NameSet::Style::flags};
constinit const NameSet xattr_flags{"xattr_flags", xattr_flags_values, NameSet::Style::flags};
constinit const NameSet resolve_flags{"resolve_flags", resolve_flags_values, NameSet::Style::flags};
constinit const NameSet close_range_flags{"close_range_flags", close_range_flags_values, NameSet::Style::flags};
constinit const NameSet directory_entry_types{"directory_entry_types", directory_entry_types_values,
                                              NameSet::Style::choice};
constinit const NameSet mount_flags{"mount_flags", mount_flags_values, NameSet::Style::flags};
constinit const NameSet umount_flags{"umount_flags", umount_flags_values, NameSet::Style::flags};
constinit const NameSet open_tree_flags{"open_tree_flags", open_tree_flags_values, NameSet::Style::flags};
constinit const NameSet move_mount_flags{"move_mount_flags", move_mount_flags_values, NameSet::Style::flags};
constinit const NameSet statfs_flags{"statfs_flags", statfs_flags_values, NameSet::Style::flags};
constinit const NameSet filesystem_magics{"filesystem_magics", filesystem_magics_values, NameSet::Style::choice};
constinit const NameSet inotify_mask{"inotify_mask", inotify_mask_values, NameSet::Style::flags};
constinit const NameSet inotify_flags{"inotify_flags", inotify_flags_values, NameSet::Style::flags};
constinit const NameSet memfd_flags{"memfd_flags", memfd_flags_values, NameSet::Style::flags};

}  // namespace sigtape::abi::linux_eabi

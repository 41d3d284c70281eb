// fcntl's third argument by its command.
#pragma once
#include "core/abi/linux/row_words.h"

namespace sigtape::abi::linux_eabi::rows {

inline constexpr Variant fcntl_rows[] = {
    variant(0, "F_DUPFD", {fd("arg")}, gives::fd, not_interruptible),
    gives_flags(variant(1, "F_GETFD", {}, gives::hex, not_interruptible), descriptor_flags),
    variant(2, "F_SETFD", {flags("arg", descriptor_flags)}, gives::zero, not_interruptible),
    gives_flags(variant(3, "F_GETFL", {}, gives::hex, not_interruptible), open_flags),
    variant(4, "F_SETFL", {flags("arg", open_flags)}, gives::zero, not_interruptible),
    variant(5, "F_GETLK", {inout("lock", layout::flock)}, gives::zero, not_interruptible),
    variant(6, "F_SETLK", {in("lock", layout::flock)}, gives::zero, not_interruptible),
    variant(7, "F_SETLKW", {in("lock", layout::flock)}, gives::zero, if_sa_restart),
    variant(8, "F_SETOWN", {pid("arg")}, gives::zero, not_interruptible),
    variant(9, "F_GETOWN", {}, gives::pid, not_interruptible),
    variant(10, "F_SETSIG", {signal("arg")}, gives::zero, not_interruptible),
    variant(11, "F_GETSIG", {}, gives::integer, not_interruptible),
    variant(12, "F_GETLK64", {inout("lock", layout::flock64)}, gives::zero, not_interruptible),
    variant(13, "F_SETLK64", {in("lock", layout::flock64)}, gives::zero, not_interruptible),
    variant(14, "F_SETLKW64", {in("lock", layout::flock64)}, gives::zero, if_sa_restart),
    variant(15, "F_SETOWN_EX", {in("owner", layout::f_owner_ex)}, gives::zero, not_interruptible),
    variant(16, "F_GETOWN_EX", {out("owner", layout::f_owner_ex)}, gives::zero, not_interruptible),
    variant(17, "F_GETOWNER_UIDS", {fixed_array("uids", uint32, Dir::out, 4 * 2)}, gives::zero, not_interruptible),
    variant(36, "F_OFD_GETLK", {inout("lock", layout::flock64)}, gives::zero, not_interruptible),
    variant(37, "F_OFD_SETLK", {in("lock", layout::flock64)}, gives::zero, not_interruptible),
    variant(38, "F_OFD_SETLKW", {in("lock", layout::flock64)}, gives::zero, if_sa_restart),
    variant(1024, "F_SETLEASE", {choice("arg", lock_types)}, gives::zero, not_interruptible),
    variant(1025, "F_GETLEASE", {}, gives::integer, not_interruptible),
    variant(1026, "F_NOTIFY", {flags("arg", directory_notify)}, gives::zero, not_interruptible),
    variant(1030, "F_DUPFD_CLOEXEC", {fd("arg")}, gives::fd, not_interruptible),
    variant(1031, "F_SETPIPE_SZ", {integer("arg")}, gives::integer, not_interruptible),
    variant(1032, "F_GETPIPE_SZ", {}, gives::integer, not_interruptible),
    variant(1033, "F_ADD_SEALS", {flags("arg", seals)}, gives::zero, not_interruptible),
    gives_flags(variant(1034, "F_GET_SEALS", {}, gives::hex, not_interruptible), seals),
    variant(1035, "F_GET_RW_HINT", {out("hint", uint64)}, gives::zero, not_interruptible),
    variant(1036, "F_SET_RW_HINT", {in("hint", uint64)}, gives::zero, not_interruptible),
    variant(1037, "F_GET_FILE_RW_HINT", {out("hint", uint64)}, gives::zero, not_interruptible),
    variant(1038, "F_SET_FILE_RW_HINT", {in("hint", uint64)}, gives::zero, not_interruptible),
};
inline constexpr auto fcntl_shifted = variants_after(1, fcntl_rows);
inline constexpr Variants fcntl_variants{.argument = 1, .rows = fcntl_shifted};

}  // namespace sigtape::abi::linux_eabi::rows

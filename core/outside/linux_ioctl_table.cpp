// Known ioctl requests, by number; authorities: asm-generic/ioctls.h, linux/fs.h, linux/sockios.h, linux/vt.h, kd.h.
#include "core/outside/linux_ioctl_table.h"

#include <algorithm>
#include <iterator>

namespace sigtape::outside {
namespace {

using enum IoctlArgument;

constexpr IoctlRow table[] = {
    // disks
    {0x0301, "HDIO_GETGEO", geometry},
    // block devices and files
    {0x0001, "FIBMAP", inout, 4},
    {0x0002, "FIGETBSZ", out, 4},
    {0x125d, "BLKROSET", in, 4},
    {0x125e, "BLKROGET", out, 4},
    {0x125f, "BLKRRPART"},
    {0x1260, "BLKGETSIZE", long_out},
    {0x1261, "BLKFLSBUF", value},
    {0x1262, "BLKRASET", value},
    {0x1263, "BLKRAGET", long_out},
    {0x1264, "BLKFRASET", value},
    {0x1265, "BLKFRAGET", long_out},
    {0x1268, "BLKSSZGET", out, 4},
    {0x1277, "BLKDISCARD", in, 16},
    {0x1278, "BLKIOMIN", out, 4},
    {0x1279, "BLKIOOPT", out, 4},
    {0x127a, "BLKALIGNOFF", out, 4},
    {0x127b, "BLKPBSZGET", out, 4},
    {0x127c, "BLKDISCARDZEROES", out, 4},
    {0x127d, "BLKSECDISCARD", in, 16},
    {0x127e, "BLKROTATIONAL", out, 2},
    {0x127f, "BLKZEROOUT", in, 16},
    {0x80041270, "BLKBSZGET", out, 4, 0x80081270},
    {0x40041271, "BLKBSZSET", in, 4, 0x40081271},
    {0x80041272, "BLKGETSIZE64", out, 8, 0x80081272},
    // loop devices
    {0x4c00, "LOOP_SET_FD", descriptor},
    {0x4c01, "LOOP_CLR_FD"},
    {0x4c04, "LOOP_SET_STATUS64", in, 232},
    {0x4c05, "LOOP_GET_STATUS64", out, 232},
    {0x4c06, "LOOP_CHANGE_FD", descriptor},
    {0x4c07, "LOOP_SET_CAPACITY"},
    {0x4c08, "LOOP_SET_DIRECT_IO", value},
    {0x4c09, "LOOP_SET_BLOCK_SIZE", value},
    {0x4c80, "LOOP_CTL_ADD", value},
    {0x4c81, "LOOP_CTL_REMOVE", value},
    {0x4c82, "LOOP_CTL_GET_FREE"},
    // file systems
    {0x40049409, "FICLONE", descriptor},
    {0x4020940d, "FICLONERANGE", clone_range, 32},
    {0x80046601, "FS_IOC_GETFLAGS", out, 4, 0x80086601},
    {0x40046602, "FS_IOC_SETFLAGS", in, 4, 0x40086602},
    {0x80047601, "FS_IOC_GETVERSION", out, 4, 0x80087601},
    {0x40047602, "FS_IOC_SETVERSION", in, 4, 0x40087602},
    {0x801c581f, "FS_IOC_FSGETXATTR", out, 28},
    {0x401c5820, "FS_IOC_FSSETXATTR", in, 28},
    {0xc020660b, "FS_IOC_FIEMAP", extents},
    {0xc0045877, "FIFREEZE", value},
    {0xc0045878, "FITHAW", value},
    {0xc0185879, "FITRIM", inout, 24},
    {0x81009431, "FS_IOC_GETFSLABEL", out, 256},
    {0x41009432, "FS_IOC_SETFSLABEL", in, 256},
    // terminals
    {0x5401, "TCGETS", out, 36},
    {0x5402, "TCSETS", in, 36},
    {0x5403, "TCSETSW", in, 36},
    {0x5404, "TCSETSF", in, 36},
    {0x5405, "TCGETA", out, 18},
    {0x5406, "TCSETA", in, 18},
    {0x5407, "TCSETAW", in, 18},
    {0x5408, "TCSETAF", in, 18},
    {0x5409, "TCSBRK", value},
    {0x540a, "TCXONC", value},
    {0x540b, "TCFLSH", value},
    {0x540c, "TIOCEXCL"},
    {0x540d, "TIOCNXCL"},
    {0x540e, "TIOCSCTTY", value},
    {0x540f, "TIOCGPGRP", out, 4},
    {0x5410, "TIOCSPGRP", in, 4},
    {0x5411, "TIOCOUTQ", out, 4},
    {0x5412, "TIOCSTI", in, 1},
    {0x5413, "TIOCGWINSZ", out, 8},
    {0x5414, "TIOCSWINSZ", in, 8},
    {0x5415, "TIOCMGET", out, 4},
    {0x5416, "TIOCMBIS", in, 4},
    {0x5417, "TIOCMBIC", in, 4},
    {0x5418, "TIOCMSET", in, 4},
    {0x5419, "TIOCGSOFTCAR", out, 4},
    {0x541a, "TIOCSSOFTCAR", in, 4},
    {0x541b, "FIONREAD", out, 4},
    {0x541d, "TIOCCONS"},
    {0x5420, "TIOCPKT", in, 4},
    {0x5421, "FIONBIO", in, 4},
    {0x5422, "TIOCNOTTY"},
    {0x5423, "TIOCSETD", in, 4},
    {0x5424, "TIOCGETD", out, 4},
    {0x5425, "TCSBRKP", value},
    {0x5427, "TIOCSBRK"},
    {0x5428, "TIOCCBRK"},
    {0x5429, "TIOCGSID", out, 4},
    {0x802c542a, "TCGETS2", out, 44},
    {0x402c542b, "TCSETS2", in, 44},
    {0x402c542c, "TCSETSW2", in, 44},
    {0x402c542d, "TCSETSF2", in, 44},
    {0x80045430, "TIOCGPTN", out, 4},
    {0x40045431, "TIOCSPTLCK", in, 4},
    {0x80045432, "TIOCGDEV", out, 4},
    {0x40045436, "TIOCSIG", value},
    {0x5437, "TIOCVHANGUP"},
    {0x80045438, "TIOCGPKT", out, 4},
    {0x80045439, "TIOCGPTLCK", out, 4},
    {0x80045440, "TIOCGEXCL", out, 4},
    {0x5441, "TIOCGPTPEER", open_flags},
    {0x5450, "FIONCLEX"},
    {0x5451, "FIOCLEX"},
    {0x5452, "FIOASYNC", in, 4},
    {0x545c, "TIOCMIWAIT", value},
    {0x545e, "FIOQSIZE", out, 8, 0x5460},  // 0x5460 everywhere but on a few architectures, of which ARM is one
    // console
    {0x4b2f, "KIOCSOUND", value},
    {0x4b30, "KDMKTONE", value},
    {0x4b31, "KDGETLED", out, 1},
    {0x4b32, "KDSETLED", value},
    {0x4b33, "KDGKBTYPE", out, 1},
    {0x4b3a, "KDSETMODE", value},
    {0x4b3b, "KDGETMODE", out, 4},
    {0x4b44, "KDGKBMODE", out, 4},
    {0x4b45, "KDSKBMODE", value},
    {0x4b62, "KDGKBMETA", out, 4},
    {0x4b63, "KDSKBMETA", value},
    {0x4b64, "KDGKBLED", out, 1},
    {0x4b65, "KDSKBLED", value},
    {0x5600, "VT_OPENQRY", out, 4},
    {0x5601, "VT_GETMODE", out, 8},
    {0x5602, "VT_SETMODE", in, 8},
    {0x5603, "VT_GETSTATE", out, 6},
    {0x5605, "VT_RELDISP", value},
    {0x5606, "VT_ACTIVATE", value},
    {0x5607, "VT_WAITACTIVE", value},
    {0x5608, "VT_DISALLOCATE", value},
    // sockets
    {0x8901, "FIOSETOWN", in, 4},
    {0x8902, "SIOCSPGRP", in, 4},
    {0x8903, "FIOGETOWN", out, 4},
    {0x8904, "SIOCGPGRP", out, 4},
    {0x8905, "SIOCATMARK", out, 4},
    {0x8906, "SIOCGSTAMP", time_out},
    {0x8907, "SIOCGSTAMPNS", time_out},
    {0x80108906, "SIOCGSTAMP_NEW", out, 16},
    {0x80108907, "SIOCGSTAMPNS_NEW", out, 16},
    {0x894c, "SIOCGSKNS"},
    // interfaces
    {0x8910, "SIOCGIFNAME", request_inout},
    {0x8912, "SIOCGIFCONF", interfaces},
    {0x8913, "SIOCGIFFLAGS", request_inout},
    {0x8914, "SIOCSIFFLAGS", request_in},
    {0x8915, "SIOCGIFADDR", request_inout},
    {0x8916, "SIOCSIFADDR", request_in},
    {0x8917, "SIOCGIFDSTADDR", request_inout},
    {0x8918, "SIOCSIFDSTADDR", request_in},
    {0x8919, "SIOCGIFBRDADDR", request_inout},
    {0x891a, "SIOCSIFBRDADDR", request_in},
    {0x891b, "SIOCGIFNETMASK", request_inout},
    {0x891c, "SIOCSIFNETMASK", request_in},
    {0x891d, "SIOCGIFMETRIC", request_inout},
    {0x891e, "SIOCSIFMETRIC", request_in},
    {0x8921, "SIOCGIFMTU", request_inout},
    {0x8922, "SIOCSIFMTU", request_in},
    {0x8923, "SIOCSIFNAME", request_in},
    {0x8924, "SIOCSIFHWADDR", request_in},
    {0x8927, "SIOCGIFHWADDR", request_inout},
    {0x8929, "SIOCGIFSLAVE", request_inout},
    {0x8933, "SIOCGIFINDEX", request_inout},
    {0x8934, "SIOCSIFPFLAGS", request_in},
    {0x8935, "SIOCGIFPFLAGS", request_inout},
    {0x8942, "SIOCGIFTXQLEN", request_inout},
    {0x8943, "SIOCSIFTXQLEN", request_in},
    {0x8970, "SIOCGIFMAP", request_map},
    {0x89a0, "SIOCBRADDBR", in, 16},
    {0x89a1, "SIOCBRDELBR", in, 16},
    {0x89a2, "SIOCBRADDIF", request_in},
    {0x89a3, "SIOCBRDELIF", request_in},
    // tun
    {0x400454ca, "TUNSETIFF", request_inout},
    {0x400454cb, "TUNSETPERSIST", value},
    {0x400454cc, "TUNSETOWNER", value},
    {0x400454ce, "TUNSETGROUP", value},
    {0x800454cf, "TUNGETFEATURES", out, 4},
    {0x800454d2, "TUNGETIFF", request_inout},
    // random device, real-time clock
    {0x80045200, "RNDGETENTCNT", out, 4},
    {0x40045201, "RNDADDTOENTCNT", in, 4},
    {0x5204, "RNDZAPENTCNT"},
    {0x5206, "RNDCLEARPOOL"},
    {0x5207, "RNDRESEEDCRNG"},
    {0x80247009, "RTC_RD_TIME", out, 36},
    {0x4024700a, "RTC_SET_TIME", in, 36},
    // namespaces
    {0xb701, "NS_GET_USERNS"},
    {0xb702, "NS_GET_PARENT"},
    {0xb703, "NS_GET_NSTYPE"},
    {0xb704, "NS_GET_OWNER_UID", out, 4},
    // files behind watches and timers
    {0x40085400, "TFD_IOC_SET_TICKS", in, 8},
};

struct ByRequest {
  IoctlRow rows[std::size(table)];
  ByRequest() {
    std::copy(std::begin(table), std::end(table), rows);
    std::sort(std::begin(rows), std::end(rows),
              [](const IoctlRow& a, const IoctlRow& b) { return a.request < b.request; });
  }
};

const ByRequest& by_request() {
  static const ByRequest sorted;
  return sorted;
}

}  // namespace

const IoctlRow* ioctl_row_of(u32 request) {
  const auto& rows = by_request().rows;
  auto at = std::lower_bound(std::begin(rows), std::end(rows), request,
                             [](const IoctlRow& row, u32 wanted) { return row.request < wanted; });
  return at != std::end(rows) && at->request == request ? at : nullptr;
}

std::span<const IoctlRow> ioctl_table() { return by_request().rows; }

}  // namespace sigtape::outside

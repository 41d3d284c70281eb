// errno in the guest's numbering: Linux guests share the host's; FreeBSD's (sys/sys/errno.h) differ from 35 on.
#include <errno.h>

#include "core/outside/host_call.h"

namespace sigtape::outside {
namespace {

constexpr u32 freebsd_eio = 5;

u32 freebsd_error_of(int error) {
  if (error < EAGAIN) return static_cast<u32>(error);  // 1 to 10 are the same everywhere
  if (error > EAGAIN && error <= ERANGE) return static_cast<u32>(error);
  switch (error) {
    case EAGAIN: return 35;
    case EINPROGRESS: return 36;
    case EALREADY: return 37;
    case ENOTSOCK: return 38;
    case EDESTADDRREQ: return 39;
    case EMSGSIZE: return 40;
    case EPROTOTYPE: return 41;
    case ENOPROTOOPT: return 42;
    case EPROTONOSUPPORT: return 43;
    case ESOCKTNOSUPPORT: return 44;
    case EOPNOTSUPP: return 45;
    case EPFNOSUPPORT: return 46;
    case EAFNOSUPPORT: return 47;
    case EADDRINUSE: return 48;
    case EADDRNOTAVAIL: return 49;
    case ENETDOWN: return 50;
    case ENETUNREACH: return 51;
    case ENETRESET: return 52;
    case ECONNABORTED: return 53;
    case ECONNRESET: return 54;
    case ENOBUFS: return 55;
    case EISCONN: return 56;
    case ENOTCONN: return 57;
    case ESHUTDOWN: return 58;
    case ETOOMANYREFS: return 59;
    case ETIMEDOUT: return 60;
    case ECONNREFUSED: return 61;
    case ELOOP: return 62;
    case ENAMETOOLONG: return 63;
    case EHOSTDOWN: return 64;
    case EHOSTUNREACH: return 65;
    case ENOTEMPTY: return 66;
    case EUSERS: return 68;
    case EDQUOT: return 69;
    case ESTALE: return 70;
    case ENOLCK: return 77;
    case ENOSYS: return 78;
    case EIDRM: return 82;
    case ENOMSG: return 83;
    case EOVERFLOW: return 84;
    case ECANCELED: return 85;
    case EILSEQ: return 86;
    case ENODATA: return 87;  // ENOATTR
    case EBADMSG: return 89;
    case EMULTIHOP: return 90;
    case ENOLINK: return 91;
    case EPROTO: return 92;
    case EOWNERDEAD: return 96;
    case ENOTRECOVERABLE: return 95;
    case EDEADLK: return 11;
    default: return freebsd_eio;
  }
}

}  // namespace

u32 guest_error_of(abi::System system, int host_error) {
  return system == abi::System::freebsd ? freebsd_error_of(host_error) : static_cast<u32>(host_error);
}

}  // namespace sigtape::outside

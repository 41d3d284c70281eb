// Fields of the Linux/ARM network and IPC structures.
#include "core/abi/layout_notation.h"
#include "core/abi/linux/flags.h"
#include "core/abi/linux/layouts.h"
#include "core/abi/linux/structs_ipc.h"
#include "core/abi/linux/structs_net.h"

#define FIELD SIGTAPE_FIELD

namespace sigtape::abi::linux_eabi::layout {
using notation::layout_of;
using notation::portable;
namespace {

constexpr Field msghdr_fields[] = {FIELD(Msghdr, name, "msg_name", Show::address),
                                   FIELD(Msghdr, namelen, "msg_namelen", Show::unsigned_),
                                   FIELD(Msghdr, iov, "msg_iov", Show::address),
                                   FIELD(Msghdr, iovlen, "msg_iovlen", Show::unsigned_),
                                   FIELD(Msghdr, control, "msg_control", Show::address),
                                   FIELD(Msghdr, controllen, "msg_controllen", Show::unsigned_),
                                   FIELD(Msghdr, flags, "msg_flags", Show::flags, message_flags)};
constexpr Field mmsghdr_fields[] = {FIELD(Mmsghdr, hdr, "msg_hdr", msghdr),
                                    FIELD(Mmsghdr, len, "msg_len", Show::unsigned_)};
constexpr Field cmsghdr_fields[] = {FIELD(Cmsghdr, len, "cmsg_len", Show::unsigned_),
                                    FIELD(Cmsghdr, level, "cmsg_level", Show::choice, socket_levels),
                                    FIELD(Cmsghdr, type, "cmsg_type", Show::decimal)};
constexpr Field linger_fields[] = {FIELD(Linger, onoff, "l_onoff", Show::decimal),
                                   FIELD(Linger, linger, "l_linger", Show::decimal)};
constexpr Field ucred_fields[] = {FIELD(Ucred, pid, "pid", Show::decimal), FIELD(Ucred, uid, "uid", Show::unsigned_),
                                  FIELD(Ucred, gid, "gid", Show::unsigned_)};
constexpr Field sockaddr_in_fields[] = {FIELD(SockaddrIn, family, "sin_family", Show::choice, address_families),
                                        FIELD(SockaddrIn, port, "sin_port", Show::port),
                                        FIELD(SockaddrIn, addr, "sin_addr", Show::ipv4)};
constexpr Field sockaddr_in6_fields[] = {
    FIELD(SockaddrIn6, family, "sin6_family", Show::choice, address_families),
    FIELD(SockaddrIn6, port, "sin6_port", Show::port), FIELD(SockaddrIn6, flowinfo, "sin6_flowinfo", Show::hidden),
    FIELD(SockaddrIn6, addr, "sin6_addr", Show::ipv6), FIELD(SockaddrIn6, scope_id, "sin6_scope_id", Show::unsigned_)};
constexpr Field sockaddr_un_fields[] = {FIELD(SockaddrUn, family, "sun_family", Show::choice, address_families),
                                        FIELD(SockaddrUn, path, "sun_path", Show::text)};
constexpr Field sockaddr_nl_fields[] = {FIELD(SockaddrNl, family, "nl_family", Show::choice, address_families),
                                        FIELD(SockaddrNl, pid, "nl_pid", Show::unsigned_),
                                        FIELD(SockaddrNl, groups, "nl_groups", Show::hex)};
constexpr Field sockaddr_ll_fields[] = {FIELD(SockaddrLl, family, "sll_family", Show::choice, address_families),
                                        FIELD(SockaddrLl, protocol, "sll_protocol", Show::port),
                                        FIELD(SockaddrLl, ifindex, "sll_ifindex", Show::decimal),
                                        FIELD(SockaddrLl, hatype, "sll_hatype", Show::unsigned_),
                                        FIELD(SockaddrLl, pkttype, "sll_pkttype", Show::unsigned_),
                                        FIELD(SockaddrLl, halen, "sll_halen", Show::unsigned_),
                                        FIELD(SockaddrLl, addr, "sll_addr", Show::raw)};
constexpr Field sockaddr_vm_fields[] = {FIELD(SockaddrVm, family, "svm_family", Show::choice, address_families),
                                        FIELD(SockaddrVm, port, "svm_port", Show::unsigned_),
                                        FIELD(SockaddrVm, cid, "svm_cid", Show::unsigned_)};
constexpr Field ifmap_fields[] = {
    FIELD(Ifmap, mem_start, "mem_start", Show::hex), FIELD(Ifmap, mem_end, "mem_end", Show::hex),
    FIELD(Ifmap, base_addr, "base_addr", Show::hex), FIELD(Ifmap, irq, "irq", Show::unsigned_),
    FIELD(Ifmap, dma, "dma", Show::unsigned_),       FIELD(Ifmap, port, "port", Show::unsigned_)};
// ifreq has one layout for each member of its union.
constexpr Field ifreq_address_fields[] = {FIELD(Ifreq, name, "ifr_name", Show::text),
                                          FIELD(Ifreq, address, "ifr_addr", Show::raw)};
constexpr Field ifreq_flags_fields[] = {FIELD(Ifreq, name, "ifr_name", Show::text),
                                        FIELD(Ifreq, flags, "ifr_flags", Show::hex)};
constexpr Field ifreq_value_fields[] = {FIELD(Ifreq, name, "ifr_name", Show::text),
                                        FIELD(Ifreq, ivalue, "ifr_ifindex", Show::decimal)};
constexpr Field ifreq_map_fields[] = {FIELD(Ifreq, name, "ifr_name", Show::text), FIELD(Ifreq, map, "ifr_map", ifmap)};
constexpr Field ifreq_name_fields[] = {FIELD(Ifreq, name, "ifr_name", Show::text),
                                       FIELD(Ifreq, other_name, "ifr_newname", Show::text)};
constexpr Field ifreq_data_fields[] = {FIELD(Ifreq, name, "ifr_name", Show::text),
                                       FIELD(Ifreq, data, "ifr_data", Show::address)};
constexpr Field ifconf_fields[] = {FIELD(Ifconf, len, "ifc_len", Show::decimal),
                                   FIELD(Ifconf, req, "ifc_req", Show::address)};
constexpr Field in_mreq_fields[] = {FIELD(InMreq, multiaddr, "imr_multiaddr", Show::ipv4),
                                    FIELD(InMreq, interface_, "imr_interface", Show::ipv4)};
constexpr Field in_mreqn_fields[] = {FIELD(InMreqn, multiaddr, "imr_multiaddr", Show::ipv4),
                                     FIELD(InMreqn, address, "imr_address", Show::ipv4),
                                     FIELD(InMreqn, ifindex, "imr_ifindex", Show::decimal)};
constexpr Field ipv6_mreq_fields[] = {FIELD(Ipv6Mreq, multiaddr, "ipv6mr_multiaddr", Show::ipv6),
                                      FIELD(Ipv6Mreq, ifindex, "ipv6mr_ifindex", Show::decimal)};
constexpr Field sock_fprog_fields[] = {FIELD(SockFprog, len, "len", Show::unsigned_),
                                       FIELD(SockFprog, filter, "filter", Show::address)};
constexpr Field sock_filter_fields[] = {
    FIELD(SockFilter, code, "code", Show::hex), FIELD(SockFilter, jt, "jt", Show::unsigned_),
    FIELD(SockFilter, jf, "jf", Show::unsigned_), FIELD(SockFilter, k, "k", Show::hex)};

constexpr Field ipc_perm_fields[] = {
    FIELD(Ipc64Perm, key, "key", Show::hex),         FIELD(Ipc64Perm, uid, "uid", Show::unsigned_),
    FIELD(Ipc64Perm, gid, "gid", Show::unsigned_),   FIELD(Ipc64Perm, cuid, "cuid", Show::unsigned_),
    FIELD(Ipc64Perm, cgid, "cgid", Show::unsigned_), FIELD(Ipc64Perm, mode, "mode", Show::octal),
    FIELD(Ipc64Perm, seq, "seq", Show::unsigned_)};
constexpr Field semid_ds_fields[] = {FIELD(Semid64Ds, perm, "sem_perm", ipc_perm),
                                     FIELD(Semid64Ds, otime, "sem_otime", Show::unsigned_),
                                     FIELD(Semid64Ds, otime_high, "sem_otime_high", Show::hidden),
                                     FIELD(Semid64Ds, ctime, "sem_ctime", Show::unsigned_),
                                     FIELD(Semid64Ds, ctime_high, "sem_ctime_high", Show::hidden),
                                     FIELD(Semid64Ds, nsems, "sem_nsems", Show::unsigned_)};
constexpr Field msqid_ds_fields[] = {FIELD(Msqid64Ds, perm, "msg_perm", ipc_perm),
                                     FIELD(Msqid64Ds, stime, "msg_stime", Show::unsigned_),
                                     FIELD(Msqid64Ds, rtime, "msg_rtime", Show::unsigned_),
                                     FIELD(Msqid64Ds, ctime, "msg_ctime", Show::unsigned_),
                                     FIELD(Msqid64Ds, cbytes, "msg_cbytes", Show::unsigned_),
                                     FIELD(Msqid64Ds, qnum, "msg_qnum", Show::unsigned_),
                                     FIELD(Msqid64Ds, qbytes, "msg_qbytes", Show::unsigned_),
                                     FIELD(Msqid64Ds, lspid, "msg_lspid", Show::decimal),
                                     FIELD(Msqid64Ds, lrpid, "msg_lrpid", Show::decimal)};
constexpr Field shmid_ds_fields[] = {
    FIELD(Shmid64Ds, perm, "shm_perm", ipc_perm),          FIELD(Shmid64Ds, segsz, "shm_segsz", Show::unsigned_),
    FIELD(Shmid64Ds, atime, "shm_atime", Show::unsigned_), FIELD(Shmid64Ds, dtime, "shm_dtime", Show::unsigned_),
    FIELD(Shmid64Ds, ctime, "shm_ctime", Show::unsigned_), FIELD(Shmid64Ds, cpid, "shm_cpid", Show::decimal),
    FIELD(Shmid64Ds, lpid, "shm_lpid", Show::decimal),     FIELD(Shmid64Ds, nattch, "shm_nattch", Show::unsigned_)};
constexpr Field shminfo_fields[] = {
    FIELD(Shminfo64, shmmax, "shmmax", Show::unsigned_), FIELD(Shminfo64, shmmin, "shmmin", Show::unsigned_),
    FIELD(Shminfo64, shmmni, "shmmni", Show::unsigned_), FIELD(Shminfo64, shmseg, "shmseg", Show::unsigned_),
    FIELD(Shminfo64, shmall, "shmall", Show::unsigned_)};
constexpr Field shm_info_fields[] = {FIELD(ShmInfo, used_ids, "used_ids", Show::decimal),
                                     FIELD(ShmInfo, shm_tot, "shm_tot", Show::unsigned_),
                                     FIELD(ShmInfo, shm_rss, "shm_rss", Show::unsigned_),
                                     FIELD(ShmInfo, shm_swp, "shm_swp", Show::unsigned_),
                                     FIELD(ShmInfo, swap_attempts, "swap_attempts", Show::unsigned_),
                                     FIELD(ShmInfo, swap_successes, "swap_successes", Show::unsigned_)};
constexpr Field seminfo_fields[] = {
    FIELD(Seminfo, semmap, "semmap", Show::decimal), FIELD(Seminfo, semmni, "semmni", Show::decimal),
    FIELD(Seminfo, semmns, "semmns", Show::decimal), FIELD(Seminfo, semmnu, "semmnu", Show::decimal),
    FIELD(Seminfo, semmsl, "semmsl", Show::decimal), FIELD(Seminfo, semopm, "semopm", Show::decimal),
    FIELD(Seminfo, semume, "semume", Show::decimal), FIELD(Seminfo, semusz, "semusz", Show::decimal),
    FIELD(Seminfo, semvmx, "semvmx", Show::decimal), FIELD(Seminfo, semaem, "semaem", Show::decimal)};
constexpr Field msginfo_fields[] = {
    FIELD(Msginfo, msgpool, "msgpool", Show::decimal), FIELD(Msginfo, msgmap, "msgmap", Show::decimal),
    FIELD(Msginfo, msgmax, "msgmax", Show::decimal),   FIELD(Msginfo, msgmnb, "msgmnb", Show::decimal),
    FIELD(Msginfo, msgmni, "msgmni", Show::decimal),   FIELD(Msginfo, msgssz, "msgssz", Show::decimal),
    FIELD(Msginfo, msgtql, "msgtql", Show::decimal),   FIELD(Msginfo, msgseg, "msgseg", Show::unsigned_)};
constexpr Field sembuf_fields[] = {FIELD(Sembuf, num, "sem_num", Show::unsigned_),
                                   FIELD(Sembuf, op, "sem_op", Show::decimal),
                                   FIELD(Sembuf, flg, "sem_flg", Show::flags, semop_flags)};
constexpr Field mq_attr_fields[] = {
    FIELD(MqAttr, flags, "mq_flags", Show::flags, open_flags), FIELD(MqAttr, maxmsg, "mq_maxmsg", Show::decimal),
    FIELD(MqAttr, msgsize, "mq_msgsize", Show::decimal), FIELD(MqAttr, curmsgs, "mq_curmsgs", Show::decimal)};

}  // namespace

constinit const Layout msghdr = layout_of<Msghdr>("struct user_msghdr", msghdr_fields);
constinit const Layout mmsghdr = layout_of<Mmsghdr>("struct mmsghdr", mmsghdr_fields);
constinit const Layout cmsghdr = layout_of<Cmsghdr>("struct cmsghdr", cmsghdr_fields);
constinit const Layout linger = layout_of<Linger>("struct linger", linger_fields, portable);
constinit const Layout ucred = layout_of<Ucred>("struct ucred", ucred_fields, portable);
constinit const Layout sockaddr_in = layout_of<SockaddrIn>("struct sockaddr_in", sockaddr_in_fields, portable);
constinit const Layout sockaddr_in6 = layout_of<SockaddrIn6>("struct sockaddr_in6", sockaddr_in6_fields, portable);
constinit const Layout sockaddr_un = layout_of<SockaddrUn>("struct sockaddr_un", sockaddr_un_fields, portable);
constinit const Layout sockaddr_nl = layout_of<SockaddrNl>("struct sockaddr_nl", sockaddr_nl_fields, portable);
constinit const Layout sockaddr_ll = layout_of<SockaddrLl>("struct sockaddr_ll", sockaddr_ll_fields, portable);
constinit const Layout sockaddr_vm = layout_of<SockaddrVm>("struct sockaddr_vm", sockaddr_vm_fields, portable);
constinit const Layout ifmap = layout_of<Ifmap>("struct ifmap", ifmap_fields);
constinit const Layout ifreq_address = layout_of<Ifreq>("struct ifreq", ifreq_address_fields);
constinit const Layout ifreq_flags = layout_of<Ifreq>("struct ifreq", ifreq_flags_fields);
constinit const Layout ifreq_value = layout_of<Ifreq>("struct ifreq", ifreq_value_fields);
constinit const Layout ifreq_map = layout_of<Ifreq>("struct ifreq", ifreq_map_fields);
constinit const Layout ifreq_name = layout_of<Ifreq>("struct ifreq", ifreq_name_fields);
constinit const Layout ifreq_data = layout_of<Ifreq>("struct ifreq", ifreq_data_fields);
constinit const Layout ifconf = layout_of<Ifconf>("struct ifconf", ifconf_fields);
constinit const Layout in_mreq = layout_of<InMreq>("struct ip_mreq", in_mreq_fields, portable);
constinit const Layout in_mreqn = layout_of<InMreqn>("struct ip_mreqn", in_mreqn_fields, portable);
constinit const Layout ipv6_mreq = layout_of<Ipv6Mreq>("struct ipv6_mreq", ipv6_mreq_fields, portable);
constinit const Layout sock_fprog = layout_of<SockFprog>("struct sock_fprog", sock_fprog_fields);
constinit const Layout sock_filter = layout_of<SockFilter>("struct sock_filter", sock_filter_fields, portable);
constinit const Layout ipc_perm = layout_of<Ipc64Perm>("struct ipc64_perm", ipc_perm_fields);
constinit const Layout semid_ds = layout_of<Semid64Ds>("struct semid64_ds", semid_ds_fields);
constinit const Layout msqid_ds = layout_of<Msqid64Ds>("struct msqid64_ds", msqid_ds_fields);
constinit const Layout shmid_ds = layout_of<Shmid64Ds>("struct shmid64_ds", shmid_ds_fields);
constinit const Layout shminfo = layout_of<Shminfo64>("struct shminfo64", shminfo_fields);
constinit const Layout shm_info = layout_of<ShmInfo>("struct shm_info", shm_info_fields);
constinit const Layout seminfo = layout_of<Seminfo>("struct seminfo", seminfo_fields, portable);
constinit const Layout msginfo = layout_of<Msginfo>("struct msginfo", msginfo_fields, portable);
constinit const Layout sembuf = layout_of<Sembuf>("struct sembuf", sembuf_fields, portable);
constinit const Layout mq_attr = layout_of<MqAttr>("struct mq_attr", mq_attr_fields);

}  // namespace sigtape::abi::linux_eabi::layout

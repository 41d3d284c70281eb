// Fields of the FreeBSD/armv7 structures: signals, frames, threads.
#include "core/abi/freebsd/flags.h"
#include "core/abi/freebsd/layouts.h"
#include "core/abi/freebsd/structs.h"
#include "core/abi/layout_notation.h"

#define FIELD SIGTAPE_FIELD

namespace sigtape::abi::freebsd::layout {
using notation::layout_of;
namespace {

constexpr Field sigset_fields[] = {{.size = 16, .show = Show::signal_set}};
constexpr Field sigaction_fields[] = {FIELD(Sigaction, handler, "__sigaction_u", Show::address),
                                      FIELD(Sigaction, flags, "sa_flags", Show::flags, sigaction_flags),
                                      FIELD(Sigaction, mask, "sa_mask", Show::signal_set)};
constexpr Field stack_fields[] = {FIELD(StackT, sp, "ss_sp", Show::address),
                                  FIELD(StackT, size, "ss_size", Show::unsigned_),
                                  FIELD(StackT, flags, "ss_flags", Show::flags, altstack_flags)};
constexpr Field siginfo_fields[] = {FIELD(Siginfo, signo, "si_signo", Show::signal),
                                    FIELD(Siginfo, error, "si_errno", Show::errno_),
                                    FIELD(Siginfo, code, "si_code", Show::choice, siginfo_codes),
                                    FIELD(Siginfo, pid, "si_pid", Show::decimal),
                                    FIELD(Siginfo, uid, "si_uid", Show::unsigned_),
                                    FIELD(Siginfo, status, "si_status", Show::decimal),
                                    FIELD(Siginfo, address, "si_addr", Show::address),
                                    FIELD(Siginfo, value, "si_value", Show::hex),
                                    FIELD(Siginfo, reason, "_reason", Show::decimal)};
constexpr Field sigevent_fields[] = {FIELD(Sigevent, notify, "sigev_notify", Show::choice, sigevent_notify),
                                     FIELD(Sigevent, signo, "sigev_signo", Show::signal),
                                     FIELD(Sigevent, value, "sigev_value", Show::hex),
                                     FIELD(Sigevent, thread_id, "_sigev_un", Show::decimal)};
constexpr Field mcontext_fields[] = {
    FIELD(Mcontext, gregs, "__gregs", Show::hex), FIELD(Mcontext, vfp_size, "mc_vfp_size", Show::unsigned_),
    FIELD(Mcontext, vfp_ptr, "mc_vfp_ptr", Show::address), FIELD(Mcontext, spare, "mc_spare", Show::hidden)};
constexpr Field mcontext_vfp_fields[] = {FIELD(McontextVfp, regs, "mcv_reg", Show::hex),
                                         FIELD(McontextVfp, fpscr, "mcv_fpscr", Show::hex)};
constexpr Field ucontext_fields[] = {FIELD(Ucontext, sigmask, "uc_sigmask", Show::signal_set),
                                     FIELD(Ucontext, mcontext, "uc_mcontext", mcontext),
                                     FIELD(Ucontext, link, "uc_link", Show::address),
                                     FIELD(Ucontext, stack, "uc_stack", layout::stack),
                                     FIELD(Ucontext, flags, "uc_flags", Show::hex),
                                     FIELD(Ucontext, spare, "__spare__", Show::hidden)};
constexpr Field sigframe_fields[] = {FIELD(Sigframe, si, "sf_si", siginfo), FIELD(Sigframe, uc, "sf_uc", ucontext),
                                     FIELD(Sigframe, vfp, "sf_vfp", mcontext_vfp)};
constexpr Field thr_param_fields[] = {FIELD(ThrParam, start_func, "start_func", Show::address),
                                      FIELD(ThrParam, arg, "arg", Show::address),
                                      FIELD(ThrParam, stack_base, "stack_base", Show::address),
                                      FIELD(ThrParam, stack_size, "stack_size", Show::unsigned_),
                                      FIELD(ThrParam, tls_base, "tls_base", Show::address),
                                      FIELD(ThrParam, tls_size, "tls_size", Show::unsigned_),
                                      FIELD(ThrParam, child_tid, "child_tid", Show::address),
                                      FIELD(ThrParam, parent_tid, "parent_tid", Show::address),
                                      FIELD(ThrParam, flags, "flags", Show::flags, thread_flags),
                                      FIELD(ThrParam, rtp, "rtp", Show::address),
                                      FIELD(ThrParam, spare, "spare", Show::hidden)};
constexpr Field umtx_time_fields[] = {FIELD(UmtxTime, timeout, "_timeout", timespec),
                                      FIELD(UmtxTime, flags, "_flags", Show::flags, umtx_time_flags),
                                      FIELD(UmtxTime, clockid, "_clockid", Show::choice, clocks)};
constexpr Field umutex_fields[] = {
    FIELD(Umutex, owner, "m_owner", Show::hex), FIELD(Umutex, flags, "m_flags", Show::flags, mutex_flags),
    FIELD(Umutex, ceilings, "m_ceilings", Show::unsigned_), FIELD(Umutex, rb_lnk, "m_rb_lnk", Show::hex),
    FIELD(Umutex, spare, "m_spare", Show::hidden)};
constexpr Field ucond_fields[] = {FIELD(Ucond, has_waiters, "c_has_waiters", Show::unsigned_),
                                  FIELD(Ucond, flags, "c_flags", Show::flags, mutex_flags),
                                  FIELD(Ucond, clockid, "c_clockid", Show::choice, clocks),
                                  FIELD(Ucond, spare, "c_spare", Show::hidden)};
constexpr Field urwlock_fields[] = {FIELD(Urwlock, state, "rw_state", Show::hex),
                                    FIELD(Urwlock, flags, "rw_flags", Show::flags, mutex_flags),
                                    FIELD(Urwlock, blocked_readers, "rw_blocked_readers", Show::unsigned_),
                                    FIELD(Urwlock, blocked_writers, "rw_blocked_writers", Show::unsigned_),
                                    FIELD(Urwlock, spare, "rw_spare", Show::hidden)};
constexpr Field usem_fields[] = {FIELD(Usem, has_waiters, "_has_waiters", Show::unsigned_),
                                 FIELD(Usem, count, "_count", Show::unsigned_),
                                 FIELD(Usem, flags, "_flags", Show::flags, mutex_flags)};
constexpr Field usem2_fields[] = {FIELD(Usem2, count, "_count", Show::hex),
                                  FIELD(Usem2, flags, "_flags", Show::flags, mutex_flags)};
constexpr Field umtx_robust_lists_params_fields[] = {
    FIELD(UmtxRobustListsParams, robust_list_offset, "robust_list_offset", Show::address),
    FIELD(UmtxRobustListsParams, robust_priv_list_offset, "robust_priv_list_offset", Show::address),
    FIELD(UmtxRobustListsParams, robust_inact_offset, "robust_inact_offset", Show::address)};
constexpr Field arm_sync_icache_args_fields[] = {FIELD(ArmSyncIcacheArgs, addr, "addr", Show::address),
                                                 FIELD(ArmSyncIcacheArgs, len, "len", Show::unsigned_)};

}  // namespace

const Layout sigset{"sigset_t", sizeof(Sigset), sigset_fields};
constinit const Layout sigaction = layout_of<Sigaction>("struct sigaction", sigaction_fields);
constinit const Layout stack = layout_of<StackT>("stack_t", stack_fields);
constinit const Layout siginfo = layout_of<Siginfo>("siginfo_t", siginfo_fields);
constinit const Layout sigevent = layout_of<Sigevent>("struct sigevent", sigevent_fields);
constinit const Layout mcontext = layout_of<Mcontext>("mcontext_t", mcontext_fields);
constinit const Layout mcontext_vfp = layout_of<McontextVfp>("mcontext_vfp_t", mcontext_vfp_fields);
constinit const Layout ucontext = layout_of<Ucontext>("ucontext_t", ucontext_fields);
constinit const Layout sigframe = layout_of<Sigframe>("struct sigframe", sigframe_fields);
constinit const Layout thr_param = layout_of<ThrParam>("struct thr_param", thr_param_fields);
constinit const Layout umtx_time = layout_of<UmtxTime>("struct _umtx_time", umtx_time_fields);
constinit const Layout umutex = layout_of<Umutex>("struct umutex", umutex_fields);
constinit const Layout ucond = layout_of<Ucond>("struct ucond", ucond_fields);
constinit const Layout urwlock = layout_of<Urwlock>("struct urwlock", urwlock_fields);
constinit const Layout usem = layout_of<Usem>("struct _usem", usem_fields);
constinit const Layout usem2 = layout_of<Usem2>("struct _usem2", usem2_fields);
constinit const Layout umtx_robust_lists_params =
    layout_of<UmtxRobustListsParams>("struct umtx_robust_lists_params", umtx_robust_lists_params_fields);
constinit const Layout arm_sync_icache_args =
    layout_of<ArmSyncIcacheArgs>("struct arm_sync_icache_args", arm_sync_icache_args_fields);

}  // namespace sigtape::abi::freebsd::layout

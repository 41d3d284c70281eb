// Fields of the Linux/ARM signal structures; siginfo's union is print_siginfo.cpp's.
#include "core/abi/layout_notation.h"
#include "core/abi/linux/flags.h"
#include "core/abi/linux/layouts.h"
#include "core/abi/linux/structs_signal.h"

#define FIELD SIGTAPE_FIELD

namespace sigtape::abi::linux_eabi::layout {
using notation::layout_of;
using notation::portable;
namespace {

constexpr Field sigset_fields[] = {{.size = 8, .show = Show::signal_set}};
constexpr Field sigaction_old_fields[] = {FIELD(SigactionOld, handler, "sa_handler", Show::address),
                                          FIELD(SigactionOld, mask, "sa_mask", Show::signal_set),
                                          FIELD(SigactionOld, flags, "sa_flags", Show::flags, sigaction_flags),
                                          FIELD(SigactionOld, restorer, "sa_restorer", Show::address)};
constexpr Field sigaction_fields[] = {FIELD(Sigaction, handler, "sa_handler", Show::address),
                                      FIELD(Sigaction, flags, "sa_flags", Show::flags, sigaction_flags),
                                      FIELD(Sigaction, restorer, "sa_restorer", Show::address),
                                      FIELD(Sigaction, mask, "sa_mask", Show::signal_set)};
constexpr Field stack_fields[] = {FIELD(StackT, sp, "ss_sp", Show::address),
                                  FIELD(StackT, flags, "ss_flags", Show::flags, altstack_flags),
                                  FIELD(StackT, size, "ss_size", Show::unsigned_)};
constexpr Field sigevent_fields[] = {FIELD(Sigevent, value, "sigev_value", Show::hex),
                                     FIELD(Sigevent, signo, "sigev_signo", Show::signal),
                                     FIELD(Sigevent, notify, "sigev_notify", Show::choice, sigevent_notify),
                                     FIELD(Sigevent, tid, "sigev_notify_thread_id", Show::decimal)};
constexpr Field siginfo_fields[] = {FIELD(Siginfo, header.signo, "si_signo", Show::signal),
                                    FIELD(Siginfo, header.error, "si_errno", Show::errno_),
                                    FIELD(Siginfo, header.code, "si_code", Show::choice, siginfo_codes)};
constexpr Field signalfd_siginfo_fields[] = {FIELD(SignalfdSiginfo, signo, "ssi_signo", Show::signal),
                                             FIELD(SignalfdSiginfo, code, "ssi_code", Show::choice, siginfo_codes),
                                             FIELD(SignalfdSiginfo, pid, "ssi_pid", Show::unsigned_),
                                             FIELD(SignalfdSiginfo, uid, "ssi_uid", Show::unsigned_),
                                             FIELD(SignalfdSiginfo, fd, "ssi_fd", Show::decimal),
                                             FIELD(SignalfdSiginfo, tid, "ssi_tid", Show::unsigned_),
                                             FIELD(SignalfdSiginfo, band, "ssi_band", Show::unsigned_),
                                             FIELD(SignalfdSiginfo, overrun, "ssi_overrun", Show::unsigned_),
                                             FIELD(SignalfdSiginfo, trapno, "ssi_trapno", Show::unsigned_),
                                             FIELD(SignalfdSiginfo, status, "ssi_status", Show::decimal),
                                             FIELD(SignalfdSiginfo, value_int, "ssi_int", Show::decimal),
                                             FIELD(SignalfdSiginfo, value_ptr, "ssi_ptr", Show::hex),
                                             FIELD(SignalfdSiginfo, utime, "ssi_utime", Show::unsigned_),
                                             FIELD(SignalfdSiginfo, stime, "ssi_stime", Show::unsigned_),
                                             FIELD(SignalfdSiginfo, address, "ssi_addr", Show::hex)};
constexpr Field sigcontext_fields[] = {FIELD(Sigcontext, trap_no, "trap_no", Show::unsigned_),
                                       FIELD(Sigcontext, error_code, "error_code", Show::hex),
                                       FIELD(Sigcontext, oldmask, "oldmask", Show::hex),
                                       FIELD(Sigcontext, r, "arm_r0", Show::hex),
                                       FIELD(Sigcontext, cpsr, "arm_cpsr", Show::hex),
                                       FIELD(Sigcontext, fault_address, "fault_address", Show::hex)};
constexpr Field vfp_frame_fields[] = {
    FIELD(VfpFrame, magic, "magic", Show::hex), FIELD(VfpFrame, size, "size", Show::unsigned_),
    FIELD(VfpFrame, fpregs, "fpregs", Show::hex), FIELD(VfpFrame, fpscr, "fpscr", Show::hex)};
constexpr Field ucontext_fields[] = {FIELD(Ucontext, flags, "uc_flags", Show::hex),
                                     FIELD(Ucontext, link, "uc_link", Show::address),
                                     FIELD(Ucontext, stack, "uc_stack", layout::stack),
                                     FIELD(Ucontext, mcontext, "uc_mcontext", sigcontext),
                                     FIELD(Ucontext, sigmask, "uc_sigmask", Show::signal_set),
                                     FIELD(Ucontext, regspace, "uc_regspace", Show::hidden)};
constexpr Field sigframe_fields[] = {FIELD(Sigframe, uc, "uc", ucontext),
                                     FIELD(Sigframe, retcode, "retcode", Show::hex)};
constexpr Field rt_sigframe_fields[] = {FIELD(RtSigframe, info, "info", siginfo),
                                        FIELD(RtSigframe, sig, "sig", sigframe)};

}  // namespace

const Layout sigset{"sigset_t", 8, sigset_fields, true};
constinit const Layout sigaction_old = layout_of<SigactionOld>("struct sigaction", sigaction_old_fields);
constinit const Layout sigaction = layout_of<Sigaction>("kernel's struct sigaction", sigaction_fields);
constinit const Layout stack = layout_of<StackT>("stack_t", stack_fields);
constinit const Layout sigevent = layout_of<Sigevent>("struct sigevent", sigevent_fields);
constinit const Layout siginfo = layout_of<Siginfo>("siginfo_t", siginfo_fields);
constinit const Layout signalfd_siginfo =
    layout_of<SignalfdSiginfo>("struct signalfd_siginfo", signalfd_siginfo_fields, portable);
constinit const Layout sigcontext = layout_of<Sigcontext>("struct sigcontext", sigcontext_fields);
constinit const Layout vfp_frame = layout_of<VfpFrame>("struct vfp_sigframe", vfp_frame_fields);
constinit const Layout ucontext = layout_of<Ucontext>("ucontext_t", ucontext_fields);
constinit const Layout sigframe = layout_of<Sigframe>("struct sigframe", sigframe_fields);
constinit const Layout rt_sigframe = layout_of<RtSigframe>("struct rt_sigframe", rt_sigframe_fields);

}  // namespace sigtape::abi::linux_eabi::layout

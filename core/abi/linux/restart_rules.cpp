// Linux' restart classes by call, descriptor and condition.
// As read in Linux 6.1.192; `tried` ones on Linux 6.18 (amd64 and i386).
#include "core/abi/linux/restart_rules.h"

namespace sigtape::abi::linux_eabi {
namespace {

using enum Restart;
constexpr Object any = Object::any;
constexpr Condition none = Condition::none;
constexpr bool tried = true;

constexpr std::string_view read_calls = "read readv preadv2";
constexpr std::string_view write_calls = "write writev pwritev2";
constexpr std::string_view open_calls = "open openat openat2 creat open_by_handle_at";
constexpr std::string_view receive_calls = "recv recvfrom recvmsg recvmmsg recvmmsg_time64 read readv preadv2";
constexpr std::string_view send_calls = "send sendto sendmsg sendmmsg write writev pwritev2 sendfile sendfile64";
constexpr std::string_view receive_source =
    "include/net/sock.h:2749, net/core/datagram.c:125, net/ipv4/tcp.c:2595, net/unix/af_unix.c:2870";
constexpr std::string_view send_source =
    "include/net/sock.h:2749, net/core/sock.c:2793, net/core/stream.c:71, net/unix/af_unix.c:2063";
constexpr std::string_view nothing_read = "nothing read yet; else the count so far is the result";
constexpr std::string_view nothing_written = "nothing written yet; else the count so far is the result";
constexpr std::string_view stop_too = "also after SIGSTOP and SIGCONT, without any handler";

constexpr RestartRule rules[] = {
    // --- descriptors
    {read_calls, "", Object::pipe, none, if_sa_restart, nothing_read, "fs/pipe.c:379", tried},
    {write_calls, "", Object::pipe, none, if_sa_restart, nothing_written, "fs/pipe.c:562", tried},
    {open_calls, "", Object::pipe, none, if_sa_restart, "a FIFO: waiting for its other end", "fs/pipe.c:1092,1209,1215",
     tried},
    {open_calls, "", Object::terminal, none, if_sa_restart, "waiting for carrier",
     "drivers/tty/tty_io.c:2073,2157, drivers/tty/tty_port.c:588"},
    {open_calls, "", Object::nfs, none, if_sa_restart, "fatal signals only", "fs/nfs/inode.c:81"},
    {read_calls, "", Object::terminal, none, if_sa_restart,
     "nothing read yet; also where a background process group is sent SIGTTIN",
     "drivers/tty/n_tty.c:2199,2259, drivers/tty/tty_jobctrl.c:58", tried},
    {write_calls, "", Object::terminal, none, if_sa_restart,
     "nothing written yet; also where a background process group is sent SIGTTOU",
     "drivers/tty/n_tty.c:2368, drivers/tty/tty_io.c:950,1035, drivers/tty/tty_jobctrl.c:58", tried},
    {"ioctl", "", any, none, if_sa_restart,
     "a terminal that drains or is in the background; other drivers may choose EINTR",
     "drivers/tty/tty_jobctrl.c:58, drivers/tty/tty_ioctl.c:529"},
    {read_calls, "", Object::eventfd, none, if_sa_restart, "the counter is zero", "fs/eventfd.c:251", tried},
    {write_calls, "", Object::eventfd, none, if_sa_restart, "the counter would overflow", "fs/eventfd.c:299"},
    {read_calls, "", Object::timerfd, none, if_sa_restart, "not expired", "fs/timerfd.c:278", tried},
    {read_calls, "", Object::signalfd, none, if_sa_restart, "no signal pending", "fs/signalfd.c:182", tried},
    {read_calls, "", Object::inotify, none, if_sa_restart, "no event queued", "fs/notify/inotify/inotify_user.c:286",
     tried},
    {read_calls, "", Object::fanotify, none, if_sa_restart, "no event queued",
     "fs/notify/fanotify/fanotify_user.c:775"},
    {read_calls, "", Object::userfaultfd, none, if_sa_restart, "no event", "fs/userfaultfd.c:1140"},
    {read_calls, "", Object::kernel_log, none, if_sa_restart, "no record", "kernel/printk/printk.c:748"},
    {read_calls, "", Object::random_device, none, if_sa_restart, "the pool is not ready", "drivers/char/random.c:135"},
    {read_calls, "", Object::fuse, none, never, "the file's server answers EINTR to its interrupt request",
     "fs/fuse/dev.c:372-410"},
    {"read readv preadv2 write writev pwritev2 fsync", "", Object::regular_file, none, not_interruptible,
     "a file on a local disk", "man 7 signal"},
    {"splice tee vmsplice sendfile sendfile64", "", Object::pipe, none, if_sa_restart, "nothing moved yet",
     "fs/splice.c:474,488,1022,1403,1448", tried},
    {"splice tee vmsplice", "", any, none, if_sa_restart, "nothing moved yet", "fs/splice.c:474,488,1022,1403,1448",
     tried},
    {"flock", "", any, none, if_sa_restart, "waiting for the lock", "fs/locks.c:2037", tried},
    {"fcntl fcntl64", "F_SETLKW F_SETLKW64 F_OFD_SETLKW", any, none, if_sa_restart, "waiting for the lock",
     "fs/locks.c:1352,2328", tried},
    {"close", "", any, none, never, "the descriptor is gone all the same", "fs/open.c:1455-1459"},
    {"getrandom", "", any, none, if_sa_restart, "the pool is not ready", "drivers/char/random.c:135"},
    {"syslog", "", any, none, if_sa_restart, "SYSLOG_ACTION_READ of an empty log", "kernel/printk/printk.c:1526"},

    // --- sockets
    {receive_calls, "", Object::socket, Condition::no_receive_timeout, if_sa_restart, nothing_read, receive_source,
     tried},
    {receive_calls, "", Object::socket, Condition::receive_timeout, never, nothing_read, receive_source, tried},
    {send_calls, "", Object::socket, Condition::no_send_timeout, if_sa_restart, nothing_written, send_source, tried},
    {send_calls, "", Object::socket, Condition::send_timeout, never, nothing_written, send_source, tried},
    {"accept accept4", "", any, Condition::no_receive_timeout, if_sa_restart, "of the listening socket",
     "net/ipv4/inet_connection_sock.c:638, net/core/datagram.c:125", tried},
    {"accept accept4", "", any, Condition::receive_timeout, never, "of the listening socket",
     "net/ipv4/inet_connection_sock.c:638, net/core/datagram.c:125", tried},
    {"connect", "", any, Condition::no_send_timeout, if_sa_restart,
     "the restarted call waits for the connection under way", "net/ipv4/af_inet.c:697, net/unix/af_unix.c:1530", tried},
    {"connect", "", any, Condition::send_timeout, never, "the connection goes on in the background",
     "net/ipv4/af_inet.c:697, net/unix/af_unix.c:1530", tried},

    // --- children and futexes
    {"wait4 waitid", "", any, none, if_sa_restart, "no child is ready", "kernel/exit.c:1633", tried},
    {"futex futex_time64", "FUTEX_WAIT FUTEX_WAIT_BITSET", any, Condition::no_timeout, if_sa_restart, "",
     "kernel/futex/waitwake.c:673", tried},
    {"futex futex_time64", "FUTEX_WAIT FUTEX_WAIT_BITSET", any, Condition::timeout, block, "",
     "kernel/futex/waitwake.c:677-684", tried},
    {"futex futex_time64", "FUTEX_LOCK_PI FUTEX_LOCK_PI2", any, none, always, "with or without a timeout",
     "kernel/futex/pi.c:1081", tried},
    {"futex futex_time64", "FUTEX_WAIT_REQUEUE_PI", any, none, always, "the signal came before the requeue",
     "kernel/futex/requeue.c:733"},
    {"futex_waitv", "", any, none, if_sa_restart, "with or without a timeout", "kernel/futex/waitwake.c:553", tried},

    // --- waiting for several descriptors
    {"_newselect pselect6 pselect6_time64", "", any, none, if_no_handler,
     "the time left is written back, with EINTR too", "fs/select.c:683,301-364", tried},
    {"_newselect pselect6 pselect6_time64", "", any, Condition::exceptional, never,
     "the time left cannot be written back, or the personality has STICKY_TIMEOUTS", "fs/select.c:360-363"},
    {"poll", "", any, none, block, "the block keeps the absolute end", "fs/select.c:1059,1079-1092", tried},
    {"ppoll ppoll_time64", "", any, none, if_no_handler, "the time left is written back", "fs/select.c:936,301-364",
     tried},
    {"epoll_wait epoll_pwait epoll_pwait2", "", any, none, never, stop_too, "fs/eventpoll.c:1858,2354", tried},

    // --- sleeping and waiting for signals
    {"nanosleep", "", any, none, block, "rem is written with EINTR; it may exceed the request by the timer slack",
     "kernel/time/hrtimer.c:2080,2115,2141", tried},
    {"clock_nanosleep clock_nanosleep_time64", "", any, Condition::relative, block, "rem is written with EINTR",
     "kernel/time/hrtimer.c:2080,2115,2141", tried},
    {"clock_nanosleep clock_nanosleep_time64", "", any, Condition::absolute, if_no_handler, "rem is not written",
     "kernel/time/hrtimer.c:2146", tried},
    {"rt_sigtimedwait rt_sigtimedwait_time64", "", any, none, never,
     "a signal outside the set; also after SIGSTOP and SIGCONT", "kernel/signal.c:3646", tried},
    {"pause", "", any, none, if_no_handler, "returns only after a handler ran", "kernel/signal.c:4639", tried},
    {"rt_sigsuspend sigsuspend", "", any, none, if_no_handler,
     "the old mask is put back after the handler's frame is built", "kernel/signal.c:4654", tried},
    {"restart_syscall", "", any, none, block, "EINTR where the thread has no block", "kernel/signal.c:3028-3037"},

    // --- IPC
    {"semop semtimedop semtimedop_time64", "", any, none, never, stop_too, "ipc/sem.c:2160,2213", tried},
    {"msgrcv", "", any, none, if_no_handler, "", "ipc/msg.c:1241", tried},
    {"msgsnd", "", any, none, if_no_handler, "", "ipc/msg.c:930", tried},
    {"mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64", "", any, none, if_sa_restart,
     "the timeout is absolute", "ipc/mqueue.c:744", tried},
    {"add_key request_key", "", any, none, if_sa_restart, "waiting for a key's construction",
     "security/keys/request_key.c:683"},

    // --- processes
    {"fork vfork clone clone3", "", any, none, always, "a signal was pending while the process was copied",
     "kernel/fork.c:2200"},
    {"execve execveat", "", any, none, always, "waiting for the credential guard mutex", "fs/exec.c:1514"},
};

}  // namespace

std::span<const RestartRule> restart_rules() { return rules; }

}  // namespace sigtape::abi::linux_eabi

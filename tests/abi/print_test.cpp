// Calls as text: every kind of argument, results, and values that a hostile guest may pass.
#include "core/abi/print.h"

#include <doctest/doctest.h>

#include <cstring>
#include <map>
#include <vector>

#include "core/abi/linux/structs.h"
#include "core/abi/names.h"
#include "core/abi/print_siginfo.h"
#include "core/base/bytes.h"

using namespace sigtape;
using namespace sigtape::abi;
using namespace sigtape::abi::linux_eabi;

namespace {

// Guest memory of some pieces, and the call that looks at it.
struct Scene {
  std::map<u32, std::vector<u8>> memory;
  std::vector<std::vector<u8>> kept;
  std::vector<GuestWrite> writes;

  template <class T>
  Scene& has(u32 at, const T& value) {
    const auto bytes = bytes_of(value);
    memory[at].assign(bytes.begin(), bytes.end());
    return *this;
  }
  Scene& has_text(u32 at, std::string_view text) {
    memory[at].assign(text.begin(), text.end());
    memory[at].push_back(0);
    return *this;
  }
  template <class T>
  Scene& gets(u32 at, const T& value) {
    const auto bytes = bytes_of(value);
    kept.emplace_back(bytes.begin(), bytes.end());
    writes.push_back({GuestAddr{at}, kept.back()});
    return *this;
  }
  Scene& gets_text(u32 at, std::string_view text) {
    kept.emplace_back(text.begin(), text.end());
    writes.push_back({GuestAddr{at}, kept.back()});
    return *this;
  }
  bool read(GuestAddr from, std::span<u8> into) const {
    for (const auto& [at, bytes] : memory)
      if (from.value >= at && u64{from.value} + into.size() <= u64{at} + bytes.size()) {
        std::memcpy(into.data(), bytes.data() + (from.value - at), into.size());
        return true;
      }
    return false;
  }
  std::string text(u32 number, std::initializer_list<u32> words, const Outcome& outcome) const {
    Call call{.number = number, .row = row_of(System::linux_eabi, number)};
    std::copy(words.begin(), words.end(), call.words.begin());
    const ReadMemory reader = [this](GuestAddr from, std::span<u8> into) { return read(from, into); };
    return text_of_call({call, &outcome, writes, reader});
  }
};

}  // namespace

TEST_CASE("a path, flags and an error are named") {
  Scene s;
  s.has_text(0x1000, "/etc/passwd");
  CHECK(s.text(322, {0xffff'ff9c, 0x1000, 0x80000, 0}, Failed{2}) ==
        "openat(AT_FDCWD, \"/etc/passwd\", O_RDONLY|O_CLOEXEC) = -1 ENOENT (No such file or directory)");
  CHECK(s.text(322, {0xffff'ff9c, 0x1000, 0x241, 0644}, Done{3}) ==
        "openat(AT_FDCWD, \"/etc/passwd\", O_WRONLY|O_CREAT|O_TRUNC, 0644) = 3");
}

TEST_CASE("a buffer read shows what came, a buffer written what went") {
  Scene s;
  s.gets_text(0x2000, "ab\n");
  CHECK(s.text(3, {0, 0x2000, 512}, Done{3}) == "read(0, \"ab\\n\", 512) = 3");
  CHECK(s.text(3, {0, 0x2000, 512}, Failed{11}) ==
        "read(0, 0x2000, 512) = -1 EAGAIN (Resource temporarily unavailable)");
  s.has_text(0x3000, "a string that is longer than the limit of text");
  CHECK(s.text(4, {1, 0x3000, 46}, Done{46}) == "write(1, \"a string that is longer than the\"..., 46) = 46");
  CHECK(s.text(4, {1, 0x9000, 46}, Failed{14}) == "write(1, 0x9000, 46) = -1 EFAULT (Bad address)");
}

TEST_CASE("64-bit offsets come from their pair of words") {
  Scene s;
  s.gets_text(0x2000, "x");
  CHECK(s.text(180, {3, 0x2000, 1, 0xdead, 0x10, 1}, Done{1}) == "pread64(3, \"x\", 1, 4294967312) = 1");
}

TEST_CASE("structures are shown by member") {
  Scene s;
  s.has(0x1000, Timespec32{1, 500}).gets(0x2000, Timespec32{0, 300});
  CHECK(s.text(162, {0x1000, 0x2000}, Done{0}) == "nanosleep({tv_sec=1, tv_nsec=500}, 0x2000) = 0");
  CHECK(s.text(162, {0x1000, 0x2000}, Failed{4}) ==
        "nanosleep({tv_sec=1, tv_nsec=500}, {tv_sec=0, tv_nsec=300}) = -1 EINTR (Interrupted system call)");
  CHECK(s.text(162, {0x1000, 0}, NotDone{}) ==
        "nanosleep({tv_sec=1, tv_nsec=500}, NULL) = ? (interrupted before it did anything: runs again)");
}

TEST_CASE("poll shows what was asked and what came") {
  Scene s;
  const Pollfd asked[] = {{3, 1, 0}, {4, 4, 0}};
  s.has(0x1000, asked);
  s.gets(0x1006, i16{1});
  CHECK(s.text(168, {0x1000, 2, 1000}, Done{1}) ==
        "poll([{fd=3, events=POLLIN, revents=POLLIN}, {fd=4, events=POLLOUT, revents=0}], 2, 1000) = 1");
}

TEST_CASE("select shows sets before and after") {
  Scene s;
  s.has(0x1000, u32{0x28}).gets(0x1000, u32{0x8}).has(0x2000, Timeval32{5, 0}).gets(0x2000, Timeval32{3, 1});
  CHECK(s.text(142, {6, 0x1000, 0, 0, 0x2000}, Done{1}) ==
        "_newselect(6, [3 5] => [3], NULL, NULL, {tv_sec=5, tv_usec=0} => {tv_sec=3, tv_usec=1}) = 1");
}

TEST_CASE("signals, sets and actions are named") {
  Scene s;
  s.has(0x1000, Sigaction{0x10401, 0x1400'0004, 0x12345, {{1u << 16, 0}}});
  CHECK(s.text(174, {17, 0x1000, 0, 8}, Done{0}) ==
        "rt_sigaction(SIGCHLD, {sa_handler=0x10401, sa_flags=SA_SIGINFO|SA_RESTORER|SA_RESTART, sa_restorer=0x12345, "
        "sa_mask=[CHLD]}, NULL, 8) = 0");
  s.has(0x2000, SigSet64{{0xffff'ffff, 0xffff'fffe}});
  CHECK(s.text(175, {2, 0x2000, 0, 8}, Done{0}) == "rt_sigprocmask(SIG_SETMASK, ~[RT_1], NULL, 8) = 0");
  CHECK(s.text(268, {10, 10, 34}, Done{0}) == "tgkill(10, 10, SIGRT_2) = 0");
}

TEST_CASE("the arguments of fcntl, ioctl, futex and setsockopt follow from their selector") {
  Scene s;
  s.has(0x1000, Flock64{1, 0, 0, 10, 20, 0, 0}).gets(0x2000, Winsize{24, 80, 0, 0}).has(0x3000, i32{1});
  CHECK(s.text(221, {3, 14, 0x1000}, Done{0}) ==
        "fcntl64(3, F_SETLKW64, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=10, l_len=20, l_pid=0}) = 0");
  CHECK(s.text(54, {1, 0x5413, 0x2000}, Done{0}) ==
        "ioctl(1, TIOCGWINSZ, {ws_row=24, ws_col=80, ws_xpixel=0, ws_ypixel=0}) = 0");
  CHECK(s.text(54, {1, 0x1234, 0x2000}, Failed{25}) ==
        "ioctl(1, 0x1234, 0x2000) = -1 ENOTTY (Inappropriate ioctl for device)");
  CHECK(s.text(240, {0x5000, 129, 1, 7, 7, 7}, Done{1}) == "futex(0x5000, FUTEX_WAKE|FUTEX_PRIVATE_FLAG, 1) = 1");
  CHECK(s.text(294, {3, 1, 2, 0x3000, 4}, Done{0}) ==
        "setsockopt(3, SOL_SOCKET, SO_REUSEADDR, \"\\1\\0\\0\\0\", 4) = 0");
}

TEST_CASE("argv is a list and the environment a number") {
  Scene s;
  const u32 arguments[] = {0x3000, 0x3100, 0}, environment[] = {0x3000, 0x3000, 0x3000, 0};
  s.has(0x1000, arguments).has(0x2000, environment).has_text(0x3000, "ls").has_text(0x3100, "-l");
  CHECK(s.text(11, {0x3000, 0x1000, 0x2000}, Gone{}) == "execve(\"ls\", [\"ls\", \"-l\"], 0x2000 /* 3 vars */) = ?");
}

TEST_CASE("wait shows the status and socket calls show addresses") {
  Scene s;
  s.gets(0x1000, u32{0x0100});
  CHECK(s.text(114, {0xffff'ffff, 0x1000, 1, 0}, Done{42}) ==
        "wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 1}], WNOHANG, NULL) = 42");
  s.has(0x2000, SockaddrIn{2, 0x5000, 0x0100007f, {}});
  CHECK(s.text(283, {3, 0x2000, 16}, Done{0}) ==
        "connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"127.0.0.1\")}, 16) = 0");
  SockaddrUn path{1, "/run/x"};
  s.has(0x3000, path);
  CHECK(s.text(282, {3, 0x3000, 110}, Done{0}) == "bind(3, {sa_family=AF_UNIX, sun_path=\"/run/x\"}, 110) = 0");
}

TEST_CASE("a message shows its vectors and control messages") {
  Scene s;
  struct {
    Cmsghdr header;
    i32 descriptor;
  } control{{16, 1, 1}, 5};
  s.has(0x1000, Msghdr{0, 0, 0x2000, 1, 0x3000, 16, 0}).has(0x2000, Iovec{0x4000, 2}).has(0x3000, control);
  s.has_text(0x4000, "hi");
  CHECK(s.text(296, {3, 0x1000, 0}, Done{2}) ==
        "sendmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"hi\", iov_len=2}], msg_iovlen=1, "
        "msg_control=[{cmsg_len=16, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[5]}], msg_controllen=16, "
        "msg_flags=0}, 0) = 2");
}

TEST_CASE("hostile values are printed, not followed") {
  Scene s;
  const Outcome fault = Failed{14};
  CHECK(s.text(3, {0, 0xffff'fff0, 0xffff'ffff}, Done{0xffff'ffff}) == "read(0, 0xfffffff0, 4294967295) = 4294967295");
  CHECK(s.text(145, {0, 0x1000, 0xffff'ffff}, fault) == "readv(0, 0x1000, -1) = -1 EFAULT (Bad address)");
  CHECK(s.text(168, {0xffff'fff8, 0xffff'ffff, 0}, fault) ==
        "poll(0xfffffff8, 4294967295, 0) = -1 EFAULT (Bad address)");
  CHECK(s.text(5, {0xffff'ffff, 0, 0}, fault) == "open(0xffffffff, O_RDONLY) = -1 EFAULT (Bad address)");
  s.has(0x1000, Msghdr{0xffff'ffff, 0xffff'ffff, 0xffff'ffff, 0xffff'ffff, 0xffff'ffff, 0xffff'ffff, 0});
  CHECK(s.text(296, {3, 0x1000, 0}, fault).starts_with("sendmsg(3, {msg_name=0xffffffff"));
  CHECK(s.text(4242, {1, 2, 3}, Failed{38}) ==
        "syscall_4242(0x1, 0x2, 0x3, 0x0, 0x0, 0x0) = -1 ENOSYS (Function not implemented)");
}

TEST_CASE("every row prints with pointers that lead nowhere and with memory of ones") {
  for (const Row& row : table_of(System::linux_eabi))
    for (u32 word : {0u, 1u, 0xffff'ffffu, 0x8000'0000u}) {
      CAPTURE(row.name);
      Call call{.number = row.number, .row = &row};
      call.words.fill(word);
      const Outcome outcomes[] = {Done{word}, Failed{4}, NotDone{}, Gone{}};
      for (const Outcome& outcome : outcomes) {
        const ReadMemory nothing = [](GuestAddr, std::span<u8>) { return false; };
        CHECK(text_of_call({call, &outcome, {}, nothing}).starts_with(row.name));
        const ReadMemory ones = [](GuestAddr, std::span<u8> into) {
          std::fill(into.begin(), into.end(), u8{0xff});
          return true;
        };
        CHECK(text_of_call({call, &outcome, {}, ones}).size() < 100'000);
      }
    }
}

TEST_CASE("siginfo shows the members that mean something") {
  CHECK(text_of_siginfo(System::linux_eabi, {.signal = 17, .code = 1, .pid = 7, .uid = 1000, .status = 3}) ==
        "{si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=7, si_uid=1000, si_status=3, si_utime=0, si_stime=0}");
  CHECK(text_of_siginfo(System::linux_eabi, {.signal = 17, .code = 2, .pid = 7, .status = 9}) ==
        "{si_signo=SIGCHLD, si_code=CLD_KILLED, si_pid=7, si_uid=0, si_status=SIGKILL, si_utime=0, si_stime=0}");
  CHECK(text_of_siginfo(System::linux_eabi, {.signal = 10, .code = -1, .pid = 5, .value = 9}) ==
        "{si_signo=SIGUSR1, si_code=SI_QUEUE, si_pid=5, si_uid=0, si_value={int=9, ptr=0x9}}");
  CHECK(text_of_siginfo(System::linux_eabi, {.signal = 11, .code = 1, .address = 0x10}) ==
        "{si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=0x10}");
  CHECK(text_of_siginfo(System::linux_eabi, {.signal = 14, .code = 0x80}) == "{si_signo=SIGALRM, si_code=SI_KERNEL}");
  CHECK(text_of_siginfo(System::freebsd, {.signal = 10, .code = 1, .address = 0x10, .trap = 2}) ==
        "{si_signo=SIGBUS, si_code=BUS_ADRALN, si_addr=0x10, si_trapno=2}");
  CHECK(text_of_siginfo(System::freebsd, {.signal = 16, .code = 0x10007, .pid = 9}) ==
        "{si_signo=SIGURG, si_code=SI_LWP, si_pid=9, si_uid=0}");
}

TEST_CASE("errors and signals have their system's names") {
  CHECK(text_of_error(System::linux_eabi, 11) == "EAGAIN (Resource temporarily unavailable)");
  CHECK(text_of_error(System::freebsd, 35) == "EAGAIN (Resource temporarily unavailable)");
  CHECK(text_of_error(System::freebsd, 11) == "EDEADLK (Resource deadlock avoided)");
  CHECK(text_of_error(System::linux_eabi, 4000) == "errno 4000");
  CHECK(signal_name(System::linux_eabi, 33) == "SIGRT_1");
  CHECK(signal_name(System::freebsd, 32) == "SIGTHR");
  CHECK(signal_name(System::freebsd, 65) == "SIGRT_0");
  CHECK(signal_name(System::linux_eabi, -3) == "-3");
}

TEST_CASE("results that are flags or signals are named") {
  Scene s;
  CHECK(s.text(221, {0, 3, 0}, Done{0x20002}) == "fcntl64(0, F_GETFL) = 0x20002 (O_RDWR|O_LARGEFILE)");
  CHECK(s.text(221, {0, 1, 0}, Done{1}) == "fcntl64(0, F_GETFD) = 0x1 (FD_CLOEXEC)");
  CHECK(s.text(177, {0, 0, 0, 8}, Done{17}) == "rt_sigtimedwait(NULL, NULL, NULL, 8) = 17 (SIGCHLD)");
  s.gets_text(0x1000, {"/root\0", 6});
  CHECK(s.text(183, {0x1000, 4096}, Done{6}) == "getcwd(\"/root\", 4096) = 6");
  CHECK(s.text(120, {0x1200011, 0, 0, 0, 0x2000}, Done{7}) ==
        "clone(CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, NULL, NULL, NULL, 0x2000) = 7");
}

// Structures between the guest's 32-bit layout and the host's 64-bit one.
#include "core/outside/linux_convert.h"

#include <doctest/doctest.h>
#include <errno.h>

#include <cstring>

#include "core/base/bytes.h"
#include "core/outside/linux_flags.h"

using namespace sigtape;
using namespace sigtape::outside;

TEST_CASE("open flags that differ between ARM and x86 are exchanged both ways") {
  CHECK(host_open_flags(arm_o_directory) == O_DIRECTORY);
  CHECK(host_open_flags(arm_o_nofollow) == O_NOFOLLOW);
  CHECK(host_open_flags(arm_o_direct) == O_DIRECT);
  CHECK(host_open_flags(O_CREAT | O_EXCL | O_CLOEXEC | O_NONBLOCK) == (O_CREAT | O_EXCL | O_CLOEXEC | O_NONBLOCK));
  CHECK(host_open_flags(020000000 | arm_o_directory) == O_TMPFILE);
  for (u32 flag = 1; flag; flag <<= 1) CHECK(guest_open_flags(host_open_flags(flag)) == flag);
}

TEST_CASE("a 32-bit stat refuses what does not fit") {
  struct stat host {};
  guest::Stat out;
  host.st_ino = 0x1'0000'0000;
  CHECK(to_guest(host, out) == EOVERFLOW);
  host.st_ino = 5, host.st_size = 0x8000'0000;
  CHECK(to_guest(host, out) == EOVERFLOW);
  host.st_size = 9, host.st_uid = 100'000;
  CHECK(to_guest(host, out) == 0);
  CHECK(out.ino == 5);
  CHECK(out.uid == 65534);
}

TEST_CASE("stat64 shows a 64-bit inode number and its lower half") {
  struct stat host {};
  host.st_ino = 0x1'0000'0005;
  guest::Stat64 out;
  to_guest(host, out);
  CHECK(out.ino == 0x1'0000'0005);
  CHECK(out.ino32 == 5);
}

TEST_CASE("a 64-bit timespec's nanoseconds are its lower word") {
  CHECK(host_of(guest::Timespec64{1, 0x7fff'ffff'0000'0005}).tv_nsec == 5);
  CHECK(host_of(guest::Timespec64{1, -1}).tv_nsec == -1);
}

TEST_CASE("sysinfo beyond 4 GiB counts pages") {
  struct sysinfo host {};
  host.mem_unit = 1, host.totalram = 8ull << 30, host.freeram = 4096;
  guest::Sysinfo out;
  to_guest(host, out);
  CHECK(out.mem_unit == 4096);
  CHECK(out.totalram == 2u << 20);
  CHECK(out.freeram == 1);
  host.totalram = 1 << 30;
  to_guest(host, out);
  CHECK(out.mem_unit == 1);
}

TEST_CASE("a child's siginfo has 32-bit times directly after the status") {
  siginfo_t host{};
  host.si_signo = SIGCHLD, host.si_code = CLD_EXITED, host.si_pid = 10, host.si_uid = 20, host.si_status = 3;
  host.si_utime = 7, host.si_stime = 8;
  guest::Siginfo out;
  to_guest(host, out);
  auto child = load<guest::SiginfoChild>(&out);
  CHECK(child.header.code == CLD_EXITED);
  CHECK(child.pid == 10);
  CHECK(child.uid == 20);
  CHECK(child.status == 3);
  CHECK(child.utime == 7);
  CHECK(child.stime == 8);
}

TEST_CASE("a queued value survives the way to the host and back") {
  guest::Siginfo in{};
  in.header = {SIGUSR1, 0, SI_QUEUE};
  in.fields[0] = 11, in.fields[1] = 22, in.fields[2] = 0xdead'beef;
  siginfo_t host;
  to_host(in, host);
  CHECK(host.si_pid == 11);
  CHECK(host.si_int == static_cast<int>(0xdead'beef));
  guest::Siginfo out;
  to_guest(host, out);
  CHECK(std::memcmp(&in, &out, sizeof in) == 0);
}

TEST_CASE("sigevent keeps value, signal, kind and thread") {
  guest::Sigevent in{};
  in.value = 0xffff'fff0, in.signo = SIGRTMIN + 1, in.notify = SIGEV_THREAD_ID, in.tid = 77;
  struct sigevent out;
  to_host(in, out);
  CHECK(out.sigev_value.sival_ptr == reinterpret_cast<void*>(0xffff'fff0));
  CHECK(out.sigev_signo == SIGRTMIN + 1);
  CHECK(out.sigev_notify == SIGEV_THREAD_ID);
  CHECK(out._sigev_un._tid == 77);
}

TEST_CASE("record locks beyond 31 bits do not fit the old structure") {
  struct flock host {};
  host.l_type = F_WRLCK, host.l_start = 0x8000'0000;
  guest::Flock out;
  CHECK(to_guest(host, out) == EOVERFLOW);
  host.l_type = F_UNLCK;
  CHECK(to_guest(host, out) == 0);
}

TEST_CASE("timex goes to 64 bits and back") {
  guest::Timex32 in{};
  in.modes = 1, in.offset = -5, in.freq = 7, in.time = {100, 200}, in.tick = 10000, in.tai = 37;
  guest::Timex64 wide;
  timex_to_host(in, wide);
  CHECK(wide.offset == -5);
  guest::Timex32 out;
  timex_to_guest(wide, out);
  CHECK(std::memcmp(&in, &out, sizeof in) == 0);
}

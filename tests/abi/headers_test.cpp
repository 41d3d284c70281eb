// Numbers, flags and layouts against the guest's own headers, by its own compiler.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <string>

#include "core/abi/flag_names.h"
#include "core/abi/layout.h"
#include "core/abi/linux/flags.h"
#include "core/abi/linux/layouts.h"
#include "core/abi/syscall.h"

using namespace sigtape::abi;
using sigtape::u32;
namespace layout = linux_eabi::layout;

namespace {

constexpr const char* guest_compiler = "arm-linux-gnueabihf-gcc";

bool is_there(const std::string& compiler) {
  return std::system(fmt::format("command -v {} >/dev/null 2>&1", compiler).c_str()) == 0;
}

// Compiles the text; what the compiler says, at most some lines, empty where it is content.
std::string complaints(const std::string& compiler, const std::string& text) {
  const std::string file = fmt::format("/tmp/sigtape-abi-{}.c", getpid());
  if (FILE* out = std::fopen(file.c_str(), "w")) {
    std::fwrite(text.data(), 1, text.size(), out);
    std::fclose(out);
  }
  std::string said;
  if (FILE* run = popen(fmt::format("{} -w -fno-builtin -c -o /dev/null {} 2>&1", compiler, file).c_str(), "r")) {
    char line[512];
    while (std::fgets(line, sizeof line, run))
      if (said.size() < 4000) said += line;
    const int status = pclose(run);
    if (status != 0 && said.empty()) said = "the compiler failed silently";
    if (status == 0) said.clear();
  }
  std::remove(file.c_str());
  return said;
}

bool skip_without(const std::string& compiler) {
  if (is_there(compiler)) return false;
  MESSAGE("SKIPPED: no ", compiler);
  return true;
}

// Where a layout's C type is declared. Headers of the C library and of the kernel do not mix, so each type is compiled
// in a file of its own.
struct Home {
  const Layout* layout;
  const char* headers;
  const char* type = nullptr;  // where the layout's name is not the C type
};
const Home homes[] = {
    {&layout::timespec32, "linux/time.h"},
    {&layout::timespec64, "linux/time_types.h"},
    {&layout::timeval32, "linux/time.h"},
    {&layout::timezone, "linux/time.h"},
    {&layout::itimerval32, "linux/time.h"},
    {&layout::itimerspec32, "linux/time.h"},
    {&layout::itimerspec64, "linux/time_types.h"},
    {&layout::tms, "linux/times.h"},
    {&layout::utimbuf, "linux/utime.h"},
    {&layout::timex32, "linux/timex.h"},
    {&layout::timex64, "linux/timex.h"},
    {&layout::stat, "asm/stat.h"},
    {&layout::stat64, "asm/stat.h"},
    {&layout::statx_timestamp, "linux/stat.h"},
    {&layout::statx, "linux/stat.h"},
    {&layout::statfs, "asm/statfs.h"},
    {&layout::statfs64, "asm/statfs.h"},
    {&layout::flock, "linux/fcntl.h"},
    {&layout::flock64, "linux/fcntl.h"},
    {&layout::f_owner_ex, "linux/fcntl.h"},
    {&layout::open_how, "linux/openat2.h"},
    {&layout::file_handle, "fcntl.h"},
    {&layout::iovec, "linux/uio.h"},
    {&layout::file_clone_range, "linux/fs.h"},
    {&layout::fsxattr, "linux/fs.h"},
    {&layout::mount_attr, "linux/mount.h"},
    {&layout::pollfd, "asm/poll.h"},
    {&layout::epoll_event, "linux/eventpoll.h"},
    {&layout::io_event, "linux/aio_abi.h"},
    {&layout::iocb, "linux/aio_abi.h"},
    {&layout::rusage, "linux/resource.h"},
    {&layout::rlimit, "linux/resource.h"},
    {&layout::rlimit64, "linux/resource.h"},
    {&layout::sched_param, "sched.h"},
    {&layout::sched_attr, "linux/sched/types.h"},
    {&layout::clone_args, "linux/sched.h"},
    {&layout::futex_waitv, "linux/futex.h"},
    {&layout::robust_list_head, "linux/futex.h"},
    {&layout::cap_header, "linux/capability.h"},
    {&layout::cap_data, "linux/capability.h"},
    {&layout::sysinfo, "linux/sysinfo.h"},
    {&layout::utsname, "linux/utsname.h"},
    {&layout::termios, "asm/termbits.h"},
    {&layout::termios2, "asm/termbits.h"},
    {&layout::termio, "asm/termios.h"},
    {&layout::winsize, "asm/termios.h"},
    {&layout::sigaction_old, "asm/signal.h"},
    {&layout::stack, "asm/signal.h"},
    {&layout::sigevent, "asm/siginfo.h"},
    {&layout::siginfo, "asm/siginfo.h"},
    {&layout::signalfd_siginfo, "linux/signalfd.h"},
    {&layout::sigcontext, "asm/sigcontext.h"},
    {&layout::ucontext, "ucontext.h"},
    {&layout::msghdr, "sys/socket.h", "struct msghdr"},
    {&layout::mmsghdr, "sys/socket.h"},
    {&layout::cmsghdr, "sys/socket.h"},
    {&layout::linger, "sys/socket.h"},
    {&layout::ucred, "sys/socket.h"},
    {&layout::sockaddr_in, "linux/in.h"},
    {&layout::sockaddr_in6, "linux/in6.h"},
    {&layout::sockaddr_un, "linux/un.h"},
    {&layout::sockaddr_nl, "linux/netlink.h"},
    {&layout::sockaddr_ll, "linux/if_packet.h"},
    {&layout::sockaddr_vm, "linux/vm_sockets.h"},
    {&layout::ifmap, "linux/if.h"},
    {&layout::ifreq_address, "linux/if.h"},
    {&layout::ifreq_flags, "linux/if.h"},
    {&layout::ifreq_value, "linux/if.h"},
    {&layout::ifreq_map, "linux/if.h"},
    {&layout::ifreq_name, "linux/if.h"},
    {&layout::ifreq_data, "linux/if.h"},
    {&layout::ifconf, "linux/if.h"},
    {&layout::in_mreq, "linux/in.h"},
    {&layout::in_mreqn, "linux/in.h"},
    {&layout::ipv6_mreq, "linux/in6.h"},
    {&layout::sock_fprog, "linux/filter.h"},
    {&layout::sock_filter, "linux/filter.h"},
    {&layout::ipc_perm, "asm/ipcbuf.h"},
    {&layout::semid_ds, "asm/sembuf.h"},
    {&layout::msqid_ds, "asm/msgbuf.h"},
    {&layout::shmid_ds, "asm/shmbuf.h"},
    {&layout::shminfo, "asm/shmbuf.h"},
    {&layout::shm_info, "linux/shm.h"},
    {&layout::seminfo, "linux/sem.h"},
    {&layout::msginfo, "linux/msg.h"},
    {&layout::sembuf, "linux/sem.h"},
    {&layout::mq_attr, "linux/mqueue.h"},
};
// Declared in no exported header; taken from the kernel's own sources.
const std::set<const Layout*> unexported = {&layout::sigmask_argument, &layout::sigset,         &layout::sigaction,
                                            &layout::linux_dirent,     &layout::linux_dirent64, &layout::vfp_frame,
                                            &layout::sigframe,         &layout::rt_sigframe};

std::string assertions_of(const Home& home) {
  const std::string type{home.type ? std::string_view(home.type) : home.layout->name};
  std::string text =
      fmt::format("#define _GNU_SOURCE\n#include <stddef.h>\n#include <linux/types.h>\n#include <{}>\n", home.headers);
  const std::string_view header = home.headers;
  if (header.starts_with("linux/if") || header == "linux/vm_sockets.h") text.insert(0, "#include <sys/socket.h>\n");
  text += fmt::format("_Static_assert(sizeof({}) == {}, \"size\");\n", type, home.layout->size);
  for (const Field& field : home.layout->fields) {
    if (field.name.empty()) continue;
    text +=
        fmt::format("_Static_assert(offsetof({}, {}) == {}, \"{}\");\n", type, field.name, field.offset, field.name);
    if (field.show == Show::hidden || field.count > 1 || field.show == Show::structure) continue;
    if (field.name == "arm_r0" || field.name == "sigev_value" || field.name == "uc_sigmask") continue;
    text += fmt::format("_Static_assert(sizeof((({}*)0)->{}) == {}, \"size of {}\");\n", type, field.name, field.size,
                        field.name);
  }
  return text;
}

}  // namespace

TEST_CASE("every linux layout is compared with a header, or no header declares it") {
  std::set<const Layout*> seen = unexported;
  for (const Home& home : homes) seen.insert(home.layout);
  for (const Layout* layout : layout::all()) {
    CAPTURE(layout->name);
    CHECK(seen.contains(layout));
  }
}

TEST_CASE("linux layouts have the sizes and offsets of the guest's headers") {
  if (skip_without(guest_compiler)) return;
  for (const Home& home : homes) {
    CAPTURE(home.layout->name);
    const std::string said = complaints(guest_compiler, assertions_of(home));
    CHECK_MESSAGE(said.empty(), said);
  }
}

TEST_CASE("portable linux layouts are the same on a 64-bit host") {
  if (skip_without("gcc")) return;
  if (sizeof(void*) != 8) return;
  for (const Home& home : homes) {
    if (!home.layout->portable) continue;
    CAPTURE(home.layout->name);
    const std::string said = complaints("gcc", assertions_of(home));
    CHECK_MESSAGE(said.empty(), said);
  }
}

TEST_CASE("linux call numbers are the guest headers'") {
  if (skip_without(guest_compiler)) return;
  std::string text = "#include <asm/unistd.h>\n";
  for (const Row& row : table_of(System::linux_eabi)) {
    if (row.refusal == "old ABI only") {
      text += fmt::format("#ifdef __NR_{0}\n#error {0} exists\n#endif\n", row.name);
      continue;
    }
    const bool is_private = row.number >= 0xf0000;
    text += fmt::format("_Static_assert({}{} == {}, \"{}\");\n", is_private ? "__ARM_NR_" : "__NR_", row.name,
                        row.number, row.name);
  }
  const std::string said = complaints(guest_compiler, text);
  CHECK_MESSAGE(said.empty(), said);
}

TEST_CASE("every linux call number of the guest's headers has a row") {
  if (skip_without(guest_compiler)) return;
  FILE* run = popen(
      fmt::format("echo '#include <asm/unistd.h>' | {} -E -dM - | grep -o '__NR_[a-z0-9_]* '", guest_compiler).c_str(),
      "r");
  REQUIRE(run);
  char line[256];
  unsigned seen = 0;
  while (std::fgets(line, sizeof line, run)) {
    std::string name(line + 5);
    name.resize(name.find_last_not_of(" \n") + 1);
    // The other name of arm_sync_file_range.
    if (name == "sync_file_range2") continue;
    ++seen;
    bool found = false;
    for (const Row& row : table_of(System::linux_eabi)) found |= row.name == name;
    CHECK_MESSAGE(found, name);
  }
  pclose(run);
  CHECK(seen > 380);
}

namespace {

// Two worlds that cannot be included together.
const char* const kernel_headers[] = {
    "linux/types.h",      "asm/fcntl.h",     "linux/fcntl.h",   "linux/stat.h",       "linux/fs.h",
    "linux/falloc.h",     "linux/fadvise.h", "linux/xattr.h",   "linux/openat2.h",    "linux/close_range.h",
    "linux/mount.h",      "linux/magic.h",   "linux/inotify.h", "linux/memfd.h",      "asm/poll.h",
    "linux/eventpoll.h",  "linux/mman.h",    "asm/mman.h",      "linux/membarrier.h", "linux/sched.h",
    "linux/wait.h",       "linux/futex.h",   "linux/prctl.h",   "linux/seccomp.h",   "linux/resource.h",   "linux/personality.h",
    "linux/capability.h", "asm/ptrace.h",    "linux/ptrace.h",  "linux/random.h",     "asm/signal.h",
    "asm/siginfo.h",      "linux/time.h",    "linux/timex.h",   "asm/socket.h",       "linux/ipc.h",
    "linux/msg.h",        "linux/sem.h",     "linux/shm.h",     "asm/termbits.h",     "asm/termios.h",
    "asm/ioctls.h",       "linux/timerfd.h", "linux/errno.h"};
const char* const library_headers[] = {
    "sys/socket.h",  "netinet/in.h",  "netinet/tcp.h", "sys/epoll.h", "sys/eventfd.h", "sys/signalfd.h",
    "sys/timerfd.h", "sys/inotify.h", "dirent.h",      "fcntl.h",     "unistd.h",      "sys/mman.h",
    "sys/mount.h",   "sys/klog.h",    "signal.h",      "sys/sem.h",   "sys/statvfs.h", "linux/kcmp.h"};

std::string includes(std::span<const char* const> headers) {
  std::string text = "#define _GNU_SOURCE\n";
  for (const char* header : headers) text += fmt::format("#include <{}>\n", header);
  return text;
}

std::set<std::string> macros_of(const std::string& includes) {
  const std::string file = fmt::format("/tmp/sigtape-abi-macros-{}.c", getpid());
  if (FILE* out = std::fopen(file.c_str(), "w")) {
    std::fwrite(includes.data(), 1, includes.size(), out);
    std::fclose(out);
  }
  std::set<std::string> names;
  if (FILE* run = popen(fmt::format("{} -w -E -dM {}", guest_compiler, file).c_str(), "r")) {
    char line[4096];
    while (std::fgets(line, sizeof line, run)) {
      const std::string text = line;
      const std::size_t from = text.find(' ') + 1;
      names.insert(text.substr(from, text.find_first_of(" (\n", from) - from));
    }
    pclose(run);
  }
  std::remove(file.c_str());
  return names;
}

// Enumerators, which no preprocessor sees, and names that no exported header has.
bool is_no_macro(std::string_view name) {
  for (std::string_view prefix :
       {"MEMBARRIER_CMD_", "KCMP_",       "PER_",          "ADDR_",       "UNAME26",   "FDPIC_",      "MMAP_PAGE_ZERO",
        "READ_IMPLIES",    "SHORT_INODE", "WHOLE_SECONDS", "STICKY_",     "SYSLOG_",   "ST_",         "UMOUNT_NOFOLLOW",
        "SS_AUTODISARM",   "SPLICE_F_",   "SOCK_PACKET",   "MSG_",        "AF_",       "SOL_UDP",     "AT_EACCESS",
        "STATX_ATTR_",     "SA_",         "PTRACE_",       "IOPRIO_WHO_", "SOL_VSOCK", "SCM_SECURITY"})
    if (name.starts_with(prefix)) return true;
  return false;
}

std::string flag_assertions(const NameSet& set, const std::set<std::string>& known, std::set<std::string>& checked) {
  std::string text;
  for (const NameValue& entry : set.values) {
    const std::string name(entry.name);
    if (!known.contains(name)) continue;
    checked.insert(name);
    text += fmt::format("_Static_assert((unsigned)({}) == {}u, \"{}\");\n", name, static_cast<u32>(entry.value), name);
  }
  return text;
}

}  // namespace

TEST_CASE("linux flags and options have the values of the guest's headers") {
  if (skip_without(guest_compiler)) return;
  std::set<std::string> checked;
  for (std::span<const char* const> headers :
       {std::span<const char* const>(kernel_headers), std::span<const char* const>(library_headers)}) {
    std::string text = includes(headers);
    const std::set<std::string> known = macros_of(text);
    CHECK(known.size() > 500);
    for (const NameSet* set : linux_eabi::all_name_sets()) text += flag_assertions(*set, known, checked);
    const std::string said = complaints(guest_compiler, text);
    CHECK_MESSAGE(said.empty(), said);
  }
  for (const NameSet* set : linux_eabi::all_name_sets())
    for (const NameValue& entry : set->values)
      if (!is_no_macro(entry.name)) CHECK_MESSAGE(checked.contains(std::string(entry.name)), entry.name);
  CHECK(checked.size() > 700);
}

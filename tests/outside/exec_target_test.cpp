// What execve of a path comes to, without executing anything; and the path and descriptor helpers around it.
#include "core/outside/exec_target.h"

#include <doctest/doctest.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <fstream>

#include "core/outside/own_fds.h"

using namespace sigtape;
using namespace sigtape::outside;

namespace {

struct Directory {
  std::string path;
  Directory() {
    char name[] = "/tmp/outside_test_XXXXXX";
    path = mkdtemp(name);
  }
  ~Directory() { [[maybe_unused]] int ignored = system(("rm -rf " + path).c_str()); }
  std::string file(const std::string& name, const std::string& content, mode_t mode = 0755) const {
    std::ofstream(path + "/" + name) << content;
    chmod((path + "/" + name).c_str(), mode);
    return path + "/" + name;
  }
};

std::string arm_elf(const std::string& interpreter = "") {
  Elf32_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS32;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_type = ET_EXEC;
  header.e_machine = EM_ARM;
  header.e_phoff = sizeof header;
  header.e_phentsize = sizeof(Elf32_Phdr);
  header.e_phnum = 1;
  Elf32_Phdr segment{};
  segment.p_type = interpreter.empty() ? PT_LOAD : PT_INTERP;
  segment.p_offset = sizeof header + sizeof segment;
  segment.p_filesz = static_cast<u32>(interpreter.size() + 1);
  return std::string(reinterpret_cast<char*>(&header), sizeof header) +
         std::string(reinterpret_cast<char*>(&segment), sizeof segment) + interpreter + std::string(1, '\0');
}

std::array<u8, head_bytes> head_of(const std::string& text) {
  std::array<u8, head_bytes> head{};
  std::memcpy(head.data(), text.data(), std::min(text.size(), head.size()));
  return head;
}

const PathRoot no_root("");

ResolvedExec resolve(const std::string& path, std::vector<std::string> arguments = {"zero", "one"}) {
  return resolve_exec(no_root, {.path = path, .arguments = std::move(arguments)});
}

}  // namespace

TEST_CASE("a #! line is read as the kernel reads it") {
  auto line = [](const std::string& text) { return parse_script_line(head_of(text)); };
  CHECK(line("#!/bin/sh\n")->interpreter == "/bin/sh");
  CHECK_FALSE(line("#!/bin/sh\n")->argument);
  CHECK(line("#! \t/bin/sh  -e  -x \nrest")->interpreter == "/bin/sh");
  CHECK(*line("#! /bin/sh  -e  -x \nrest")->argument == "-e  -x");
  CHECK(line("#!/bin/sh")->interpreter == "/bin/sh");  // end of file for a newline
  CHECK_FALSE(line("#!\n"));
  CHECK_FALSE(line("#!  \t \n"));
  CHECK_FALSE(line("#!/" + std::string(300, 'a')));                                 // cut off: not taken for a name
  CHECK(line("#!/bin/sh " + std::string(300, 'a'))->argument->size() == 255 - 10);  // a cut argument is
}

TEST_CASE("permissions and kinds have execve's errors") {
  Directory dir;
  CHECK(resolve(dir.path + "/missing").error == ENOENT);
  CHECK(resolve(dir.path).error == EACCES);
  CHECK(resolve(dir.file("plain", "text", 0644)).error == EACCES);
  CHECK(resolve(dir.path + "/plain/x").error == ENOTDIR);
  CHECK(resolve("").error == ENOENT);
  CHECK(resolve(dir.path + "/" + std::string(300, 'n')).error == ENAMETOOLONG);
  auto text = resolve(dir.file("text", "no program"));
  CHECK(text.error == 0);
  CHECK(text.kind == FileKind::other);  // the host's execve says ENOEXEC, or knows better
  CHECK(resolve(dir.file("empty_line", "#!\n")).error == ENOEXEC);
  CHECK(resolve(dir.file("gone", "#!/no/such/interpreter\n")).error == ENOENT);
  auto program = resolve(dir.file("program", arm_elf()));
  CHECK(program.kind == FileKind::arm_elf);
  CHECK(program.file.fd() >= 0);
  CHECK(resolve(dir.file("dynamic", arm_elf("/no/such/ld.so"))).error == ENOENT);
  CHECK(resolve(dir.file("wrong", arm_elf(dir.path + "/text"))).error == ELIBBAD);
  CHECK(resolve("/proc/self/exe").kind == FileKind::other);
}

TEST_CASE("scripts hand on their own path and arguments, five deep") {
  Directory dir;
  std::string last = dir.file("program", arm_elf());
  for (int depth = 1; depth <= 6; depth++) {
    last = dir.file("script" + std::to_string(depth), "#!" + last + " -" + std::to_string(depth) + "\n");
    auto found = resolve(last);
    if (depth == 6) {
      CHECK(found.error == ELOOP);
      continue;
    }
    CHECK(found.error == 0);
    CHECK(found.kind == FileKind::arm_elf);
    CHECK(found.execfn == last);
    CHECK(found.program == dir.path + "/program");
    CHECK(found.arguments.size() == static_cast<std::size_t>(2 * depth + 2));
    CHECK(found.arguments.front() == dir.path + "/program");
    CHECK(found.arguments.back() == "one");
    CHECK(found.arguments[found.arguments.size() - 2] == last);
  }
}

TEST_CASE("relative to a descriptor, and the descriptor itself") {
  Directory dir;
  dir.file("program", arm_elf());
  dir.file("script", "#!" + dir.path + "/program\n");
  OpenFile directory(open(dir.path.c_str(), O_RDONLY | O_DIRECTORY));
  auto by_name = resolve_exec(no_root, {.dirfd = directory.fd(), .path = "program"});
  CHECK(by_name.execfn == "/dev/fd/" + std::to_string(directory.fd()) + "/program");
  OpenFile program(open((dir.path + "/program").c_str(), O_PATH | O_CLOEXEC));
  auto by_descriptor = resolve_exec(no_root, {.dirfd = program.fd(), .path = "", .flags = AT_EMPTY_PATH});
  CHECK(by_descriptor.error == 0);
  CHECK(by_descriptor.file.fd() >= 0);
  OpenFile script(open((dir.path + "/script").c_str(), O_RDONLY | O_CLOEXEC));
  CHECK(resolve_exec(no_root, {.dirfd = script.fd(), .path = "", .flags = AT_EMPTY_PATH}).error == ENOENT);
  fcntl(script.fd(), F_SETFD, 0);
  auto through_descriptor = resolve_exec(no_root, {.dirfd = script.fd(), .path = "", .flags = AT_EMPTY_PATH});
  CHECK(through_descriptor.arguments.back() == "/dev/fd/" + std::to_string(script.fd()));
}

TEST_CASE("--root takes what exists below it, and keeps absolute symlinks inside") {
  Directory dir;
  mkdir((dir.path + "/lib").c_str(), 0755);
  mkdir((dir.path + "/usr").c_str(), 0755);
  dir.file("lib/real.so", "x");
  CHECK(symlink("/lib/real.so", (dir.path + "/lib/link.so").c_str()) == 0);
  CHECK(symlink("/lib", (dir.path + "/usr/lib").c_str()) == 0);
  CHECK(symlink("../../../lib", (dir.path + "/usr/up").c_str()) == 0);
  PathRoot root(dir.path + "/");
  auto at = [&](const std::string& path, Follow follow = Follow::yes) { return root.resolve(AT_FDCWD, path, follow); };
  CHECK(at("/lib/real.so") == dir.path + "/lib/real.so");
  CHECK(at("/lib/link.so") == dir.path + "/lib/real.so");
  CHECK(at("/lib/link.so", Follow::no) == dir.path + "/lib/link.so");
  CHECK(at("/usr/lib/link.so") == dir.path + "/lib/real.so");
  CHECK(at("/usr/up/real.so") == dir.path + "/lib/real.so");
  CHECK(at("/../../lib/./real.so") == dir.path + "/lib/real.so");
  CHECK(at("/etc/passwd") == "/etc/passwd");
  CHECK(at("relative") == "relative");
  mkdir((dir.path + "/only-here").c_str(), 0755);
  CHECK(at("/only-here/new") == dir.path + "/only-here/new");
  CHECK(at("/only-here/new/") == dir.path + "/only-here/new/");
  CHECK(at("/only-here/missing/new") == "/only-here/missing/new");
  CHECK(at("/usr/new") == "/usr/new");
  CHECK(root.guest_name(dir.path + "/lib/real.so") == "/lib/real.so");
  CHECK(root.guest_name(dir.path) == "/");
  CHECK(root.guest_name("/elsewhere") == "/elsewhere");
  OpenFile lib(open((dir.path + "/lib").c_str(), O_RDONLY | O_DIRECTORY));
  CHECK(root.resolve(lib.fd(), "link.so", Follow::yes) == dir.path + "/lib/real.so");
  // Entries that are no links are the host's to find, from the same directory.
  CHECK(root.resolve(lib.fd(), "link.so", Follow::no) == "link.so");
  CHECK(root.resolve(lib.fd(), "real.so", Follow::yes) == "real.so");
  CHECK(root.resolve(lib.fd(), "missing", Follow::yes) == "missing");
  CHECK(root.resolve(lib.fd(), "..", Follow::yes) == dir.path);
}

TEST_CASE("our descriptors are high, close on exec, and known") {
  rlimit before;
  getrlimit(RLIMIT_NOFILE, &before);
  rlimit low{256, before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &low);
  OwnFds own;
  auto fd = own.adopt(open("/dev/null", O_RDONLY));
  REQUIRE(fd);
  CHECK(fd->value >= 256);  // the guest can't have this number
  CHECK(own.is_ours(fd->value));
  CHECK_FALSE(own.is_ours(0));
  CHECK(own.first_in(3, 0xffff'ffff) == fd->value);
  CHECK_FALSE(own.first_in(3, 255));
  CHECK((fcntl(fd->value, F_GETFD) & FD_CLOEXEC));
  rlimit now;
  getrlimit(RLIMIT_NOFILE, &now);
  CHECK(now.rlim_cur == 256);
  own.close(*fd);
  CHECK_FALSE(own.is_ours(fd->value));
  CHECK(fcntl(fd->value, F_GETFD) == -1);
  setrlimit(RLIMIT_NOFILE, &before);
}

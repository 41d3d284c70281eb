#!/usr/bin/env python3
"""Process trees: native programs that start armv7 ones, chroots and namespaces, binfmt_misc, daemons, hangs.

usage: tests/trees.py [WORD...]    only cases whose name contains one of the words
"""
import json
import os
import pathlib
import pty
import select
import shutil
import subprocess
import sys
import time

from harness import Suite, cache, compile_guest, expect, is_static, run, scratch, sigtape, tree

suite = Suite("trees")
folder = scratch("trees")
program = pathlib.Path(sigtape()).resolve()
hello = compile_guest(tree / "tests" / "guest" / "hello.c", cache / "guest" / "hello-static", "-static")
sanitizers = {k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}
home = {"PATH": os.environ["PATH"], "HOME": str(folder), **sanitizers}
is_root = os.geteuid() == 0
# What the kernel makes of an armv7 program where binfmt_misc names sigtape, begun by hand: tests/README.md.
entry = folder / "sigtape-binfmt"
entry.symlink_to(program)


def guest_program(name, text):
    source = folder / f"{name}.c"
    source.write_text(text)
    return compile_guest(source, folder / name, "-static")


def record(name, *words, options=(), status=0, timeout=60, **more):
    tape = folder / f"{name}.tape"
    shutil.rmtree(tape, ignore_errors=True)
    done = run([program, "record", "-o", tape, *options, "--", *words], timeout, home, folder, **more)
    expect(done.status == status, f"recording ended with {done.status}, not {status}", done)
    return tape, done


def processes(tape):
    listed = run([program, "ps", "--json", tape])
    expect(listed.status == 0, "ps fails", listed)
    return json.loads(listed.out)


def replays(tape, recorded, status=0):
    replayed = run([program, "replay", tape], 120, home, "/")
    expect(replayed.status == status, f"replay ended with {replayed.status}, not {status}", replayed)
    expect(recorded is None or sorted(replayed.out.split(b"\n")) == sorted(recorded.split(b"\n")),
           "replay printed something else", replayed)


def says_hello(done, times):
    expect(done.out.count(b"hello from 32-bit code") == times, f"not {times} times hello", done)


def native_first():
    tape, done = record("native", "/bin/sh", "-c", f"{entry} {hello} one a; {entry} {hello} two & wait; exec {entry} {hello} three")
    says_hello(done, 3)
    commands = [process["command"] for process in processes(tape)]
    expect(len(commands) == 3 and "one a" in " ".join(commands), f"processes: {commands}", done)
    replays(tape, done.out)
    log = run([program, "log", tape])
    expect(b"SIGTAPE_SESSION" not in log.out, "the guest sees the session's variable", log)


def below_a_guest():
    """guest, native, guest: one tree, in which the variable names the place."""
    runner = guest_program("runner", r"""
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
extern char** environ;
int main(int c, char** v) {
  char* words[] = {"sh", "-c", v[1], 0};
  int status = -1;
  pid_t pid = fork();
  if (pid == 0) { execv("/bin/sh", words); _exit(9); }
  waitpid(pid, &status, 0);
  printf("forked: %d\n", status);
  fflush(stdout);
  status = posix_spawn(&pid, "/bin/sh", 0, 0, words, environ);
  if (!status) waitpid(pid, &status, 0);
  printf("spawned: %d\n", status);
  return 0;
}
""")
    tape, done = record("below", runner, f"{entry} {hello} child; exec {entry} {hello} itself")
    says_hello(done, 4)
    expect(b"forked: 0\n" in done.out and b"spawned: 0\n" in done.out, "statuses", done)
    listed = processes(tape)
    first = [process for process in listed if "runner" in process["command"]][0]
    natives = [process for process in listed if any(image["native"] for image in process["images"])]
    expect(len(natives) == 2 and all(process["parent"] == first["pid"] for process in natives), f"{natives}", done)
    replays(tape, done.out)


def lost_ways():
    """The variable is scrubbed, the descriptors are closed, as sudo and schroot do."""
    tape, done = record("scrubbed", "python3", "-c",
                        f"import subprocess as s; s.run(['{entry}', '{hello}', 'x'], env={sanitizers}, close_fds=True, check=True)")
    says_hello(done, 1)
    expect(len(processes(tape)) == 1, "not on the tape", done)
    replays(tape, done.out)


def two_sessions():
    """Each process joins the session that it descends from."""
    command = f"env -i PATH=$PATH {entry} {hello} x; sleep 0.3; env -i PATH=$PATH {entry} {hello} y"
    running = [subprocess.Popen([program, "record", "-o", folder / f"beside-{i}.tape", "--", "/bin/sh", "-c", command],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=home, cwd=folder) for i in range(3)]
    for i, process in enumerate(running):
        process.communicate(timeout=60)
        expect(process.returncode == 0 and len(processes(folder / f"beside-{i}.tape")) == 2, f"session {i}")


def own_tape():
    """Outside of a session SIGTAPE_RECORD makes one."""
    tapes = folder / "own"
    tapes.mkdir(exist_ok=True)
    done = run([entry, hello, "hello", "x"], 60, {**home, "SIGTAPE_RECORD": str(tapes)}, folder)
    expect(done.status == 0 and done.err == b"", "status or words", done)
    says_hello(done, 1)
    made = list(tapes.iterdir())
    expect(len(made) == 1 and len(processes(made[0])) == 1, f"{made}", done)
    replays(made[0], done.out)
    done = run([entry, hello, "hello", "x"], 60, home, folder)
    says_hello(done, 1)


def nothing_recorded():
    tape, done = record("nothing", "/bin/true")
    expect(b"no 32-bit ARM program" in done.err, "not said", done)
    tape, done = record("status", "/bin/sh", "-c", "exit 7", status=7)
    expect(run([program, "info", tape]).status == 0, "no good tape", done)



def make_chroot(name):
    inside = folder / name
    inside.mkdir(exist_ok=True)
    shutil.copy(hello, inside / "hello")
    shutil.copy(program, inside / "sigtape-binfmt")
    return inside


def in_chroot(*before):
    """No library, no /proc, no path to the tape."""
    inside = make_chroot("inside")
    tape, done = record("chroot", *before, "chroot", inside, "/sigtape-binfmt", "/hello", "hello", "x")
    says_hello(done, 1)
    expect(len(processes(tape)) == 1, "not on the tape", done)
    replays(tape, done.out)


def guest_chroots():
    """The guest itself enters a chroot without /proc, and starts programs there."""
    inside = make_chroot("inside-guest")
    enter = guest_program("enter", r"""
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int c, char** v) {
  if (chroot(v[1]) || chdir("/")) return 9;
  pid_t pid = fork();
  if (pid == 0) { execl("/hello", "hello", "forked", (char*)0); _exit(8); }
  waitpid(pid, 0, 0);
  execl("/hello", "hello", "a", "b", (char*)0);
  return 7;
}
""")
    tape, done = record("guest-chroot", enter, inside)
    says_hello(done, 2)
    replays(tape, done.out)


def by_kernel():
    """The kernel's own binfmt_misc, in a user namespace of its own (since Linux 6.7)."""
    script = f"""set -e
mount -t binfmt_misc none /proc/sys/fs/binfmt_misc
! {program} binfmt status
{program} binfmt install
{program} binfmt status
{hello} plain
{program} record -o {folder}/kernel.tape -- /bin/sh -c 'cd {folder}; {hello} by-path; env -i {hello} scrubbed; exec {hello} itself'
{program} binfmt remove
! {hello} gone
"""
    try_mount = ["unshare", "-Urm", "mount", "-t", "binfmt_misc", "none", "/proc/sys/fs/binfmt_misc"]
    if run(try_mount).status != 0:
        return suite.skip("the kernel's binfmt_misc", "it can't be mounted in a user namespace here")
    shutil.rmtree(folder / "kernel.tape", ignore_errors=True)
    done = run(["unshare", "-Urm", "/bin/sh", "-c", script], 60, home, folder)
    expect(done.status == 0, "the script fails", done)
    says_hello(done, 4)
    expect(b"flags POCF" in done.out and b"not installed" in done.out, "status says something else", done)
    expect(len(processes(folder / "kernel.tape")) == 3, "not on the tape", done)
    replays(folder / "kernel.tape", None)


def daemon():
    """A daemon in a session of its own that outlives the first program is followed to its end."""
    text = guest_program("daemon", r"""
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
int main(int c, char** v) {
  if (fork()) return 3;
  setsid();
  if (fork()) _exit(0);
  int out = open(v[1], O_WRONLY | O_CREAT | O_TRUNC, 0644);
  struct timespec t = {0, 600000000};
  nanosleep(&t, 0);
  dprintf(out, "sid %d, parent %d\n", getsid(0) == getpid(), getppid() != 1);
  return 5;
}
""")
    tape, done = record("daemon", text, folder / "daemon.out", status=3)
    expect((folder / "daemon.out").read_text() == "sid 0, parent 1\n", "the daemon did something else", done)
    ends = sorted(process["end"]["status"] for process in processes(tape) if process["end"])
    expect(ends == [0, 3, 5], f"ends {ends}", done)
    replays(tape, done.out, 3)


hanging = r"""
#include <sys/wait.h>
#include <unistd.h>
int main(void) {
  int p[2];
  char c;
  pipe(p);
  if (fork() == 0) { close(p[1]); read(p[0], &c, 1); _exit(0); }
  wait(0);
  return 0;
}
"""


def hang():
    text = guest_program("hanging", hanging)
    began = time.monotonic()
    tape, done = record("hang", "/bin/sh", "-c", f"{entry} {text} hanging; true", options=("--hang-after", "1"), status=123)
    expect(time.monotonic() - began < 20, "it comes late", done)
    expect(b"hang" in done.err, "not said", done)
    analyzed = run([program, "analyze", tape])
    for needle in (b"ST201", b"wait4", b"a cycle", b"waits for the end of process", b"pipe:["):
        expect(needle in analyzed.out, f"the analysis does not say {needle}", analyzed)
    log = run([program, "log", tape])
    expect(b"sleeps in read of descriptor 3" in log.out and b"/bin/sh" in log.out, "the log lacks the tree's stand", log)
    replayed = run([program, "replay", tape], 60)
    expect(b"diverge" not in replayed.err, "it diverges", replayed)


def no_hang():
    """A tree that computes, or natively so, is no hang; nor is one that sleeps for less."""
    busy = guest_program("busy", "int main(void) { for (volatile int i = 0; i < 60000000; i++) {} return 4; }")
    record("busy", busy, options=("--hang-after", "0.5"), status=4)
    record("busy-native", "/bin/sh", "-c", "i=0; while [ $i -lt 600000 ]; do i=$((i+1)); done; exit 5",
           options=("--hang-after", "0.5"), status=5)


# Races on purpose: what the processes see of each other depends on the order of their turns.
sharing = r"""
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
struct shared {
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  volatile int racy, turn;
  int atomic, log_size;
  unsigned char log[4000];
};
static struct shared* map(const char* file) {
  int fd = -1, flags = MAP_SHARED;
  if (*file == '/') fd = open(file, O_RDWR | O_CREAT, 0600);
  else flags |= MAP_ANONYMOUS;
  if (fd >= 0) ftruncate(fd, sizeof(struct shared));
  struct shared* at = mmap(0, sizeof *at, PROT_READ | PROT_WRITE, flags, fd, 0);
  if (at == MAP_FAILED) { perror("mmap"); exit(9); }
  if (fd >= 0) close(fd);
  return at;
}
static void work(struct shared* s, int who, int rounds) {
  for (int i = 0; i < rounds; i++) {
    s->racy = s->racy + 1;
    __atomic_add_fetch(&s->atomic, 1, __ATOMIC_SEQ_CST);
    if (i % 50) continue;
    pthread_mutex_lock(&s->mutex);
    if (s->log_size < (int)sizeof s->log) s->log[s->log_size++] = 'a' + who;
    pthread_mutex_unlock(&s->mutex);
  }
}
static void prepare(struct shared* s) {
  pthread_mutexattr_t m;
  pthread_condattr_t c;
  pthread_mutexattr_init(&m);
  pthread_mutexattr_setpshared(&m, PTHREAD_PROCESS_SHARED);
  pthread_mutex_init(&s->mutex, &m);
  pthread_condattr_init(&c);
  pthread_condattr_setpshared(&c, PTHREAD_PROCESS_SHARED);
  pthread_cond_init(&s->changed, &c);
}
static void show(struct shared* s, const char* what) {
  unsigned hash = 0;
  for (int i = 0; i < s->log_size; i++) hash = hash * 31 + s->log[i];
  printf("%s: atomic %d racy %d log %d %08x %.60s\n", what, s->atomic, s->racy, s->log_size, hash, s->log);
  fflush(stdout);
}
static void forked(struct shared* s, const char* what) {
  memset(s, 0, sizeof *s);
  prepare(s);
  for (int i = 0; i < 4; i++)
    if (fork() == 0) { work(s, i, 3000); _exit(0); }
  while (wait(0) > 0) {}
  show(s, what);
}
static void in_turns(struct shared* s) {
  memset(s, 0, sizeof *s);
  prepare(s);
  for (int i = 0; i < 3; i++)
    if (fork() == 0) {
      for (int n = 0; n < 20; n++) {
        pthread_mutex_lock(&s->mutex);
        while (s->turn % 3 != i) pthread_cond_wait(&s->changed, &s->mutex);
        s->log[s->log_size++] = 'A' + i;
        s->turn++;
        pthread_cond_broadcast(&s->changed);
        pthread_mutex_unlock(&s->mutex);
      }
      _exit(0);
    }
  while (wait(0) > 0) {}
  show(s, "in turns");
}
static void executed(const char* self, const char* file) {
  struct shared* s = map(file);
  memset(s, 0, sizeof *s);
  prepare(s);
  for (int i = 0; i < 3; i++) {
    char who[4] = {'0' + i};
    if (fork() == 0) { execl(self, self, "worker", file, who, (char*)0); _exit(9); }
  }
  work(s, 5, 2000);
  while (wait(0) > 0) {}
  show(s, "executed");
}
static void semaphores(void) {
  char name[40];
  sprintf(name, "/sigtape-test-%d", getpid());
  sem_t *to = sem_open(name, O_CREAT, 0600, 0);
  if (to == SEM_FAILED) { puts("no semaphore"); return; }
  struct shared* s = map("anonymous");
  if (fork() == 0) {
    sem_t* other = sem_open(name, 0);
    for (int i = 0; i < 20; i++) { sem_wait(other); s->racy += i; }
    _exit(0);
  }
  for (int i = 0; i < 20; i++) { sem_post(to); if (i % 4 == 0) usleep(300); s->log_size += s->racy & 7; }
  wait(0);
  sem_unlink(name);
  printf("semaphores: %d\n", s->racy);
  fflush(stdout);
}
static void killed(struct shared* s) {
  memset(s, 0, sizeof *s);
  pid_t pid = fork();
  if (pid == 0) for (;;) s->racy++;
  while (s->racy < 1000) usleep(100);
  int before = s->racy;
  kill(pid, SIGKILL);
  waitpid(pid, 0, 0);
  printf("killed: %d\n", before > 999 && s->racy >= before);
  printf("its last: %d\n", s->racy);
  fflush(stdout);
}
int main(int c, char** v) {
  if (c == 4) { work(map(v[2]), v[3][0] - '0', 2000); return 0; }
  struct shared* s = map("anonymous");
  forked(s, "anonymous");
  in_turns(s);
  struct shared* f = map(v[1]);
  forked(f, "file");
  executed(v[0], v[1]);
  semaphores();
  killed(s);
  return 0;
}
"""


def shared_memory():
    """Processes that share memory have one order on the tape, and replay together."""
    text = guest_program("sharing", sharing)
    for _ in range(2):
        tape, done = record("sharing", text, folder / "shared-file", timeout=120)
        for needle in (b"anonymous: atomic 12000 ", b"file: atomic 12000 ", b"executed: atomic 8000 ", b"semaphores: 190\n",
                       b"in turns: atomic 0 racy 0 log 60 ", b" ABCABCABC", b"killed: 1\n"):
            expect(needle in done.out, f"the program does not say {needle}", done)
        replays(tape, done.out)
    analyzed = run([program, "analyze", tape])
    expect(b"ST301" not in analyzed.out, "something is unsupported", analyzed)
    one = [process["pid"] for process in processes(tape) if "worker" in process["command"]][0]
    replayed = run([program, "replay", tape, "--process", str(one)], 120, home, "/")
    expect(replayed.status == 0 and replayed.out == b"", "one of the sharing processes does not replay", replayed)


shell = r"""
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
int main(void) {
  char line[100] = "";
  int status;
  signal(SIGTTOU, SIG_IGN);
  pid_t pid = fork();
  if (pid == 0) {
    setpgid(0, 0);
    while (tcgetpgrp(0) != getpgrp()) usleep(1000);
    write(1, "ready\n", 6);
    read(0, line, 99);
    dprintf(1, "child read %s", line);
    for (;;) pause();
  }
  setpgid(pid, pid);
  tcsetpgrp(0, pid);
  waitpid(pid, &status, WUNTRACED);
  tcsetpgrp(0, getpgrp());
  dprintf(1, "stopped %d by %d\n", WIFSTOPPED(status), WSTOPSIG(status));
  kill(-pid, SIGCONT);
  waitpid(pid, &status, WCONTINUED);
  dprintf(1, "continued %d\n", WIFCONTINUED(status));
  tcsetpgrp(0, pid);
  write(1, "again\n", 6);
  waitpid(pid, &status, 0);
  tcsetpgrp(0, getpgrp());
  dprintf(1, "ended by %d\n", WTERMSIG(status));
  return 6;
}
"""


def job_control():
    """A shell's work under a terminal: foreground groups, Ctrl-Z and Ctrl-C for the job alone."""
    text = guest_program("shell", shell)
    tape = folder / "jobs.tape"
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execve(program, ["sigtape", "record", "-q", "-o", str(tape), "--", str(text)], home)
    seen = b""
    for awaited, then in ((b"ready", b"word\n"), (b"child read word", b"\x1a"), (b"again", b"\x03"), (b"ended by 2", b"")):
        end = time.monotonic() + 30
        while awaited not in seen and time.monotonic() < end:
            if select.select([terminal], [], [], 0.5)[0]:
                seen += os.read(terminal, 1000)
        expect(awaited in seen, f"no {awaited} in {seen}")
        os.write(terminal, then)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(terminal)
    expect(status == 6 and b"stopped 1 by 20" in seen and b"continued 1" in seen, f"status {status}, {seen}")
    replayed = run([program, "replay", tape], 60)
    expect(replayed.status == 6 and b"ended by 2" in replayed.out, "it replays otherwise", replayed)


suite.case("memory shared between processes", shared_memory)
suite.case("job control", job_control)
suite.case("a native first program", native_first)
suite.case("guest, native, guest", below_a_guest)
suite.case("without variable and descriptors", lost_ways)
suite.case("sessions beside each other", two_sessions)
suite.case("SIGTAPE_RECORD", own_tape)
suite.case("nothing to record", nothing_recorded)
suite.case("the kernel's binfmt_misc", by_kernel)
if not is_root:
    suite.skip("chroots", "they need root")
elif not is_static():
    suite.skip("chroots", "this sigtape needs libraries")
else:
    suite.case("a chroot", in_chroot)
    suite.case("a chroot in a network namespace", in_chroot, "unshare", "-n")
    suite.case("a chroot in a process namespace", in_chroot, "unshare", "-fp")
    suite.case("a chroot that the guest enters", guest_chroots)
suite.case("a daemon", daemon)
suite.case("--hang-after", hang)
suite.case("--hang-after without a hang", no_hang)
shutil.rmtree(folder, ignore_errors=True)
suite.finish()

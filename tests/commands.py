#!/usr/bin/env python3
"""The commands as a user meets them: help, statuses, wrong arguments, bad programs, bad tapes, full disks, interruption.

usage: tests/commands.py [WORD...]    only cases whose name contains one of the words
"""
import json
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import time

import harness
from harness import Suite, cache, compile_guest, expect, run, scratch, sigtape, tree

suite = Suite("commands")
guest = tree / "tests" / "guest"
hello = compile_guest(guest / "hello.c", cache / "guest" / "hello-static", "-static")
dynamic = compile_guest(guest / "hello.c", cache / "guest" / "hello-dynamic")
folder = scratch("commands")
home = {"PATH": os.environ["PATH"], "HOME": str(folder), **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}


def guest_program(name, text, *flags):
    source = folder / f"{name}.c"
    source.write_text(text)
    return compile_guest(source, folder / name, *(flags or ["-static"]))


def command(*words, timeout=60, **more):
    return run([sigtape(), *words], timeout, home, more.pop("cwd", folder), **more)


def record(name, *words, options=()):
    tape = folder / f"{name}.tape"
    if tape.exists():
        shutil.rmtree(tape)
    done = command("record", "-o", tape, *options, "--", *words)
    return tape, done


def refused(done, *needles, statuses=None):
    """One clear sentence on stderr, a non-zero exit, no crash."""
    expect(isinstance(done.status, int) and done.status > 0, f"status {done.status}: not a clean refusal", done)
    if statuses:
        expect(done.status in statuses, f"status {done.status}, not one of {statuses}", done)
    lines = done.err.decode(errors="replace").strip().split("\n")
    expect(len(lines) == 1 and lines[0].startswith("sigtape: "), "not one sentence that begins with 'sigtape: '", done)
    for needle in needles:
        expect(needle in lines[0], f"the sentence does not say {needle!r}", done)


def help_texts():
    top = command("--help")
    expect(top.status == 0, "--help fails", top)
    for word in ("run", "record", "replay", "analyze", "log", "ps", "info", "explain"):
        expect(word.encode() in top.out, f"--help does not name {word}", top)
        sub = command(word, "--help")
        expect(sub.status == 0 and len(sub.out) > 100, f"{word} --help fails", sub)
    version = command("--version")
    expect(version.status == 0 and b"0.1" in version.out, "--version fails", version)


def wrong_arguments():
    for words in (["frobnicate"], ["record"], ["replay"], ["record", "--delivery=bogus", "--", hello], ["replay", "a", "b", "c"],
                  ["run"], ["record", "--timeout", "soon", "--", hello]):
        done = command(*words)
        expect(isinstance(done.status, int) and done.status > 0 and done.err, f"{words} is accepted", done)
        expect(b"terminate called" not in done.err, "ends in an exception", done)


def bad_programs():
    bytes_ = hello.read_bytes()
    header = bytearray(bytes_[:52])
    cases = {
        "missing": (None, "No such file"),
        "text": (b"not a program\n", "ELF"),
        "empty": (b"", "ELF"),
        "cut-header": (bytes_[:40], "truncated"),
        "cut-segments": (bytes_[:4000], "truncated"),
        "amd64": (pathlib.Path("/bin/true").read_bytes(), ""),
    }
    big = bytearray(bytes_)
    big[5] = 2
    big[18:20] = struct.pack(">H", 40)
    cases["big-endian"] = (bytes(big), "big-endian")
    aarch64 = bytearray(bytes_)
    aarch64[4] = 2
    aarch64[18:20] = struct.pack("<H", 183)
    cases["aarch64"] = (bytes(aarch64), "aarch64")
    mips = bytearray(bytes_)
    mips[18:20] = struct.pack("<H", 8)
    cases["mips"] = (bytes(mips), "")
    del header
    for name, (content, needle) in cases.items():
        path = folder / f"bad-{name}"
        if content is not None:
            path.write_bytes(content)
            path.chmod(0o755)
        for words in (["run", path], ["record", "-o", folder / "bad.tape", "--", path]):
            done = command(*words)
            if name == "amd64" and done.status == 0:
                continue  # a native program may also just be run natively
            refused(done, str(path), needle)
            shutil.rmtree(folder / "bad.tape", ignore_errors=True)
    plain = folder / "no-permission"
    plain.write_bytes(bytes_)
    plain.chmod(0o644)
    refused(command("run", plain), "ermission")
    refused(command("run", folder), "ermission")  # as execve(2)


def missing_interpreter():
    refused(command("run", dynamic), "/lib/ld-linux-armhf.so.3", "--root")
    done = command("run", "--root", "/usr/arm-linux-gnueabihf", dynamic)
    expect(done.status == 0 and b"hello" in done.out, "does not run with --root", done)
    refused(command("run", "--root", "/no/such/root", hello), "/no/such/root")


def statuses():
    exits = guest_program("exits", "#include <stdlib.h>\nint main(int c, char** v) { return atoi(v[1]); }")
    dies = guest_program("dies", "#include <stdlib.h>\n#include <signal.h>\nint main(int c, char** v) { raise(atoi(v[1])); return 0; }")
    for status in (0, 1, 42, 255):
        expect((done := command("run", exits, str(status))).status == status, "run: wrong status", done)
        tape, done = record("status", exits, str(status))
        expect(done.status == status, "record: wrong status", done)
        expect((done := command("replay", tape)).status == status, "replay: wrong status", done)
    for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV, signal.SIGUSR1):
        expect((done := command("run", dies, str(int(number)))).status == -number, "run: does not die of the signal", done)
        tape, done = record("signal", dies, str(int(number)))
        expect(done.status == -number, "record: does not die of the guest's signal", done)


def lists():
    tape, done = record("hello", hello)
    expect(done.status == 0, "cannot record", done)
    for words in (["info", tape], ["ps", tape], ["log", tape]):
        done = command(*words)
        expect(done.status == 0 and b"hello" in done.out, f"{words[0]} says nothing", done)
        done = command(*words, "--json")
        expect(done.status == 0, f"{words[0]} --json fails", done)
        json.loads(done.out) if words[0] != "log" else [json.loads(line) for line in done.out.splitlines()]
    log = command("log", tape)
    expect(b'write(1, "hello from 32-bit code' in log.out, "log does not read like strace", log)
    for form in ("text", "markdown", "json"):
        done = command("analyze", "--format", form, tape)
        expect(done.status == 0 and done.out, f"analyze --format {form} fails", done)
    for rule in ("ST001", "ST002", "ST003", "ST201", "ST301"):
        done = command("explain", rule)
        expect(done.status == 0 and len(done.out) > 200, f"explain {rule} says little", done)
    refused(command("explain", "ST999"), "ST999")


def existing_tape():
    tape, _ = record("twice", hello)
    refused(command("record", "-o", tape, "--", hello), "exists")
    expect(command("replay", tape).status == 0, "the old tape was harmed")
    refused(command("record", "-o", "/no/such/folder/tape", "--", hello), "/no/such/folder")
    if os.geteuid() != 0:
        refused(command("record", "-o", "/etc/tape", "--", hello), "ermission")


def not_a_tape():
    refused(command("replay", folder / "nothing.tape"), "nothing.tape")
    (folder / "file.tape").write_text("x")
    refused(command("replay", folder / "file.tape"), "file.tape")
    (folder / "empty.tape").mkdir(exist_ok=True)
    for word in ("replay", "log", "info", "ps", "analyze"):
        refused(command(word, folder / "empty.tape"), "empty.tape")


ticker = r"""
#include <stdio.h>
#include <time.h>
int main(void) { for (int i = 0; ; i++) { printf("%d\n", i); fflush(stdout); struct timespec t = {0, 5000000}; nanosleep(&t, 0); } }
"""


def interrupted(number, to_group):
    program = guest_program("ticker", ticker)
    tape = folder / f"interrupted-{number}.tape"
    shutil.rmtree(tape, ignore_errors=True)
    process = subprocess.Popen([sigtape(), "record", "-o", tape, "--", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env=home, start_new_session=True)
    time.sleep(1.5)
    (os.killpg if to_group else os.kill)(process.pid, number)
    if not to_group:  # what the recorder left running goes on; it holds our pipe
        time.sleep(0.5)
        os.killpg(process.pid, 9)
    try:
        out, err = process.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        raise harness.Failure("the recorder does not end")
    expect(process.returncode != 0, "ends with 0")
    done = command("replay", tape)
    expect(done.out.count(b"\n") >= out.count(b"\n") - 2 and done.out.count(b"\n") > 20, "the tape does not replay to its last event",
           done)
    expect(b"diverge" not in done.err, "it diverges", done)
    log = command("log", tape)
    expect(log.status == 0 and b"nanosleep" in log.out, "log fails", log)


def timeout_ends():
    program = guest_program("sleeper", "#include <unistd.h>\nint main(void) { int p[2]; char c; pipe(p); return read(p[0], &c, 1); }")
    began = time.monotonic()
    tape, done = record("timeout", program, options=("--timeout", "1"))
    expect(time.monotonic() - began < 15, "the time-out comes late", done)
    expect(isinstance(done.status, int) and done.status != 0 and b"timeout" in done.err.lower().replace(b"time-out", b"timeout").replace(b"timed out", b"timeout"), "not said", done)
    analyzed = command("analyze", tape)
    expect(b"ST201" in analyzed.out and b"read" in analyzed.out, "the hang is not reported", analyzed)


def full_disk():
    if os.geteuid() != 0:
        return suite.skip("full disk", "needs root to mount a small tmpfs")
    small = folder / "small"
    small.mkdir(exist_ok=True)
    mounted = run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", small])
    if mounted.status != 0:
        return suite.skip("full disk", "cannot mount a tmpfs")
    try:
        program = guest_program("noisy", r"""
#include <fcntl.h>
#include <unistd.h>
int main(void) { static char b[65536]; int f = open("/dev/urandom", O_RDONLY); for (int i = 0; i < 2000; i++) { read(f, b, sizeof b); write(1, ".", 1); } return 0; }
""")
        tape = small / "tape"
        done = command("record", "-o", tape, "--", program)
        expect(isinstance(done.status, int) and done.status > 0, "a full disk is not noticed", done)
        expect(b"space" in done.err or b"full" in done.err, "a full disk is not named", done)
        shutil.copytree(tape, folder / "full.tape", dirs_exist_ok=True)
    finally:
        run(["umount", small])
    replayed = command("replay", folder / "full.tape")
    expect(replayed.out.count(b".") > 20, "what is on the tape does not replay", replayed)
    expect(b"diverge" not in replayed.err, "it diverges", replayed)


def limited_files():
    """ulimit -f is the guest's, and no hindrance to the tape as long as the hard limit leaves room for one."""
    def under(limit, *words):
        return run(["/bin/sh", "-c", f'ulimit {limit} 8; exec "$@"', "sh", sigtape(), *words], 60, home, folder)

    program = guest_program("limited", r"""
#include <stdio.h>
#include <sys/resource.h>
int main(void) { struct rlimit limit; getrlimit(RLIMIT_FSIZE, &limit); return printf("%ld\n", (long)limit.rlim_cur / 512) < 0; }
""")
    tape = folder / "limited.tape"
    shutil.rmtree(tape, ignore_errors=True)
    record_it = ("record", "-q", "-o", tape, "--", program)
    for words in [("run", program), record_it, ("replay", tape), ("run", "/bin/sh", "-c", "ulimit -f")]:
        done = under("-Sf", *words)
        expect(done.status == 0 and done.out == b"8\n", "not the program's limit", done)
    for words in [("run", program), record_it, ("replay", tape)]:
        done = under("-f", *words)
        if done.status != 0 or words == record_it:  # who may raise a hard limit does, but there is a tape already
            refused(done)


def backtraces():
    """A hang in a handler: callers by .debug_frame and by .ARM.exidx, and the frame that the kernel made between them."""
    text = """#include <signal.h>
#include <unistd.h>
volatile int steps;
__attribute__((noinline)) void waits_for_ever(void) { pause(); steps++; }
void handler(int number) { waits_for_ever(); steps += number; }
__attribute__((noinline)) void inner(void) { raise(SIGUSR1); steps++; }
__attribute__((noinline)) void outer(void) { inner(); steps++; }
int main(void) { signal(SIGUSR1, handler); outer(); return 0; }
"""
    wanted = ["waits_for_ever", "handler", "inner", "outer", "main"]
    for name, flags, root in (("thumb", ["-static", "-g"], None), ("arm", ["-static", "-marm", "-funwind-tables"], None),
                              ("dynamic", ["-g"], "/usr/arm-linux-gnueabihf")):
        program = guest_program(f"backtrace-{name}", text, *flags)
        options = ["--timeout", "1", *(["--root", root] if root else [])]
        tape, _ = record(f"backtrace-{name}", program, options=options)
        analyzed = command("analyze", "--format", "json", tape)
        hang = next((f for f in json.loads(analyzed.out)["findings"] if f["rule"] == "ST201"), None)
        expect(hang is not None, "no ST201", analyzed)
        frames = [line.split()[2].split("+")[0] for line in hang["backtrace"] if len(line.split()) > 2]
        expect([frame for frame in frames if frame in wanted] == wanted, f"{name}: the backtrace names {frames}", analyzed)
        expect(any("<signal handler called>" in line for line in hang["backtrace"]), f"{name}: no signal frame", analyzed)
        for form in ("text", "markdown"):
            expect(b"waits_for_ever+" in command("analyze", "--format", form, tape).out, f"no backtrace in {form}", analyzed)


suite.case("help and version", help_texts)
suite.case("wrong arguments", wrong_arguments)
suite.case("bad programs", bad_programs)
suite.case("missing interpreter and --root", missing_interpreter)
suite.case("exit statuses and signals", statuses)
suite.case("info, ps, log, analyze, explain", lists)
suite.case("existing tape, unwritable place", existing_tape)
suite.case("not a tape", not_a_tape)
suite.case("Ctrl-C", interrupted, signal.SIGINT, True)
suite.case("kill -9 of everything", interrupted, signal.SIGKILL, True)
suite.case("kill -9 of the recorder", interrupted, signal.SIGKILL, False)
suite.case("--timeout", timeout_ends)
suite.case("full disk", full_disk)
suite.case("ulimit -f", limited_files)
suite.case("backtraces", backtraces)
shutil.rmtree(folder, ignore_errors=True)
suite.finish()

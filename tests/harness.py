"""What the end-to-end tests share: where sigtape is, how a case is recorded and replayed, how results are counted."""
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

tree = pathlib.Path(__file__).resolve().parent.parent
cache = pathlib.Path(os.environ.get("SIGTAPE_CACHE", pathlib.Path.home() / ".cache/sigtape"))
cross_compiler = "arm-linux-gnueabihf-gcc"

# A shell's background jobs ignore it, and so would all that the tests start; programs count on the default.
signal.signal(signal.SIGINT, signal.default_int_handler)


class Run:
    """What one command did."""

    def __init__(self, command, status, out, err):
        self.command, self.status, self.out, self.err = command, status, out, err


def is_static():
    """Whether sigtape can be started in a root that has none of the host's libraries."""
    return b"/ld-linux" not in pathlib.Path(sigtape()).read_bytes()[:4096]


def run(command, timeout=120, env=None, cwd=None, stdin=None):
    """Runs a command; a time-out counts as status 'timeout' and kills its whole process group."""
    process = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, cwd=cwd, start_new_session=True)
    try:
        out, err = process.communicate(stdin, timeout=timeout)
        return Run(command, process.returncode, out, err)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        out, err = process.communicate()
        return Run(command, "timeout", out, err)


class Failure(Exception):
    pass


def expect(condition, text, *runs):
    if condition:
        return
    lines = [text]
    for done in runs:
        lines.append("  command: " + shlex.join(str(word) for word in done.command))
        lines.append(f"  status:  {done.status}")
        for name, data in (("stdout", done.out), ("stderr", done.err)):
            shown = data[-1500:].decode(errors="replace").rstrip()
            if shown:
                lines.append(f"  {name}: " + shown.replace("\n", "\n          "))
    raise Failure("\n".join(lines))


class Suite:
    """Counts cases; each prints one line, a failed one what it saw. The last line is read by tests/run."""

    def __init__(self, name):
        self.name = name
        self.passed = self.failed = self.skipped = 0
        self.wanted = [word for word in sys.argv[1:] if not word.startswith("-")]

    def case(self, name, function, *args, **kwargs):
        if self.wanted and not any(word in name for word in self.wanted):
            return
        began = time.monotonic()
        try:
            function(*args, **kwargs)
        except Failure as failure:
            self.failed += 1
            print(f"FAILED {self.name}: {name}\n  {failure}", flush=True)
            return
        self.passed += 1
        print(f"ok {self.name}: {name} ({time.monotonic() - began:.1f} s)", flush=True)

    def skip(self, name, reason):
        self.skipped += 1
        print(f"skipped {self.name}: {name}: {reason}", flush=True)

    def finish(self):
        print(f"{self.name}: {self.passed} passed, {self.failed} failed, {self.skipped} skipped", flush=True)
        sys.exit(1 if self.failed else 0)


def sigtape():
    return os.environ.get("SIGTAPE", str(tree / "build" / "sigtape"))


def compile_guest(source, into, *flags):
    """Cross-compiles one C file; the result is kept until it or a header beside it changes."""
    into.parent.mkdir(parents=True, exist_ok=True)
    changed = max(file.stat().st_mtime for file in [source, *source.parent.glob("*.h")])
    if into.exists() and into.stat().st_mtime > changed:
        return into
    new = into.with_name(f"{into.name}.{os.getpid()}")  # another suite may look for it, too
    built = run([cross_compiler, "-O2", "-pthread", "-o", new, source, *flags, "-lrt", "-lm"])
    expect(built.status == 0, f"{source.name} does not compile", built)
    return new.replace(into)


def scratch(name):
    path = pathlib.Path(tempfile.mkdtemp(prefix=f"sigtape-{name}-"))
    return path


def record_and_replay(command, *, root=None, work=None, expected=None, status=0, timeout=120, times=1, env=None,
                      options=(), keep_inputs=False, check=None):
    """Records `command`, removes its working folder, replays, and compares output and status; the replayer itself
    compares digests. The command runs in the folder `work`, which `times` > 1 makes anew from a copy."""
    for _ in range(times):
        folder = scratch("case")
        tape = folder / "tape"
        inputs = folder / "work"
        shutil.copytree(work, inputs, symlinks=True) if work else inputs.mkdir()
        where = ["--root", root] if root else []
        recorded = run([sigtape(), "record", "-o", tape, *where, *options, "--", *command], timeout, env, inputs)
        expect(recorded.status == status, f"recording ended with {recorded.status}, not {status}", recorded)
        if expected is not None:
            expect(recorded.out == expected, "output differs from what is expected:\n" + difference(expected, recorded.out),
                   recorded)
        if check:
            check(recorded, inputs)
        if not keep_inputs:
            shutil.rmtree(inputs)
        replayed = run([sigtape(), "replay", tape], timeout * 2, env, "/")
        expect(replayed.status == status, f"replay ended with {replayed.status}, not {status}", replayed)
        expect(replayed.out == recorded.out, "replay printed something else:\n" + difference(recorded.out, replayed.out),
               replayed)
        analyzed = run([sigtape(), "analyze", "--format", "json", tape], timeout)
        expect(analyzed.status == 0, "analyze failed", analyzed)
        for rule in (b'"ST001"', b'"ST002"', b'"ST003"'):
            expect(rule not in analyzed.out, f"analyze reports {rule.decode()} on a safe recording", analyzed)
        shutil.rmtree(folder)


def difference(expected, got):
    import difflib
    lines = difflib.unified_diff(expected.decode(errors="replace").splitlines(), got.decode(errors="replace").splitlines(),
                                 "expected", "got", lineterm="")
    return "\n".join(list(lines)[:40])

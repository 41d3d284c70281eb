#!/usr/bin/env python3
"""The own tests of Go, Python and perl as armv7 programs: recorded, replayed, and compared with what qemu-arm passes; and
npm, which installs packages from folders.

usage: tests/upstream.py [--all] [WORD...]    only cases whose name contains one of the words
  (default)  a sample of some minutes
  --all      all of os, os/signal, os/exec, net, sync, time, runtime, syscall; of test_signal, test_subprocess,
             test_threading, test_selectors, test_os, test_posix, test_socket; and of perl's t/base, cmd, op and io
A test that qemu-arm passes and a recording does not is a failure; so is a replay that differs. Tests that neither
passes are named. Environment: SIGTAPE (program under test), SIGTAPE_CACHE, SIGTAPE_PATIENCE (factor for time-outs).
"""
import os
import pathlib
import re
import shutil
import sys

from harness import Failure, Suite, cache, expect, record_and_replay, run, scratch, tree

everything = "--all" in sys.argv
patience = float(os.environ.get("SIGTAPE_PATIENCE", "1"))
suite = Suite("upstream")
goroot = pathlib.Path("/usr/lib/go")
passed_lines = {
    "go": re.compile(rb"^\s*--- PASS: (\S+)", re.M),
    "python": re.compile(rb"^(\w+ \([\w.]+\))(?:\n.*)? \.\.\. (?:.*\n)*?ok$", re.M),
    "perl": re.compile(rb"^(ok \d+)", re.M),
}
failed_lines = {
    "go": re.compile(rb"^\s*--- FAIL: (\S+)", re.M),
    "python": re.compile(rb"^(?:FAIL|ERROR): (\w+ \([\w.]+\))", re.M),
    "perl": re.compile(rb"^(not ok \d+)(?!.*# TODO)", re.M),
}


def names(kind, which, text):
    return set(which[kind].findall(text))


def compare(name, kind, command, qemu_command, root, work, timeout, env=None):
    """Runs the program with qemu-arm, records it, replays the recording."""
    timeout *= patience
    environment = {**os.environ, **(env or {})}
    environment.pop("PWD", None)  # of another folder
    by_qemu = None
    if qemu_command and shutil.which("qemu-arm"):
        folder = scratch("upstream")
        place = folder / "work"
        shutil.copytree(work, place, symlinks=True)
        by_qemu = run([word.replace("@", str(place)) for word in qemu_command], timeout, environment, place)
        shutil.rmtree(folder, ignore_errors=True)
    seen = {}

    def check(recorded, inputs):
        text = recorded.out + recorded.err
        seen["failed"] = names(kind, failed_lines, text)
        seen["passed"] = names(kind, passed_lines, text) - seen["failed"]
        if by_qemu:
            qemu_text = by_qemu.out + by_qemu.err
            lost = names(kind, passed_lines, qemu_text) & seen["failed"]
            expect(not lost, "qemu-arm passes these: " + b", ".join(sorted(lost)).decode(), recorded)
        expect(seen["passed"], "no test passed", recorded)

    class Either:  # a test program that fails tests ends with an error: what counts is which ones
        def __eq__(self, status):
            return isinstance(status, int) and 0 <= status < 126

        def __repr__(self):
            return "a status"

    record_and_replay(command, root=root, work=work, status=Either(), timeout=timeout, env=environment, check=check)
    both = ", ".join(sorted(word.decode() for word in seen["failed"]))
    print(f"   {name}: {len(seen['passed'])} passed, {len(seen['failed'])} failed{': ' + both if both else ''}", flush=True)


# --- Go
def go_binary(package):
    binary = cache / "go-tests" / package.replace("/", "-")
    if not binary.exists():
        binary.parent.mkdir(parents=True, exist_ok=True)
        target = {"GOOS": "linux", "GOARCH": "arm", "GOARM": "7", "CGO_ENABLED": "0", "GOPROXY": "off"}
        # The zones that Debian's package of Go's sources leaves out.
        built = run(["go", "test", "-c", "-trimpath", "-tags=timetzdata", "-o", binary, "."], 1200, {**os.environ, **target},
                    goroot / "src" / package)
        expect(built.status == 0, f"{package} does not build", built)
    return binary


def go_case(package, selection, timeout, root):
    def whole():
        binary = go_binary(package)
        folder = scratch("go")
        work = folder / "work"
        shutil.copytree((goroot / "src" / package).resolve(), work, symlinks=True)
        shutil.copy(binary, work / "tests")
        options = ["-test.v", "-test.short", f"-test.timeout={int(timeout * patience)}s"]
        if selection:
            options.append(f"-test.run={selection}")
        compare(package, "go", ["./tests", *options], ["qemu-arm", "./tests", *options], root, work, timeout,
                {"GOROOT": str(goroot)})
        shutil.rmtree(folder)

    suite.case(f"go {package}", whole)


# --- Python
def python_case(test, selection, timeout, root):
    def whole():
        folder = scratch("python")
        work = folder / "work"
        work.mkdir()
        options = ["-m", "test", "-v", "--timeout", str(int(timeout * patience)), test]
        for word in selection:
            options += ["-m", word]
        compare(test, "python", ["/usr/bin/python3", *options],
                ["qemu-arm", "-L", root, f"{root}/usr/bin/python3", *options], root, work, timeout)
        shutil.rmtree(folder)

    suite.case(f"python {test}", whole)


# --- perl
def perl_source():
    """perl's source package, of the version that the userland has, unpacked."""
    folder = cache / "perl-source"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "lists" / "partial").mkdir(parents=True)
        (folder / "sources.list").write_text("deb-src http://deb.debian.org/debian bookworm main\n")
        options = ["-o", f"Dir::Etc::SourceList={folder}/sources.list", "-o", "Dir::Etc::SourceParts=-", "-o",
                   f"Dir::State::Lists={folder}/lists"]
        for command in (["update"], ["source", "--download-only", "perl"]):
            done = run(["apt-get", *options, *command], 600, cwd=folder)
            expect(done.status == 0, "perl's source does not come", done)
        archive = next(folder.glob("perl_*.orig.tar.xz"))
        (folder / "tree").mkdir()
        done = run(["tar", "-xf", archive, "--strip-components=1", "-C", folder / "tree"], 300)
        expect(done.status == 0, "perl's source does not unpack", done)
        (folder / "complete").touch()
    return folder / "tree"


def perl_case(group, root):
    def whole():
        source = perl_source()
        wanted = sorted((source / "t" / group).glob("*.t"))
        if not everything:
            wanted = wanted[:12]
        folder = scratch("perl")
        work = folder / "work"
        # What the tests read: t/ itself and the pure modules of lib/.
        work.mkdir()
        for part in ("t", "lib"):
            shutil.copytree(source / part, work / part, symlinks=True)
        # One recording for all: a shell goes through them, as t/TEST would.
        names_ = " ".join(f"{group}/{test.name}" for test in wanted)
        script = f"cd t; for test in {names_}; do echo \"# $test\"; /usr/bin/perl $test; done; exit 0"
        compare(f"t/{group}", "perl", ["/bin/sh", "-c", script], None, root, work, 60 + 30 * len(wanted))
        shutil.rmtree(folder)

    suite.case(f"perl t/{group}", whole)


# --- node
npm_packages = {  # app needs both others, one of which needs the other; an install script and a program are among them
    "app/package.json": """{"name": "app", "version": "1.0.0", "private": true, "scripts": {"test": "node test.js"},
        "dependencies": {"numbers": "file:../numbers", "squares": "file:../squares"}}""",
    "app/test.js": "console.log(require('numbers').sum([1, 2, 3]), require('squares/made.js').by)",
    "numbers/package.json": """{"name": "numbers", "version": "0.1.0", "bin": {"numbers": "program.js"},
        "dependencies": {"squares": "file:../squares"}}""",
    "numbers/index.js": "const {square} = require('squares'); exports.sum = all => all.map(square).reduce((x, y) => x + y)",
    "numbers/program.js": "#!/usr/bin/env node\nconsole.log(require('./index.js').sum([3, 4]))",
    "squares/package.json": """{"name": "squares", "version": "1.2.3", "scripts": {"install": "node make.js"}}""",
    "squares/index.js": "exports.square = x => x * x",
    "squares/make.js": "require('fs').writeFileSync('made.js', `exports.by = '${process.arch}'`)",
}


def npm():
    root = run(["bash", tree / "tests" / "userland", "node"], 1800)
    expect(root.status == 0, "the userland with node does not come", root)
    folder = scratch("npm")
    for name, text in npm_packages.items():
        file = folder / "work" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (folder / "work/numbers/program.js").chmod(0o755)
    script = ("export HOME=$PWD; cd app; npm install --offline --no-audit --no-fund >../install.log || exit; "
              "npm test --silent && node_modules/.bin/numbers")
    record_and_replay(["/bin/bash", "-c", script], root=root.out.decode().strip(), work=folder / "work",
                      expected=b"14 arm\n25\n", timeout=600 * patience)
    shutil.rmtree(folder)


def main():
    suite.case("npm install", npm)
    root = run(["bash", tree / "tests" / "userland", "upstream"], 1800)
    if root.status != 0:
        suite.skip("all", "the userland does not come: " + root.err.decode().strip()[-200:])
        suite.finish()
    root = root.out.decode().strip()
    if not shutil.which("go"):
        suite.skip("go", "golang-go is not installed")
    elif everything:
        for package in ("sync", "time", "os", "os/signal", "os/exec", "syscall", "net"):
            go_case(package, None, 900, root)
        go_case("runtime", None, 3600, root)
    else:
        go_case("os/signal", None, 300, root)
        go_case("os/exec", None, 300, root)
        go_case("syscall", None, 300, root)
        go_case("runtime", "Parking|Chan|Signal|Lock|Semaphore", 600, root)
    if everything:
        for test in ("signal", "selectors", "posix", "os", "threading", "subprocess", "socket"):
            python_case(f"test_{test}", [], 3600, root)
    else:
        python_case("test_signal", ["PosixTests", "WakeupFDTests", "PendingSignalsTests", "ItimerTest"], 600, root)
        python_case("test_selectors", ["EpollSelectorTestCase"], 600, root)
    for group in ("base", "cmd", "op", "io") if everything else ("base", "cmd"):
        perl_case(group, root)
    suite.finish()


try:
    main()
except Failure as failure:
    print(f"FAILED upstream: {failure}")
    sys.exit(1)

#!/usr/bin/env python3
"""glibc's own math tests (Debian's glibc-source, math/libm-test-*) for double and float: same output as elsewhere.

usage: tests/glibc.py [--all | --every N] [--engine NAME] [--reference COMMAND] [WORD...]
  --all                every function, for double and for float
  --every N            every Nth program; without options: 40
  --engine NAME        of sigtape run: interpreter, jit, check
  --reference COMMAND  what is compared with (default: qemu-arm); an ARM machine's answer may be had once with --save
  --save FOLDER        writes each program's output by the reference into the folder
  WORD                 only functions that begin with one of the words
The tests are compiled against the cross compiler's libm, which is of the same glibc release. They print each result that
is not within the tolerance, and each wrong exception or errno, so that two CPUs that differ in a bit print differently.
Environment: SIGTAPE (program under test), SIGTAPE_CACHE, JOBS (2).
"""
import argparse
import concurrent.futures
import os
import pathlib
import shlex
import shutil
import subprocess
import sys

from harness import cache, run, sigtape

compiler = "arm-linux-gnueabihf-gcc-12"
package = "glibc-source"
place = cache / "sources" / package
flags = ("-std=gnu11 -O1 -w -fno-inline -ffloat-store -fno-builtin -frounding-math -fsignaling-nans -D_GNU_SOURCE "
         "-static").split()  # math/Makefile: libm-test-no-inline-cflags
wider = {"float": "double", "double": "ldouble"}


def sources():
    if not (place / "complete").exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        subprocess.run(["apt-get", "-q", "download", package], cwd=place, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        subprocess.run(["dpkg-deb", "-x", next(place.glob("*.deb")), "."], cwd=place, check=True)
        archive = next(place.glob("usr/src/glibc/glibc-*.tar.xz"))
        subprocess.run(["tar", "-xJf", archive, "--strip-components=1", "--wildcards", "*/math", "*/sysdeps/arm",
                        "*/sysdeps/ieee754", "*/sysdeps/generic", "*/support", "*/libc-internal.h"], cwd=place, check=False)
        shutil.rmtree(place / "usr")
        (place / "complete").touch()
    return place


def make(function, kind):
    """The test program of one function and type; None where it does not build."""
    math = place / "math"
    built = place / "built"
    built.mkdir(exist_ok=True)
    program = built / f"test-{kind}-{function}"
    if program.exists():
        return program
    expected = math / f"auto-libm-test-out-{function}"
    generated = built / f"libm-test-{function}-{kind}.c"
    ulps = built / "libm-test-ulps.h"
    python = [sys.executable, "gen-libm-test.py"]
    if not ulps.exists():
        own = f"{ulps}.{function}.{kind}"
        subprocess.run([*python, "-u", "../sysdeps/arm/libm-test-ulps", "-H", own], cwd=math, check=True)
        os.replace(own, ulps)
    subprocess.run([*python, "-c", f"libm-test-{function}.inc", "-a", expected if expected.exists() else "/dev/null", "-C",
                    generated], cwd=math, check=True)
    source = built / f"test-{kind}-{function}.c"
    # A narrowing function takes arguments of the next wider type.
    narrow = function.startswith("narrow-")
    headers = [f"test-{kind}.h", *([f"test-arg-{wider[kind]}.h"] if narrow else []), "test-math-exceptions.h", "test-math-errno.h",
               "test-math-narrow.h" if narrow else "test-math-scalar.h", generated.name]
    source.write_text("".join(f"#include <{name}>\n" for name in headers))
    support = built / f"support-{kind}-{function}.c"
    support.write_text(f"#include <test-{kind}.h>\n#include <libm-test-support.c>\n")
    folders = ["-I", built, "-I", math]
    for name in ("arm", "ieee754/dbl-64", "ieee754/flt-32", "ieee754", "generic"):
        folders += ["-idirafter", place / "sysdeps" / name]
    done = run([compiler, *flags, *folders, "-idirafter", place, "-o", program, source, support, "-lm"], 600)
    for name in (source, support, generated):
        name.unlink()
    return program if done.status == 0 else None


def outcome(function, kind, arguments):
    program = make(function, kind)
    if not program:
        return "does not build", None
    here = run([sigtape(), "run", *arguments.engine, program], 900)
    there = run([*shlex.split(arguments.reference), program], 900)
    if arguments.save:
        pathlib.Path(arguments.save).mkdir(parents=True, exist_ok=True)
        (pathlib.Path(arguments.save) / program.name).write_bytes(there.out)
    if b"test cases" not in here.out:
        return "FAILED", f"{program.name}: printed no count, status {here.status}"
    if here.out != there.out or here.status != there.status:
        return "FAILED", f"{program.name}: status {here.status}, the reference's {there.status}; outputs differ"
    return ("passed" if here.status == 0 else "same failures as the reference"), None


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--every", type=int, default=40)
    parser.add_argument("--reference", default="qemu-arm")
    parser.add_argument("--save")
    parser.add_argument("--engine", type=lambda name: [f"--engine={name}"], default=[])
    parser.add_argument("words", nargs="*")
    arguments = parser.parse_args()
    if not all(shutil.which(tool) for tool in (compiler, "apt-get", shlex.split(arguments.reference)[0])):
        print(f"skipped glibc: all: {compiler}, apt or {arguments.reference} is not there\nglibc: 0 passed, 0 failed, 1 skipped")
        return 0
    functions = sorted(path.stem.removeprefix("libm-test-") for path in (sources() / "math").glob("libm-test-*.inc"))
    work = [(function, kind) for function in functions for kind in ("double", "float")
            if not arguments.words or any(function.startswith(word) for word in arguments.words)]
    if not arguments.all and not arguments.words:
        work = work[::arguments.every]
    counts = {}
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("JOBS", "2"))) as pool:
        for (function, kind), (what, line) in zip(work, pool.map(lambda w: outcome(*w, arguments), work)):
            counts[what] = counts.get(what, 0) + 1
            if line:
                print(f"{what}: {line}", flush=True)
            elif what != "passed":
                print(f"{what}: {function} ({kind})", flush=True)
    failed = counts.get("FAILED", 0) + (1 if work and len(counts) == 1 and "does not build" in counts else 0)
    print(", ".join(f"{n} {what}" for what, n in counts.items()))
    good = counts.get("passed", 0) + counts.get("same failures as the reference", 0)
    print(f"glibc: {good} passed, {failed} failed, {counts.get('does not build', 0)} skipped")
    return 1 if failed else 0


sys.exit(main())

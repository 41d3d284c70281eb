#!/usr/bin/env python3
"""FreeBSD/armv7 guests: freestanding C and Go programs, run, recorded, replayed and analyzed by FreeBSD's rules.

usage: tests/freebsd.py [WORD...]
"""
import json
import os
import shutil

from harness import Suite, cache, difference, expect, record_and_replay, run, scratch, sigtape, tree

suite = Suite("freebsd")
out = cache / "freebsd"
out.mkdir(parents=True, exist_ok=True)

expected = {
    "hello": """hello from FreeBSD, 1 argument, ends with hello: 1
closed descriptor: -9
unset address: -14
thread pointer kept: 1
""",
    "interrupted": """read, no SA_RESTART: -4
select, no SA_RESTART: -4, time limit after: 5.0
nanosleep, no SA_RESTART: -4, remaining seconds: 4
read, SA_RESTART: 1
select, SA_RESTART: -4, time limit after: 5.0
nanosleep, SA_RESTART: -4, remaining seconds: 4
0 from a whole sleep, remaining untouched: 1
signal numbers: 11
""",
    "lost_wakeup": "5000 wake-ups arrived\n",
}


def compile_c(name):
    program = out / name
    built = run(["clang", "--target=armv7-unknown-freebsd13.0-gnueabihf", "-O2", "-g", "-Wall", "-nostdlib", "-static",
                 "-fuse-ld=lld", "-ffreestanding", "-o", program, tree / "samples" / "freebsd" / f"{name}.c"])
    expect(built.status == 0, f"{name}.c does not compile", built)
    return program


def compile_go(name):
    program = out / f"go-{name}"
    env = {**os.environ, "GOOS": "freebsd", "GOARCH": "arm", "GOARM": "7", "CGO_ENABLED": "0", "GOFLAGS": "-trimpath",
           "GOCACHE": str(cache / "go")}
    built = run(["go", "build", "-o", program, tree / "samples" / "go" / f"{name}.go"], 300, env)
    expect(built.status == 0, f"{name}.go does not compile", built)
    return program


def whole(program, text):
    done = run([sigtape(), "run", program], 60)
    expect(done.status == 0, f"run ended with {done.status}", done)
    expect(done.out == text.encode(), "output differs:\n" + difference(text.encode(), done.out), done)
    record_and_replay([program], expected=text.encode(), keep_inputs=True)


def planted(mode, program, rule, arguments=(), options=(), limit=60):
    """A broken delivery mode must be found; what it does to the guest does not matter here."""
    folder = scratch("planted")
    run([sigtape(), "record", "-o", folder / "tape", "--delivery", mode, *options, "--", program, *arguments], limit)
    done = run([sigtape(), "analyze", "--format", "json", folder / "tape"], 60)
    expect(done.status == 0, "analyze failed", done)
    found = {finding["rule"] for finding in json.loads(done.out)["findings"]}
    expect(rule in found, f"{rule} is not found under {mode}, only {sorted(found)}", done)
    shutil.rmtree(folder)


if not shutil.which("clang") or not shutil.which("ld.lld"):
    suite.skip("freestanding C", "clang or lld is not installed")
else:
    for name, text in expected.items():
        suite.case(name, lambda: whole(compile_c(name), text))
    suite.case("always-eintr is found (ST002)", lambda: planted("always-eintr", compile_c("interrupted"), "ST002"))
    suite.case("always-restart is found (ST003)",
               lambda: planted("always-restart", compile_c("interrupted"), "ST003", options=["--timeout", "5"]))
    # How many rounds it takes to hit the gap is chance, and how long they take is the machine's load: until it hangs.
    suite.case("check-first is found (ST001)", lambda: planted("check-first", compile_c("lost_wakeup"), "ST001", ["long"],
                                                              ["--hang-after", "5", "--timeout", "240"], 300))
if not shutil.which("go"):
    suite.skip("Go", "go is not installed")
else:
    suite.case("Go hello", lambda: whole(compile_go("hello"), "hello from Go\n"))
    suite.case("Go goroutines and timers", lambda: whole(compile_go("timers"), "ticks 10 total 2799989\n"))
suite.finish()

#!/usr/bin/env python3
"""Guest programs of tests/guest: run, recorded and replayed; output compared with NAME.expected, the ARM kernel's own.
Some also against musl, whose own differences are in NAME.musl.expected, from the same kernel.

usage: tests/guests.py [WORD...]    only cases whose name contains one of the words
Environment: SIGTAPE (program under test), SIGTAPE_CACHE.
"""
import shutil

from harness import Suite, compile_guest, cross_compiler, difference, expect, record_and_replay, run, sigtape, tree, cache

suite = Suite("guests")
sources = sorted((tree / "tests" / "guest").glob("*.c"))
ways = {"static": ["-static"], "static ARM": ["-static", "-marm"], "dynamic": []}
dynamic_root = "/usr/arm-linux-gnueabihf"
# Long ones, and what they ask is the kernel's: one way will do, and no run besides the recorded one.
only_recorded = ["restart_table"]
# The others use what musl has not (sbrk, old call numbers), or do not come to an end with it on the ARM kernel either.
with_musl = ["faults", "files", "hello", "ipc", "processes", "signals", "threads"]


def plain_run(program, root, expected):
    done = run([sigtape(), "run", *(["--root", root] if root else []), program], 60)
    expect(done.status == 0, f"ended with {done.status}", done)
    expect(expected is None or done.out == expected, "output differs:\n" + difference(expected or b"", done.out), done)


if not shutil.which(cross_compiler):
    suite.skip("all", f"{cross_compiler} is not installed")
else:
    for source in sources:
        expected_file = source.with_suffix(".expected")
        expected = expected_file.read_bytes() if expected_file.exists() else None
        for way, flags in ways.items():
            if source.stem in only_recorded and way != "static":
                continue
            name = f"{source.stem} ({way})"
            program = cache / "guest" / way.replace(" ", "-") / source.stem
            root = dynamic_root if way == "dynamic" else None

            def whole():
                compile_guest(source, program, *flags)
                if source.stem not in only_recorded:
                    plain_run(program, root, expected)
                record_and_replay([program], root=root, expected=expected, keep_inputs=True)

            suite.case(name, whole)

    found = run([tree / "tests" / "musl"], 600)
    if found.status != 0:
        suite.skip("musl", found.err.decode(errors="replace").strip().splitlines()[-1])
        with_musl = []
    for stem in with_musl:
        source = tree / "tests" / "guest" / f"{stem}.c"
        own = source.with_suffix(".musl.expected")
        expected = (own if own.exists() else source.with_suffix(".expected")).read_bytes()
        for way in ("static", "dynamic"):
            program = cache / "guest" / f"musl-{way}" / stem
            root = found.out.decode().strip() if way == "dynamic" else None

            def whole_with_musl():
                program.parent.mkdir(parents=True, exist_ok=True)
                built = run([tree / "tests" / "musl", program, source, way])
                expect(built.status == 0, f"{source.name} does not compile against musl", built)
                plain_run(program, root, expected)
                record_and_replay([program], root=root, expected=expected, keep_inputs=True)

            suite.case(f"{stem} (musl, {way})", whole_with_musl)
suite.finish()

#!/usr/bin/env python3
"""Damaged and hostile tapes: cut off, flipped bytes, from the future. One clear sentence, no crash, and what comes before
the damage still replays. And tapes of older formats, which replay as ever: tests/tapes/ has one of each.

usage: tests/damage.py [--flips N] [WORD...]    N random flips (40); thousands are a soak test
"""
import pathlib
import random
import shutil
import sys

from harness import Suite, cache, compile_guest, expect, run, scratch, sigtape, tree

flips = 40
if "--flips" in sys.argv:
    at = sys.argv.index("--flips")
    flips = int(sys.argv[at + 1])
    del sys.argv[at:at + 2]

suite = Suite("damage")
folder = scratch("damage")
program = compile_guest(tree / "tests" / "guest" / "threads.c", cache / "guest" / "threads-static", "-static")
whole = folder / "whole.tape"
recorded = run([sigtape(), "record", "-o", whole, "--", program], 60)


def files_of(tape):
    return sorted(path for path in tape.rglob("*") if path.is_file())


def harmless(tape, what, *, must_fail=None):
    """Every command copes: success, or one sentence and a non-zero status."""
    for words in (["replay"], ["log"], ["info"], ["ps"], ["analyze"]):
        done = run([sigtape(), *words, tape], 60)
        expect(isinstance(done.status, int) and 0 <= done.status < 126 and b"internal error" not in done.err,
               f"{words[0]} of a tape with {what}: status {done.status}", done)
        if done.status != 0:
            expect(b"sigtape: " in done.err, f"{words[0]} of a tape with {what} says nothing", done)
        if must_fail and words[0] == "replay":
            expect(done.status != 0, f"replay of a tape with {what} succeeds", done)


def copy():
    tape = folder / "copy.tape"
    shutil.rmtree(tape, ignore_errors=True)
    shutil.copytree(whole, tape)
    return tape


def flip():
    chooser = random.Random(1)
    for _ in range(flips):
        tape = copy()
        path = chooser.choice(files_of(tape))
        data = bytearray(path.read_bytes())
        if not data:
            continue
        place = chooser.randrange(len(data))
        data[place] ^= 1 << chooser.randrange(8)
        path.write_bytes(data)
        harmless(tape, f"a bit flipped at {place} of {path.relative_to(tape)}")


def cut():
    chooser = random.Random(2)
    for number in range(len(files_of(whole))):
        tape = copy()
        path = files_of(tape)[number]
        data = path.read_bytes()
        path.write_bytes(data[:chooser.randrange(len(data))] if data else b"")
        harmless(tape, f"{path.relative_to(tape)} cut off")
        path.unlink()
        harmless(tape, f"{path.relative_to(tape)} missing")


def prefix_replays():
    tape = copy()
    segments = [path for path in files_of(tape) if "streams" in str(path)]
    largest = max(segments, key=lambda path: path.stat().st_size)
    log = run([sigtape(), "log", tape], 60)
    data = bytearray(largest.read_bytes())
    used = len(data.rstrip(b"\0"))
    data[used // 2:] = bytes(len(data) - used // 2)
    largest.write_bytes(data)
    part = run([sigtape(), "log", tape], 60)
    expect(part.out and len(part.out) < len(log.out), "the log does not show what comes before the damage", part)
    replayed = run([sigtape(), "replay", tape], 60)
    expect(b"diverge" not in replayed.err, "the part before the damage diverges", replayed)


def kept_reads():
    reader = compile_guest(tree / "tests" / "guest" / "big_reads.c", cache / "guest" / "static" / "big_reads", "-static")
    tape = folder / "reads.tape"
    done = run([sigtape(), "record", "-o", tape, "--", reader], 60)
    expect(done.status == 0, "big_reads was not recorded", done)
    copies = sorted((tape / "files" / "reads").iterdir())
    expect(copies, "no file that was read is on the tape")
    data = copies[0].read_bytes()
    for what, change in (("a changed byte", lambda: copies[0].write_bytes(data[:5000] + bytes([data[5000] ^ 1]) + data[5001:])),
                         ("its end missing", lambda: copies[0].write_bytes(data[:5000])),
                         ("it missing", copies[0].unlink)):
        change()
        harmless(tape, f"a file that was read: {what}", must_fail=True)
    copies[0].write_bytes(data)
    replayed = run([sigtape(), "replay", tape], 60)
    expect((replayed.status, replayed.out) == (0, done.out), "does not replay with all that it had", replayed)


def older_formats():
    tapes = sorted((tree / "tests" / "tapes").glob("*.tape"))
    expect(tapes, "there are none")
    for tape in tapes:  # each of tests/tapes/program.c, recorded by the last sigtape that wrote this format
        done = run([sigtape(), "replay", tape], 60)
        expect((done.status, done.out, done.err) == (7, b"from a pipe\n", b"an error\n"), f"{tape.name} replays differently", done)


suite.case("the tape was recorded", lambda: expect(recorded.status == 0, "it was not", recorded))
suite.case(f"{flips} flipped bits", flip)
suite.case("files cut off or missing", cut)
suite.case("what comes before the damage", prefix_replays)
suite.case("what was read of files damaged or missing", kept_reads)
suite.case("tapes of older formats", older_formats)
shutil.rmtree(folder, ignore_errors=True)
suite.finish()

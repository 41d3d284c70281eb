#!/usr/bin/env python3
"""The execution tests of GCC 12's own suite (Debian's gcc-12-source), cross-built and run: what passes elsewhere must pass here.

usage: tests/gcc.py [--all | --every N] [--set WORDS]... [--engine NAME] [--reference COMMAND] [--keep] [WORD...]
  --all                all tests at all option sets: some 18,000 programs
  --every N            every Nth test, at one option set each, another one from test to test; without options: 40
  --set WORDS          only option sets with these words in their name, as in "thumb -O2"
  --engine NAME        of sigtape run: interpreter, jit, check
  --reference COMMAND  what a program is run with that fails here (default: qemu-arm); "" for nothing: each failure counts
  --keep               leaves programs that fail here in the cache, and says where
  WORD                 only tests whose path contains one of the words
Environment: SIGTAPE (program under test), SIGTAPE_CACHE, JOBS (2).
"""
import argparse
import collections
import concurrent.futures
import fnmatch
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

from harness import cache, run, sigtape

compiler = "arm-linux-gnueabihf-gcc-12"
package = "gcc-12-source"
folders = ("gcc.c-torture/execute", "gcc.target/arm", "gcc.target/aarch64/advsimd-intrinsics")
sets = {f"{isa} {level}": [*flags, level]
        for isa, flags in {"arm": ["-marm"], "thumb": ["-mthumb"], "neon": ["-mthumb", "-mfpu=neon-vfpv4"]}.items()
        for level in ("-O0", "-O2", "-O3")}
target = "arm-unknown-linux-gnueabihf"
# Effective targets that a Cortex-A15 under Linux is not; what is not named here it is. (lib/target-supports.exp)
never = re.compile(r"mve|v8|crypto|cortex_m|cmse|iwmmxt|dotprod|bf16|lob|cde|int128|dfp|lp64|aarch64|arm_nothumb|arm_eabi$"
                   r"|size32plus_no|big_endian|arm_thumb1$|fopenmp|vxworks")
# lib/target-supports.exp: add_options_for_...
added = {"arm_neon": ["-mfpu=neon"], "arm_neon_fp16": ["-mfpu=neon-fp16", "-mfp16-format=ieee"],
         "arm_fp16_ieee": ["-mfp16-format=ieee"], "arm_fp16_alternative": ["-mfp16-format=alternative"]}


def sources():
    """The suite, unpacked once into the cache."""
    place = cache / "sources" / package
    if not (place / "complete").exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        subprocess.run(["apt-get", "-q", "download", package], cwd=place, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        subprocess.run(["dpkg-deb", "-x", next(place.glob("*.deb")), "."], cwd=place, check=True)
        archive = next(place.glob("usr/src/gcc-12/gcc-12*.tar.xz"))
        subprocess.run(["tar", "-xJf", archive, "--strip-components=3", "--wildcards",
                        *(f"*/gcc/testsuite/{folder}" for folder in folders)], cwd=place, check=True)
        shutil.rmtree(place / "usr")
        (place / "complete").touch()
    return place


class Directives:
    """What the dg- comments of a test ask for, as far as it matters for one CPU and one system."""

    def __init__(self, text, isa):
        self.isa = isa
        self.options, self.run, self.unsupported = [], None, None
        for name, rest in re.findall(r"\{\s*dg-([a-z-]+)((?:[^{}\"]|\"[^\"]*\"|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})*)\}", text):
            words = re.findall(r"\"[^\"]*\"|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}|[^\s{}\"]+", rest)
            self.take(name, [word.strip('"') for word in words])

    def take(self, name, words):
        if name == "do":
            applies = len(words) < 2 or self.holds(words[1])
            self.run = words[0] == "run" if applies else None
            if not applies:
                self.unsupported = "dg-do " + words[1]
        elif name in ("options", "additional-options") and (len(words) < 2 or self.holds(words[1])):
            self.options += shlex.split(words[0])
        elif name == "add-options" and words:
            if never.search(words[0]):
                self.unsupported = words[0]
            self.options += added.get(words[0], [])
        elif name == "require-effective-target" and words and not self.is_effective(words[0]):
            self.unsupported = words[0]
        elif name == "skip-if" and len(words) >= 2 and self.holds(words[1]) and self.flags_match(words[2:]):
            self.unsupported = "dg-skip-if"

    def flags_match(self, words):
        if not words:
            return True
        flags = sets[self.isa]
        some = [word.strip('"') for word in re.findall(r"\"[^\"]*\"|[^\s{}]+", words[0])]
        return any(flag == "*" or flag == "" or flag in flags for flag in some)

    def is_effective(self, name):
        if name == "arm32":
            return self.isa.startswith("arm")
        if name.startswith("arm_thumb"):
            return not self.isa.startswith("arm") and not never.search(name)
        return not never.search(name)

    def holds(self, selector):
        """A target selector: names and patterns, alternatives side by side; ! && || and braces."""
        words = re.findall(r"[{}!]|&&|\|\||[^\s{}!]+", selector)
        text, previous_is_value = [], False
        for word in words:
            if word in ("target", "xfail"):
                continue
            value = word not in ("}", "&&", "||")
            if value and previous_is_value:
                text.append("or")
            if word in "{}":
                text.append("(" if word == "{" else ")")
            elif word in ("!", "&&", "||"):
                text.append({"!": "not", "&&": "and", "||": "or"}[word])
            elif "*" in word:
                text.append(str(fnmatch.fnmatch(target, word)))
            else:
                text.append(str(self.is_effective(word)))
            previous_is_value = word == "}" or (value and word not in ("{", "!"))
        try:
            return bool(eval(" ".join(text) or "True", {"__builtins__": {}}))  # True, False, or, and, not, parentheses
        except SyntaxError:
            return False


class Test:
    def __init__(self, path, name, files, flags, runs_unless_told, isas):
        self.path, self.name, self.files, self.flags = path, name, files, flags
        self.runs_unless_told, self.isas = runs_unless_told, isas
        self.text = path.read_text(errors="replace")


def all_tests(place):
    torture = place / "gcc.c-torture" / "execute"
    for path in sorted(torture.glob("*.c")) + sorted(torture.glob("ieee/*.c")):
        yield Test(path, str(path.relative_to(place)), [path], ["-w"], True, ("arm", "thumb", "neon"))
    for path in sorted(torture.glob("builtins/*.c")):  # builtins.exp
        if not path.stem.endswith("-lib"):
            files = [path, path.with_name(path.stem + "-lib.c"), path.parent / "lib" / "main.c"]
            flags = ["-w"] + ("-fno-tree-dse -fno-tree-loop-distribute-patterns -fno-tracer -fno-ipa-ra "
                              "-fno-inline-functions -Wl,--allow-multiple-definition").split()
            yield Test(path, str(path.relative_to(place)), files, flags, True, ("arm", "thumb", "neon"))
    for path in sorted((place / "gcc.target" / "arm").rglob("*.c")):
        if re.search(r"dg-do\s+run", path.read_text(errors="replace")):
            yield Test(path, str(path.relative_to(place)), [path], ["-w"], False, ("arm", "thumb", "neon"))
    for path in sorted((place / "gcc.target" / "aarch64" / "advsimd-intrinsics").glob("*.c")):
        flags = ["-w", "-mfpu=neon-vfpv4", "-mfp16-format=ieee"]  # arm_neon_fp16, and VFMA
        yield Test(path, str(path.relative_to(place)), [path], flags, True, ("neon",))


def outcome(test, isa, arguments):
    """What became of one test at one option set: a word for the table, and a line if it is a failure."""
    asked = Directives(test.text, isa)
    runs = test.runs_unless_told if asked.run is None else asked.run
    if asked.unsupported or not runs:
        return "not for this CPU", None
    with tempfile.TemporaryDirectory(prefix="sigtape-gcc-") as folder:
        program = pathlib.Path(folder) / "test"
        command = [compiler, *sets[isa], *test.flags, *asked.options, "-static", "-o", program, *test.files, "-lm"]
        if run(command, 300, cwd=folder).status != 0:
            return "does not build", f"{test.name} ({isa})"
        here = run([sigtape(), "run", *arguments.engine, program], 120, cwd=folder)
        if here.status == 0:
            return "passed", None
        line = f"{test.name} ({isa}): status {here.status}"
        if arguments.keep:
            kept = cache / "gcc-failed" / (test.name.replace("/", "_") + " " + isa).replace(" ", "_")
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(program, kept)
            line += f", kept as {kept}"
        if arguments.reference:
            there = run([*shlex.split(arguments.reference), program], 300, cwd=folder)
            if there.status != 0:
                return "fails in both", line + f", with the reference {there.status}"
        return "FAILED", line


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--every", type=int, default=40)
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--reference", default="qemu-arm" if shutil.which("qemu-arm") else "")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--engine", type=lambda name: [f"--engine={name}"], default=[])
    parser.add_argument("words", nargs="*")
    arguments = parser.parse_args()
    if not shutil.which(compiler) or not shutil.which("apt-get"):
        print(f"skipped gcc: all: {compiler} or apt is not installed\ngcc: 0 passed, 0 failed, 1 skipped")
        return 0
    wanted = [name for name in sets
              if not arguments.set or any(all(word in name.split() for word in s.split()) for s in arguments.set)]
    tests = [test for test in all_tests(sources())
             if not arguments.words or any(word in test.name for word in arguments.words)]
    if not arguments.all and not arguments.words:
        tests = tests[::arguments.every]
        work = []
        for number, test in enumerate(tests):
            fitting = [isa for isa in wanted if isa.split()[0] in test.isas]
            work += [(test, fitting[number % len(fitting)])] if fitting else []
    else:
        work = [(test, isa) for isa in wanted for test in tests if isa.split()[0] in test.isas]
    counts = collections.defaultdict(collections.Counter)
    shown = collections.defaultdict(list)
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("JOBS", "2"))) as pool:
        for (test, isa), (what, line) in zip(work, pool.map(lambda w: outcome(*w, arguments), work)):
            counts[isa][what] += 1
            if line:
                shown[what].append(line)
                print(f"{what}: {line}", flush=True)
    for isa, count in counts.items():
        print(f"{isa}: " + ", ".join(f"{n} {what}" for what, n in count.most_common()))
    total = sum(counts.values(), collections.Counter())
    if work and not total["passed"]:
        total["FAILED"] += 1
        print("FAILED: nothing was run")
    print(f"gcc: {total['passed']} passed, {total['FAILED']} failed, {total['does not build']} skipped")
    return 1 if total["FAILED"] else 0


sys.exit(main())

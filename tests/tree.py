#!/usr/bin/env python3
"""Checks of the tree itself: direction of includes, purpose lines, file lengths, the architecture page.

usage: tests/tree.py            check
       tests/tree.py --write    write docs/ARCHITECTURE.md anew
"""
import re
import subprocess
import sys

from harness import Suite, expect, tree

# Folder -> folders that it may include besides itself. main.cpp may include all.
allowed = {
    "core/base": [],
    "core/isa": ["core/base"],
    "core/mem": ["core/base"],
    "core/cpu": ["core/base", "core/isa", "core/mem"],
    "core/abi": ["core/base"],
    "core/outside": ["core/base", "core/mem", "core/abi", "core/os", "core/cpu"],
    "core/os": ["core/base", "core/mem", "core/abi", "core/outside", "core/cpu"],
    "core/run": ["core/base", "core/isa", "core/mem", "core/cpu", "core/abi", "core/outside", "core/os"],
    "core/tape": ["core/base", "core/abi", "core/mem", "core/os", "core/outside"],
}
core = [folder for folder in allowed]
allowed["record"] = core
allowed["replay"] = core
allowed["analyze"] = core + ["replay"]
host_headers = re.compile(r'#include <(sys/(?!types)|linux/|asm/|signal\.h|poll\.h|sched\.h|fcntl\.h|termios|net|arpa|errno\.h)')
house = {"core/abi", "core/isa"}  # no host kernel or libc ABI header here

suite = Suite("tree")
files = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=tree, capture_output=True, text=True).stdout.split("\n")
sources = [name for name in files if name and (tree / name).is_file() and re.search(r"\.(cpp|h|S|capnp|inc)$", name)]


def folder_of(name):
    return next((folder for folder in sorted(allowed, key=len, reverse=True) if name.startswith(folder + "/")), None)


def purpose_of(name):
    first = (tree / name).read_text(errors="replace").split("\n", 1)[0]
    found = re.match(r"(?://|#|/\*)\s*(.+?)(?:\s*\*/)?$", first)
    return found.group(1) if found else None


def layering():
    wrong = []
    for name in sources:
        folder = folder_of(name)
        if not folder:
            continue
        for line in (tree / name).read_text(errors="replace").split("\n"):
            found = re.match(r'#include "([^"]+)"', line)
            if found and (target := folder_of(found.group(1))) and target != folder and target not in allowed[folder]:
                wrong.append(f"{name} includes {found.group(1)}")
            if folder in house and host_headers.match(line):
                wrong.append(f"{name}: {line}: a host header in {folder}")
    expect(not wrong, "includes against the direction:\n  " + "\n  ".join(wrong))


def purposes():
    wrong = [name for name in sources if not purpose_of(name) or len(purpose_of(name)) > 120]
    expect(not wrong, "no purpose in the first line of:\n  " + "\n  ".join(wrong))


def lengths():
    tables = re.compile(r"(\.inc|\.capnp|core/isa/.*\.h|core/abi/(linux|freebsd)/.*\.h)$")
    wrong = []
    for name in sources:
        lines = (tree / name).read_text(errors="replace").count("\n")
        if lines > (1200 if tables.search(name) else 700):
            wrong.append(f"{name}: {lines} lines")
    expect(not wrong, "too long, so probably two things in one file:\n  " + "\n  ".join(wrong))


def no_system_call_names():
    wrong = []
    for name in sources:
        if name.startswith(("record/", "replay/")):
            for number, line in enumerate((tree / name).read_text().split("\n"), 1):
                if re.search(r'"(read|write|pread64|futex|select|_newselect|mmap2|openat)"', line):
                    wrong.append(f"{name}:{number}: {line.strip()}")
    expect(not wrong, "record and replay know no system call by name:\n  " + "\n  ".join(wrong))


def architecture():
    lines = ["# Architecture", "", (tree / "docs" / "architecture-head.md").read_text().strip(), ""]
    for folder in [*core, "record", "replay", "analyze"]:
        members = sorted(name for name in sources if folder_of(name) == folder)
        if not members:
            continue
        lines += [f"## {folder}", ""]
        pairs = {}
        for name in members:
            stem = re.sub(r"\.(cpp|h)$", "", name[len(folder) + 1:])
            pairs.setdefault(stem, []).append(name)
        for stem, names in pairs.items():
            header = next((name for name in names if name.endswith(".h")), names[0])
            lines.append(f"- `{stem}`: {purpose_of(header)}")
        lines.append("")
    return "\n".join(lines)


page = tree / "docs" / "ARCHITECTURE.md"
if "--write" in sys.argv:
    page.write_text(architecture())
    sys.exit(0)
suite.case("includes point one way", layering)
suite.case("each file says in its first line what it is for", purposes)
suite.case("files are short enough to be one thing", lengths)
suite.case("record and replay are free of system call names", no_system_call_names)
suite.case("docs/ARCHITECTURE.md is what the files say (tests/tree.py --write)",
           lambda: expect(page.exists() and page.read_text() == architecture(), "it is not"))
suite.finish()

#!/usr/bin/env python3
"""Whole trees of Debian's own tools in an armhf chroot, each on one tape: recorded, every process replayed.

usage: tests/builds.py [WORD...]         a package is built and installed by dpkg: a minute or two
       tests/builds.py --long [WORD...]  also debootstrap's second stage (some 3,000 processes), and dpkg-buildpackage with tests
                                         of hello, zlib and make, with -j2: hours; needs 5 GB in SIGTAPE_CACHE
Needs root, for the chroot. Folders and tapes stay in SIGTAPE_CACHE/builds for a look, and are made anew by the next run.
"""
import json
import os
import shutil
import sys

from harness import Suite, cache, expect, is_static, run, sigtape, tree

suite = Suite("builds")
mirror = "http://deb.debian.org/debian"
place = cache / "builds"
long = "--long" in sys.argv


def recorded(name, root, *words, timeout):
    """Inside `root`, with processes and mounts of its own, /proc inside of it too. The chroot command is the tree's own
    armhf one, so that this works without binfmt_misc."""
    tape = place / f"{name}.tape"
    shutil.rmtree(tape, ignore_errors=True)
    with_proc = ["unshare", "-mpf", "--mount-proc", "sh", "-c", 'mount -t proc proc "$0" && exec "$@"', root / "proc"]
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "SHELL": "/bin/sh", "LC_ALL": "C.UTF-8",
                   "DEBIAN_FRONTEND": "noninteractive"}
    done = run([*with_proc, sigtape(), "record", "-o", tape, "--root", root, "--timeout", timeout, "--",
                "/usr/sbin/chroot", root, *words], timeout + 60, environment)
    expect(done.status == 0, f"the recording ended with {done.status}", done)
    return tape, done


def replayed(tape, done, processes, timeout):
    listed = json.loads(run([sigtape(), "ps", "--json", tape], timeout).out)
    expect(len(listed) >= processes, f"only {len(listed)} processes are on the tape")
    again = run([sigtape(), "replay", tape], timeout, cwd="/")
    expect(again.status == 0 and again.out == done.out, "it does not replay", again)
    analyzed = run([sigtape(), "analyze", "--format", "json", tape], timeout)
    for rule in (b'"ST001"', b'"ST002"', b'"ST003"'):
        expect(rule not in analyzed.out, f"analyze reports {rule.decode()}", analyzed)
    print(f"  {tape.name}: {len(listed)} processes, {sum(process['events'] for process in listed)} events", flush=True)


def fresh(name, source):
    root = place / name
    shutil.rmtree(root, ignore_errors=True)
    place.mkdir(parents=True, exist_ok=True)
    copied = run(["cp", "-a", "--reflink=auto", f"{source}/.", root], 600)  # it may be a symlink
    expect(copied.status == 0, "no copy of the userland", copied)
    return root


def installed_package():
    """A package with scripts of all kinds is built and installed, and removed, by dpkg."""
    userland = run([tree / "tests" / "userland"], 1800)
    expect(userland.status == 0, "no armhf userland", userland)
    root = fresh("dpkg", userland.out.decode().strip())
    ldconfig = root / "usr/sbin/ldconfig"  # of a package that the userland does not have
    ldconfig.write_text("#!/bin/sh\n")
    ldconfig.chmod(0o755)
    package = root / "tmp" / "sample"
    for folder in ("DEBIAN", "usr/share/sample", "etc"):
        (package / folder).mkdir(parents=True)
    (package / "DEBIAN" / "control").write_text("Package: sample\nVersion: 1\nArchitecture: all\nMaintainer: A <a@b.c>\n"
                                                "Description: sample\n")
    (package / "DEBIAN" / "conffiles").write_text("/etc/sample.conf\n")
    (package / "etc" / "sample.conf").write_text("setting\n")
    for i in range(40):
        (package / f"usr/share/sample/{i}").write_text(f"{i}\n" * 100)
    for script in ("preinst", "postinst", "prerm", "postrm"):
        path = package / "DEBIAN" / script
        path.write_text(f"#!/bin/sh\nset -e\necho {script} \"$@\"\nfind /usr/share/sample -type f 2>/dev/null | sort | xargs -r -n 10 "
                        "-P 2 cat | wc -c\nperl -e 'print qq(perl $0\\n)'\n")
        path.chmod(0o755)
    tape, done = recorded("dpkg", root, "/bin/sh", "-ec",
                          "cd /tmp; dpkg-deb -b sample sample.deb; dpkg --force-depends -i sample.deb; dpkg -L sample | wc -l; "
                          "dpkg --force-depends -P sample", timeout=900)
    for needle in (b"postinst configure", b"prerm remove", b"postrm purge", b"perl -e"):
        expect(needle in done.out, f"dpkg's run does not say {needle}", done)
    replayed(tape, done, 40, 900)


def first_stage(name, packages):
    """What debootstrap --foreign leaves, with a Packages file of only what is needed."""
    root = place / f"{name}.first"
    if not (root / "done").exists():
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        made = run(["debootstrap", "--foreign", "--arch=armhf", "--include=" + ",".join(packages), "bookworm", root, mirror], 3600)
        expect(made.status == 0, "debootstrap's first stage fails (is it installed?)", made)
        names = {line.split()[0].split(":")[0] for line in (root / "debootstrap/debpaths").read_text().splitlines()}
        lists = next((root / "var/lib/apt/lists").glob("*_Packages"))
        kept = [entry for entry in lists.read_text().split("\n\n") if entry.split("\n")[0].removeprefix("Package: ") in names]
        lists.write_text("\n\n".join(kept) + "\n\n")
        (root / "done").touch()
    return fresh(name, root)


def second_stage():
    root = first_stage("debootstrap", ["build-essential"])
    tape, done = recorded("debootstrap", root, "/debootstrap/debootstrap", "--second-stage", timeout=6 * 3600)
    expect(b"Base system installed successfully" in done.out, "it is not done", done)
    states = [line for line in (root / "var/lib/dpkg/status").read_text().splitlines() if line.startswith("Status: ")]
    expect(len(states) > 150 and set(states) == {"Status: install ok installed"}, "packages are not configured")
    replayed(tape, done, 2000, 6 * 3600)


def built_package(source):
    root = fresh(f"build-{source}", place / "debootstrap")
    (root / "etc/apt/sources.list").write_text(f"deb {mirror} bookworm main\ndeb-src {mirror} bookworm main\n")
    apt = ["apt-get", "-o", f"Dir={root}", "-o", "APT::Architecture=armhf", "-o", "APT::Architectures=armhf", "-o",
           f"Dir::State::status={root}/var/lib/dpkg/status"]
    shutil.rmtree(root / "var/lib/apt/lists")  # first_stage's is of what it needed only, and apt takes it for the whole
    (root / "var/lib/apt/lists/partial").mkdir(parents=True)
    fetched = run([*apt, "update"], 600)
    expect(fetched.status == 0, "apt-get update", fetched)
    fetched = run([*apt, "-y", "--download-only", "build-dep", source], 1200)
    expect(fetched.status == 0, "apt-get build-dep", fetched)
    fetched = run([*apt, "--download-only", "source", source], 600, cwd=root / "root")
    expect(fetched.status == 0, "apt-get source", fetched)
    tape, done = recorded(f"depends-{source}", root, "/bin/sh", "-c",
                          "dpkg -i --force-depends /var/cache/apt/archives/*.deb", timeout=4 * 3600)
    replayed(tape, done, 50, 4 * 3600)
    tape, done = recorded(f"build-{source}", root, "/bin/sh", "-ec", "cd /root; dpkg-source -x *.dsc t; cd t; "
                          "DEB_BUILD_OPTIONS=parallel=2 dpkg-buildpackage -b -us -uc -j2", timeout=12 * 3600)
    expect(list((root / "root").glob("*.deb")), "no package was built", done)
    replayed(tape, done, 500, 12 * 3600)


if os.geteuid() != 0:
    suite.skip("builds in a chroot", "they need root")
elif not is_static():
    suite.skip("builds in a chroot", "this sigtape needs libraries")
elif run(["unshare", "-mpf", "--mount-proc", "true"]).status != 0:
    suite.skip("builds in a chroot", "no namespaces can be made here")
else:
    suite.case("dpkg", installed_package)
    if long:
        suite.case("debootstrap", second_stage)
        for source in ("hello", "zlib", "make-dfsg"):
            suite.case(f"build {source}", built_package, source)
suite.finish()

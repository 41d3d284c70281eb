#!/usr/bin/env python3
"""Programs of Debian's armhf userland: recorded, then replayed with their input files gone; the same output, status
and digest.

usage: tests/real.py [--times N] [WORD...]    only cases whose name contains one of the words; each N times (1)
Environment: SIGTAPE (program under test), SIGTAPE_CACHE.
"""
import os
import re
import shutil
import sys

import harness
from harness import Suite, expect, record_and_replay, run, scratch, tree

times = 1
if "--times" in sys.argv:
    at = sys.argv.index("--times")
    times = int(sys.argv[at + 1])
    del sys.argv[at:at + 2]

suite = Suite("real")
env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": "/nonexistent", "TZ": "UTC", "PYTHONDONTWRITEBYTECODE": "1",
       "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_DATE": "2020-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2020-01-01T00:00:00Z",
       **{key: value for key, value in os.environ.items() if key in ("LOG", "ASAN_OPTIONS", "UBSAN_OPTIONS")}}


def script(text):
    """A work folder with one bash script in it, and the command that runs it."""
    work = scratch("work")
    (work / "script").write_text(text)
    return work, ["/usr/bin/bash", "script"]


def bash_case(text, expected=None, *, status=0, timeout=240, prepare=None, pattern=None):
    work, command = script(text)
    if prepare:
        prepare(work)

    def check(recorded, _):
        if pattern:
            expect(re.search(pattern, recorded.out.decode(errors="replace")), f"output does not match {pattern!r}", recorded)

    record_and_replay(command, root=root, work=work, expected=expected and expected.encode(), status=status,
                      timeout=timeout, times=times, env=env, check=check)
    shutil.rmtree(work)


def random_file(work, size, name="input"):
    import random
    random.seed(size)
    (work / name).write_bytes(random.randbytes(size))


def text_file(work, lines, name="input"):
    import random
    random.seed(lines)
    with open(work / name, "w") as out:
        for _ in range(lines):
            out.write(f"{random.randrange(10**9)} {random.choice('abcdefgh') * 5} line\n")


shell = r'''
echo "pipes: $(printf '%s\n' c a b | sort | tr '\n' ' ')"
(cd /tmp; echo "subshell in $PWD"; exit 3); echo "status $?"
trap 'echo trapped USR1' USR1; kill -USR1 $$
sleep 0.05 & pid=$!; wait $pid; echo "waited $?"
(exit 7) & wait $!; echo "background status $?"
sleep 5 & pid=$!; kill -TERM $pid; wait $pid; echo "killed $?"
for i in 1 2 3 4 5; do echo $i; done | while read n; do echo "n=$n"; done | tail -n 1
cat <(echo left) <(echo right) | paste -sd+
x=$(seq 1 100 | { s=0; while read n; do s=$((s+n)); done; echo $s; }); echo "sum $x"
trap 'echo bye' EXIT
mkfifo fifo; (echo through the fifo >fifo) & cat fifo; wait
set -o pipefail; false | true; echo "pipefail $?"
'''
shell_out = """pipes: a b c\x20
subshell in /tmp
status 3
trapped USR1
waited 0
background status 7
killed 143
n=5
left+right
sum 5050
through the fifo
pipefail 1
bye
"""

python_program = r'''
import json, re, threading, subprocess, signal, queue, hashlib, os, time
data = {"numbers": list(range(50)), "text": "häßlich", "nested": [{"a": i} for i in range(5)]}
assert json.loads(json.dumps(data)) == data
print("regex", re.findall(r"(\w+)@(\w+)\.org", "x@y.org, foo@bar.org"))
q, results = queue.Queue(), []
def worker():
    while (n := q.get()) is not None:
        results.append(n * n)
ts = [threading.Thread(target=worker) for _ in range(4)]
[t.start() for t in ts]
[q.put(n) for n in range(200)]
[q.put(None) for _ in ts]
[t.join() for t in ts]
print("threads", sum(results))
print("subprocess", subprocess.run(["/usr/bin/tr", "a-z", "A-Z"], input=b"quiet", capture_output=True).stdout)
try:
    subprocess.run(["/no/such/program"])
except FileNotFoundError as e:
    print("missing", e.filename)
hits = []
signal.signal(signal.SIGALRM, lambda *a: hits.append(1))
signal.setitimer(signal.ITIMER_REAL, 0.002, 0.002)
while len(hits) < 20:
    time.sleep(0.001)
signal.setitimer(signal.ITIMER_REAL, 0)
print("timer", len(hits) >= 20)
print("sha", hashlib.sha256(b"x" * 100000).hexdigest()[:16])
'''
python_out = """regex [('x', 'y'), ('foo', 'bar')]
threads 2646700
subprocess b'QUIET'
missing /no/such/program
timer True
sha """

# Code that is made and thrown away: libffi's closures; libraries that take each other's places.
closures_program = r'''
import _ctypes, ctypes
libc = ctypes.CDLL("libc.so.6")
Compare = ctypes.CFUNCTYPE(ctypes.c_int, *[ctypes.POINTER(ctypes.c_int)] * 2)
total = 0
for turn in range(300):
    sign = 1 if turn % 2 else -1
    numbers = (ctypes.c_int * 8)(*[(turn * 7919 + i * 31) % 100 for i in range(8)])
    libc.qsort(numbers, 8, 4, Compare(lambda a, b: sign * (a[0] - b[0])))
    assert list(numbers) == sorted(numbers, reverse=sign < 0)
    total += numbers[0]
print("closures", total)
places = set()
for turn in range(30):
    name, function = [("libzstd.so.1", "ZSTD_versionNumber"), ("liblzma.so.5", "lzma_version_number")][turn % 2]
    library = ctypes.CDLL(name)
    places.add(ctypes.cast(getattr(library, function), ctypes.c_void_p).value >> 20)
    version = [getattr(library, function)() for _ in range(100)][99]
    assert version > 10000, version
    _ctypes.dlclose(library._handle)
print("libraries in the same places", len(places) < 30)
'''

lua_program = r'''
local ffi, bit = require("ffi"), require("bit")
assert(jit.status())
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
local function mixed(rounds)
  local t, x = {}, 1
  for i = 1, rounds do
    t[i % 1000] = (t[i % 1000] or 0) + i * i % 7
    x = bit.bxor(bit.lshift(x, 1), bit.rshift(x, 3)) + i % 5 * 0.5
  end
  local sum = 0
  for _, v in pairs(t) do sum = sum + v end
  return sum, x
end
print(fib(24), mixed(300000))
jit.flush()
print(fib(23), mixed(100000))
local count = {}
for word in (("the quick brown fox jumps over the lazy dog "):rep(400)):gmatch("%a+") do count[word] = (count[word] or 0) + 1 end
print(count.the, count.fox)
ffi.cdef[[void qsort(void*, size_t, size_t, int (*)(const int*, const int*));]]
local numbers = ffi.new("int[100]")
for turn = 1, 50 do
  for i = 0, 99 do numbers[i] = (i * 7919 + turn) % 101 end
  local compare = ffi.cast("int (*)(const int*, const int*)", function(a, b) return a[0] - b[0] end)
  ffi.C.qsort(numbers, 100, 4, compare)
  compare:free()
  for i = 1, 99 do assert(numbers[i - 1] <= numbers[i]) end
end
print(numbers[0], numbers[99])
for i = 1, 200 do assert(loadstring("local s = 0 for i = 1, 100 do s = s + i * " .. i .. " end return s"))() end
'''

lua_out = """46368	599999	-2067376472
28657	200003	712113273
800	400
0	100
"""

perl_program = r'''
use strict; use warnings; use POSIX ();
my %count; $count{$_ % 7}++ for 1 .. 5000;
print join(",", map { "$_=$count{$_}" } sort keys %count), "\n";
my $text = "the quick brown fox" x 50; my $n = () = $text =~ /o\w/g; print "matches $n\n";
$SIG{ALRM} = sub { die "alarm\n" };
eval { POSIX::setitimer(0, 0) if 0; alarm 1; select(undef, undef, undef, 5); alarm 0 }; print "caught $@";
my $pid = fork // die; if (!$pid) { exit 5 } waitpid $pid, 0; print "child ", $? >> 8, "\n";
open my $pipe, "-|", "echo from a pipe" or die; print <$pipe>; close $pipe;
printf "%.10f\n", atan2(1, 1) * 4;
'''
perl_out = "0=714,1=715,2=715,3=714,4=714,5=714,6=714\nmatches 100\ncaught alarm\nchild 5\nfrom a pipe\n3.1415926536\n"

c_source = r'''
#include <stdio.h>
#include <math.h>
static int collatz(long n) { int steps = 0; for (; n != 1; steps++) n = n % 2 ? 3 * n + 1 : n / 2; return steps; }
int main(void) { int best = 0; for (long i = 1; i < 2000; i++) if (collatz(i) > collatz(best ? best : 1)) best = (int)i;
  printf("%d %d\n", best, collatz(best)); return 0; }
'''


def tree_of_sources(work):
    (work / "src").mkdir()
    rules = ["all: program", "OBJECTS = " + " ".join(f"f{i}.o" for i in range(20)) + " main.o",
             "program: $(OBJECTS)", "\tgcc -o $@ $(OBJECTS)", "%.o: %.c", "\tgcc -O2 -c -o $@ $<"]
    (work / "src" / "Makefile").write_text("\n".join(rules) + "\n")
    for i in range(20):
        (work / "src" / f"f{i}.c").write_text(f"int f{i}(int x) {{ return x * {i} + {i}; }}\n")
    calls = " + ".join(f"f{i}(x)" for i in range(20))
    declarations = "".join(f"int f{i}(int);\n" for i in range(20))
    (work / "src" / "main.c").write_text(
        f"#include <stdio.h>\n{declarations}int main(void) {{ int x = 3; printf(\"%d\\n\", {calls}); return 0; }}\n")


def put(name, text):
    return lambda work: (work / name).write_text(text)


cases = {
    "bash: pipes, subshells, traps, wait": lambda: bash_case(shell, shell_out),
    "ls -lR /usr": lambda: bash_case("ls -lR /usr/share/perl /usr/lib/git-core | sha256sum; ls -R /usr | wc -l",
                                     pattern=r"^[0-9a-f]{64}  -\n\d{4,}\n$"),
    "sort": lambda: bash_case("sort input | sha256sum; sort -k2,2 -k1,1n input | tail -n 1; sort -u -R input | wc -l",
                              prepare=lambda work: text_file(work, 60000)),
    "sha256sum and dd over 20 MB": lambda: bash_case(
        "sha256sum input; dd if=input of=copy bs=64k 2>/dev/null; cmp input copy && echo same; dd if=copy bs=1M skip=3 count=2 "
        "2>/dev/null | md5sum", prepare=lambda work: random_file(work, 20 << 20), pattern=r"same\n"),
    "tar | gzip | zstd and back": lambda: bash_case(
        "tar cf - -C /usr/share/perl . | gzip -1 >a.tgz; gzip -dc a.tgz | zstd -q -3 >a.zst; zstd -dc a.zst | tar tf - | sort | "
        "sha256sum; mkdir out; zstd -dcq a.zst | tar xf - -C out; diff -r /usr/share/perl out && echo equal",
        pattern=r"equal\n"),
    "perl": lambda: bash_case("perl program.pl", perl_out, prepare=put("program.pl", perl_program)),
    "python3": lambda: bash_case("python3 program.py", prepare=put("program.py", python_program),
                                 pattern=re.escape(python_out)),
    "python3: closures, libraries in turn": lambda: bash_case("python3 program.py", "closures 14865\nlibraries in the same places True\n",
                                                              prepare=put("program.py", closures_program)),
    "luajit": lambda: bash_case("luajit program.lua", lua_out, prepare=put("program.lua", lua_program)),
    "gawk": lambda: bash_case("gawk '{ n[$2] += $1 % 1000 } END { for (k in n) print k, n[k] | \"sort\" }' input",
                              prepare=lambda work: text_file(work, 20000), pattern=r"aaaaa \d+"),
    "sqlite3 on a file": lambda: bash_case(
        "sqlite3 data.db 'create table t(a integer primary key, b text); with recursive c(x) as (select 1 union all select x+1 "
        "from c where x<5000) insert into t select x, hex(x*x) from c; create index i on t(b); select count(*), max(length(b)) "
        "from t;'; sqlite3 data.db 'select a from t order by b limit 3; pragma integrity_check;'", pattern=r"5000\|\d+\n[\s\S]*ok\n"),
    "git init, add, commit, log": lambda: bash_case(
        "git init -q -b main r && cd r && git config user.name A && git config user.email a@example.org && "
        "for i in 1 2 3; do echo $i >f$i; git add f$i; git commit -q -m \"number $i\"; done; git log --oneline | cat; "
        "git status --short; git gc -q; git fsck && git rev-parse HEAD", pattern=r"number 3\n.*number 2\n.*number 1\n"),
    "gcc -O2": lambda: bash_case("gcc -O2 -Wall -o program program.c -lm && ./program", "1161 181\n",
                                 prepare=put("program.c", c_source)),
    "make -j2 over 20 C files": lambda: bash_case(
        "cd src && make -s -j2 && ./program", f"{sum(3 * i + i for i in range(20))}\n", prepare=tree_of_sources, timeout=600),
}

try:
    found = run([tree / "tests" / "userland"], 600)
    expect(found.status == 0, "no userland", found)
    root = found.out.decode().strip()
except harness.Failure as failure:
    suite.skip("all", str(failure).splitlines()[-1])
    suite.finish()
for name, function in cases.items():
    suite.case(name, function)
suite.finish()

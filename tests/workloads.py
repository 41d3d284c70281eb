"""What tests/bench times: for each workload its group, its size, and the command for a size, run in a folder of its own."""
import dataclasses
import random
import shutil
import textwrap
from collections.abc import Callable

from harness import cache, compile_guest, tree


@dataclasses.dataclass
class Group:
    """`must` and `aim`: the CPU time of recording over qemu-arm's, as a geometric mean over the group."""
    name: str
    must: float
    aim: float


groups = [Group("integer", 0.40, 0.25), Group("programs", 0.50, 0.33), Group("float", 0.20, 0.10),
          Group("kinds", 1.0, 0.5), Group("processes", 0.50, 0.25), Group("calls", 1.0, 0.7), Group("signals", 1.0, 0.7), Group("threads", 1.0, 0.7)]


@dataclasses.dataclass
class Workload:
    """`size` takes about a second under qemu-arm, or longer where the work is so many processes or files; `command`
    makes the words, and any input files, for a size."""
    group: str
    name: str
    size: int
    command: Callable


folder = None  # where commands run and inputs are made; set by tests/bench


def kernel(source, *flags, name=None):
    name = name or source
    def command(size):
        shutil.copy(compile_guest(tree / "tests" / "kernels" / f"{source}.c", cache / "kernels" / name, "-static", *flags), folder)
        return [f"./{name}", size]
    return command


def text(lines):
    """A text whose words are as uneven as those of a language."""
    random.seed(1)
    words = ["".join(random.choices("etaoinshrdlucmfwypvbgkjqxz", weights=range(26, 0, -1), k=random.randint(2, 9))) for _ in range(5000)]
    weights = [1 / (i + 1) for i in range(len(words))]
    own = min(lines, 80000)  # the rest, which only digests ask for, repeats these
    part = "".join(f"{i} " + " ".join(random.choices(words, weights, k=8)) + "\n" for i in range(own))
    (folder / "text").write_text(part * (lines // own))


def on_text(*words):
    def command(size):
        text(size)
        return list(words)
    return command


def kind(name):
    def command(size):
        program = compile_guest(tree / "tests" / "kernels" / "kinds.c", cache / "kernels" / "kinds", "-static",
                                "-march=armv7ve", "-mfpu=neon-vfpv4")
        shutil.copy(program, folder)
        return ["./kinds", name, size]
    return command


def script(*words):
    """A command whose last word is a script with @ where the size belongs."""
    return lambda size: [*words[:-1], words[-1].replace("@", str(size))]


# What the script languages do most: words in tables, counting, matching, sorting.
python = """
def queens(n, row=0, columns=0, left=0, right=0):
    if row == n: return 1
    free, count = ~(columns | left | right) & ((1 << n) - 1), 0
    while free:
        bit = free & -free
        free ^= bit
        count += queens(n, row + 1, columns | bit, (left | bit) << 1, (right | bit) >> 1)
    return count
counts = {}
for i in range(@):
    word = "w%d" % (i * 7919 % 1009)
    counts[word] = counts.get(word, 0) + len(word)
print(queens(6), sum(sorted(counts.values())), "".join(sorted(counts))[:20])
"""
perl = """
my (%counts, $sum);
for my $i (0 .. @ - 1) {
  my $word = "w" . ($i * 7919 % 1009);
  $counts{$word} += length $word;
  $sum++ if $word =~ /^w(\\d)\\d*\\1$/;
}
print $sum, " ", join(",", (sort { $counts{$a} <=> $counts{$b} || $a cmp $b } keys %counts)[0 .. 9]), "\\n";
"""
lua = """
local counts, names, sum = {}, {}, 0
for i = 0, @ - 1 do
  local word = "w" .. (i * 7919 % 1009)
  if not counts[word] then names[#names + 1] = word end
  counts[word] = (counts[word] or 0) + #word
  sum = (sum * 31 + string.byte(word, -1)) % 65521
end
table.sort(names)
print(sum, table.concat(names, ",", 1, 10))
"""
awk = """BEGIN {
  for (i = 0; i < @; i++) {
    word = "w" (i * 7919 % 1009)
    counts[word] += length(word)
    if (word ~ /^w1.*9$/) sum += substr(word, 2, 2)
  }
  for (word in counts) total += counts[word]
  print sum, total
}"""
sql = """
create table t(id integer primary key, word text, n integer);
with recursive c(i) as (select 1 union all select i + 1 from c where i < @) insert into t
  select i, 'w' || (i * 7919 % 1009), i * 31 % 977 from c;
create index by_word on t(word);
select word, count(*), sum(n) from t group by word order by 3 desc limit 3;
select count(*) from t a join t b on a.word = b.word and a.n < b.n and a.id % 10 = 0;
"""


def c_source(functions):
    """C with loops, switches, structures and arithmetic for a compiler to work on."""
    parts = ["#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\nstruct node { struct node* next; int key; char name[16]; };\n"]
    for i in range(functions):
        parts.append(textwrap.dedent(f"""\
            static int find_{i}(struct node* list, const char* name, int* table, int n) {{
              int sum = {i};
              for (struct node* at = list; at; at = at->next) {{
                switch (at->key % 7) {{
                  case 0: sum += table[at->key % n] * {i + 3}; break;
                  case 1: sum ^= at->key << {i % 13}; break;
                  case 2: if (!strcmp(at->name, name)) return sum; break;
                  case 3: for (int j = 0; j < n; j++) table[j] = table[j] * 5 + sum / {i + 2}; break;
                  default: sum -= (int)strlen(at->name);
                }}
              }}
              return sum % {i * 2 + 11};
            }}
            """))
    calls = " + ".join(f"find_{i}(list, name, table, n)" for i in range(functions))
    return "".join(parts) + f"int all(struct node* list, const char* name, int* table, int n) {{ return {calls}; }}\n"


def cc1(size):
    (folder / "source.c").write_text(c_source(size))
    return ["/usr/lib/gcc/arm-linux-gnueabihf/12/cc1", "-O2", "-quiet", "-march=armv7-a+fp", "-mfloat-abi=hard", "-mthumb",
            "-imultiarch", "arm-linux-gnueabihf", "source.c", "-o", "-"]


def make(size):
    project = folder / "project"
    shutil.rmtree(project, ignore_errors=True)
    project.mkdir()
    for i in range(size):
        (project / f"part{i}.c").write_text(c_source(1).replace("int all", f"int all_{i}").replace("find_0", f"find_{i}"))
    (project / "main.c").write_text("int main(void) { return 0; }\n")
    objects = " ".join(f"part{i}.o" for i in range(size))
    (project / "Makefile").write_text(f"program: main.o {objects}\n\tgcc -o $@ $^\n%.o: %.c\n\tgcc -O1 -c -o $@ $<\n"
                                      "clean:\n\trm -f *.o program\n")
    return ["/usr/bin/make", "-C", "project", "-s", "clean", "program"]


def configure(size):
    """As configure scripts are: a small program for each question, and sed, grep, expr, cat and test in between."""
    (folder / "configure").write_text(textwrap.dedent("""\
        set -e
        host=`uname -m | sed 's/armv.*/arm/'`
        echo "checking host... $host"
        i=0
        while test $i -lt $1; do
          header=`echo "stdio string stdlib unistd errno math" | cut -d ' ' -f \\`expr $i % 6 + 1\\``
          name=HAVE_`echo $header | tr a-z A-Z`_H
          cat >conftest.c <<END
        #include <$header.h>
        int main(void) { return 0; }
        END
          if gcc -E conftest.c >conftest.i 2>conftest.err && grep -q 'main' conftest.i; then answer=yes; else answer=no; fi
          echo "checking for $header.h... $answer"
          echo "s/@$name@/1/" >>conftest.sed
          for file in conftest.c conftest.i conftest.err; do if test -f $file; then rm -f $file; fi; done
          i=`expr $i + 1`
        done
        echo '@HAVE_STDIO_H@ @HAVE_MATH_H@' | sed -f conftest.sed
        rm -f conftest.sed
        """))
    return ["/usr/bin/sh", "configure", size]


workloads = [
    Workload("integer", "intmix", 50000000, kernel("intmix")),
    Workload("integer", "sha256", 1000000, kernel("sha256")),
    Workload("integer", "calls", 3000, kernel("calls")),
    Workload("integer", "vm", 300, kernel("vm")),
    Workload("integer", "copy", 10000, kernel("copy")),

    Workload("programs", "gzip", 80000, on_text("/usr/bin/gzip", "-c", "text")),
    Workload("programs", "zstd", 80000, on_text("/usr/bin/zstd", "-q", "-c", "-6", "--single-thread", "text")),
    Workload("programs", "xz", 30000, on_text("/usr/bin/xz", "-c", "-2", "text")),
    Workload("programs", "bzip2", 60000, on_text("/usr/bin/bzip2", "-c", "text")),
    Workload("programs", "sha256sum", 1600000, on_text("/usr/bin/sha256sum", "text")),
    Workload("programs", "openssl", 1600000, on_text("/usr/bin/openssl", "dgst", "-sha256", "text")),
    Workload("programs", "sqlite3", 40000, script("/usr/bin/sqlite3", ":memory:", sql)),
    Workload("programs", "python3", 200000, script("/usr/bin/python3", "-S", "-c", python)),
    Workload("programs", "perl", 200000, script("/usr/bin/perl", "-e", perl)),
    Workload("programs", "lua", 300000, script("/usr/bin/lua5.4", "-e", lua)),
    Workload("programs", "gawk", 200000, script("/usr/bin/gawk", awk)),
    Workload("programs", "cc1", 10, cc1),

    Workload("float", "nbody", 800000, kernel("nbody")),
    Workload("float", "mandelbrot", 400, kernel("mandelbrot")),
    Workload("float", "fft", 3000, kernel("fft")),
    Workload("float", "matmul", 150, kernel("matmul")),
    Workload("float", "sgemm", 60, kernel("sgemm", "-mfpu=neon")),

    Workload("kinds", "atomics", 60000000, kind("atomics")),
    Workload("kinds", "wide_atomics", 60000000, kind("wide_atomics")),
    Workload("kinds", "structures", 2800, kind("structures")),
    Workload("kinds", "fixed_point", 900, kind("fixed_point")),
    Workload("kinds", "conversions", 1200, kind("conversions")),
    Workload("kinds", "reciprocals", 3000000, kind("reciprocals")),
    Workload("kinds", "denormals", 6000000, kind("denormals")),
    Workload("kinds", "strings", 300000, kind("strings")),
    Workload("kinds", "saturation", 40000000, kind("saturation")),
    Workload("kinds", "parallel", 36000000, kind("parallel")),
    Workload("kinds", "long_products", 80000000, kind("long_products")),
    Workload("kinds", "carries", 100000000, kind("carries")),
    Workload("kinds", "bit_fields", 80000000, kind("bit_fields")),
    Workload("kinds", "divisions", 80000000, kind("divisions")),
    Workload("kinds", "halfwords", 20000000, kind("halfwords")),
    Workload("kinds", "elements", 25000, kind("elements")),
    Workload("kinds", "saturating_lanes", 1500, kind("saturating_lanes")),
    Workload("kinds", "bit_counts", 1500, kind("bit_counts")),
    Workload("kinds", "clocks", 2000000, kind("clocks")),
    Workload("kinds", "allocation", 5000000, kind("allocation")),
    Workload("kinds", "flush_to_zero", 400000, kernel("nbody", "-ffast-math", name="flush_to_zero")),

    Workload("processes", "bash", 500, script("/usr/bin/bash", "-c", "for ((i = 0; i < @; i++)); do /bin/true; done")),
    Workload("processes", "configure", 6, configure),
    Workload("processes", "make", 30, make),
    Workload("processes", "forkexec", 200, kernel("forkexec")),

    Workload("calls", "dd", 500000, script("/usr/bin/dd", "if=/dev/zero", "of=/dev/null", "bs=1", "status=none", "count=@")),
    Workload("calls", "pipes", 100000, kernel("pipes")),
    Workload("calls", "getppid", 2000000, kernel("getppid")),

    Workload("signals", "timer", 400000000, kernel("timer")),
    Workload("signals", "kills", 50000, kernel("kills")),

    Workload("threads", "mutex", 2000000, kernel("mutex")),
    Workload("threads", "futex", 150000, kernel("futex")),
]

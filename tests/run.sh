#!/bin/bash
# Builds and tests everything; the last line is "N passed, N failed, N skipped".
#
# usage: tests/run [quick | all]
#   (default)  release with gcc: every test; ASan+UBSan with clang: unit tests, guest programs, commands
#   quick      release with gcc: unit tests, guest programs, commands
#   all        release and ASan+UBSan, with gcc and with clang, every test in each
# Longer runs: tests/real.py --times 20; see tests/README.md.
set -uo pipefail
cd "$(dirname "$0")/.."
extent=${1:-default}
case $extent in default | quick | all) ;; *) echo "usage: tests/run [quick | all]" >&2; exit 2 ;; esac
bash tests/packages build samples tests || exit 1
passed=0 failed=0 skipped=0
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

# Takes the counts out of a suite's closing line, be it doctest's or ours.
count() { # NAME STATUS FILE
  local line p=0 f=0 s=0
  if line=$(grep -a '^\[doctest\] test cases:' "$3" | tail -n 1) && [ -n "$line" ]; then
    p=$(sed -E 's/.*\| *([0-9]+) passed.*/\1/' <<<"$line") f=$(sed -E 's/.*\| *([0-9]+) failed.*/\1/' <<<"$line")
  elif line=$(grep -aE '^[a-z]+: [0-9]+ passed, [0-9]+ failed' "$3" | tail -n 1) && [ -n "$line" ]; then
    p=$(sed -E 's/.*: ([0-9]+) passed.*/\1/' <<<"$line") f=$(sed -E 's/.* ([0-9]+) failed.*/\1/' <<<"$line")
    s=$(sed -E 's/.* ([0-9]+) skipped.*/\1/' <<<"$line")
  else
    f=1
    echo "$1 printed no result (status $2)"
  fi
  [ "$2" != 0 ] && [ "$f" = 0 ] && f=1
  [ "$f" != 0 ] && { echo "--- $1"; grep -avE '^ok ' "$3" | tail -n 60; }
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  echo "$1: $p passed, $f failed, $s skipped"
}

suite() { # NAME COMMAND...
  local name=$1
  shift
  "$@" >"$results/out" 2>&1 </dev/null
  count "$name" $? "$results/out"
}

configuration() { # NAME COMPILER SUITES MESON-OPTIONS...
  local name=$1 compiler=$2 suites=$3
  shift 3
  local build=build-$name test
  if ! { [ -d "$build" ] || CXX=$compiler meson setup "$build" "$@"; } >"$results/out" 2>&1 ||
    ! ninja -C "$build" >"$results/out" 2>&1; then
    echo "--- $name does not build"
    grep -aE 'error|FAILED|ERROR' "$results/out" | head -n 40
    failed=$((failed + 1))
    return
  fi
  export SIGTAPE=$PWD/$build/sigtape
  for test in "$build"/tests/*/test_*; do
    [ -x "$test" ] && [ -f "$test" ] && suite "$name ${test##*/}" "$test"
  done
  for test in $suites; do suite "$name $test" python3 "tests/$test.py"; done
}

export ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
sanitized="-Db_sanitize=address,undefined -Db_lundef=false -Dbuildtype=debugoptimized"
everything="tree commands guests damage freebsd real"
case $extent in
  quick) configuration gcc g++ "tree commands guests" ;;
  default)
    configuration gcc g++ "$everything"
    configuration clang-sanitized clang++ "guests commands" $sanitized ;;
  all)
    configuration gcc g++ "$everything"
    configuration clang clang++ "$everything"
    configuration gcc-sanitized g++ "$everything" $sanitized
    configuration clang-sanitized clang++ "$everything" $sanitized ;;
esac
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]

#!/bin/sh
# Run one test: run_test.sh LOG-FOLDER NAME [--criterion] COMMAND...
#
# Under Criterion a leak or an undefined-behaviour report leaves the exit status at 0, and so does a run
# without any test. So sanitizers write to files, and a file that is not empty fails the test; and the
# TAP file of a Criterion program must hold at least one test.
set -u
logs=$1/$2
shift 2
rm -rf "$logs"
mkdir -p "$logs"
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:log_path=$logs/asan:detect_leaks=1:strict_string_checks=1"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-}:log_path=$logs/ubsan:print_stacktrace=1"
export TSAN_OPTIONS="${TSAN_OPTIONS:-}:log_path=$logs/tsan:halt_on_error=0:exitcode=66"

tap=
if [ "$1" = --criterion ]; then
    shift
    tap=$logs/tap
    set -- "$@" -j1 "--tap=$tap"
fi
"$@"
status=$?

if [ -n "$tap" ]; then
    ran=$(grep -Ec '^(not )?ok ' "$tap" 2>/dev/null)
    grep -E '^not ok ' "$tap" 2>/dev/null
    if [ "${ran:-0}" -eq 0 ]; then
        echo "no test was run"
        status=1
    fi
fi
for log in "$logs"/asan* "$logs"/ubsan* "$logs"/tsan*; do
    [ -s "$log" ] || continue
    echo "sanitizer report $log:"
    head -n 100 "$log"
    [ "$status" -ne 0 ] && [ "$status" -ne 77 ] || status=1
done
exit "$status"

#!/bin/bash
# Benchmark: how quickly the command line answers: `monitor --help`, and `monitor status` of a running monitor.
#
#   tests/bench/commands.sh [--seconds N]     (default 10 calls of each)
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/bench.sh"
options 10 "$@"
trap_exits
describe_machine
wait_for_idle
make_namespaces
start_monitor >/dev/null

# median COMMAND...: of the calls' times, in ms.
median() {
    local began
    for _ in $(seq "$seconds"); do
        began=$(date +%s%N)
        "$@" >/dev/null
        echo $((($(date +%s%N) - began) / 1000000))
    done | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}
line "monitor --help" "$(median "$root/ops/monitor" --help)" "ms" "median of $seconds"
line "monitor status" "$(median monitor status --run-dir "$work/run")" "ms" "median of $seconds, with ip netns exec"
monitor stop --run-dir "$work/run" >/dev/null

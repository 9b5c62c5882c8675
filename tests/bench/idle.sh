#!/bin/bash
# Benchmark: what an idle monitor costs: processor time of its whole process, and its memory.
#
#   tests/bench/idle.sh [--seconds N]     (default 30)
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/bench.sh"
options 30 "$@"
trap_exits
describe_machine
make_namespaces
start_monitor >/dev/null
wait_for 5 in_host ping -n -q -c 1 -W 1 "$outside_ip" || true
sleep 2

# ticks: user and system time of the process, in 1/100 s (fields 14 and 15 of proc(5) stat; the name may have spaces).
ticks() { sed 's/.*) //' "/proc/$monitor_pid/stat" | awk '{ print $12 + $13 }'; }
before=$(ticks)
sleep "$seconds"
after=$(ticks)
line "processor time of the idle monitor" "$(awk -v t=$((after - before)) -v s="$seconds" 'BEGIN { printf "%.2f", t / s }')" "%" "of one core over $seconds s"
line "its anonymous memory (RssAnon)" "$(awk '/RssAnon/ { printf "%.1f", $2 / 1024 }' "/proc/$monitor_pid/status")" "MiB"
line "the domain's memory" "$(status '.domain.ramBytes / 1048576')" "MiB" "shared with the monitor, not in RssAnon"
monitor stop --run-dir "$work/run" >/dev/null

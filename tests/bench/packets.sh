#!/bin/bash
# Benchmark: frames of 64 bytes a second from outside to the host by wire, card, driver domain, switch and tap,
# with and without the audit log; and by a plain veth pair between the same namespaces, in the same run. Monitors are
# warmed until their compilers rest. What the log costs is measured inside one monitor, which has it on and off in turns.
#
#   tests/bench/packets.sh [--seconds N]     (default 10, for each of the measurements)
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/bench.sh"
options 10 "$@"
trap_exits
describe_machine
wait_for_idle
make_namespaces
gcc -std=gnu17 -O2 -Wall -Wextra -o "$work/pktgen" "$root/tests/bench/pktgen.c"

# flood INTERFACE-OUTSIDE INTERFACE-IN-HOST SECONDS: sends as fast as it can. The frames go to an address that nobody
# has, so the host's stack drops them as early as it can.
flood() { in_outside "$work/pktgen" "$1" "$(mac "$host" "$2")" 10.77.0.250 64 "$3"; }

# rate TITLE INTERFACE-OUTSIDE INTERFACE-IN-HOST: floods and counts what arrives; $figure has it.
rate() {
    local before sent began
    before=$(packets "$host" "$3")
    began=$(date +%s%N)
    sent=$(flood "$2" "$3" "$seconds")
    figure=$((($(packets "$host" "$3") - before) * 1000000 / (($(date +%s%N) - began) / 1000)))
    line "$1" "$figure" "pps" "$sent"
}

# running LAUNCHER: a monitor of it, warm.
running() {
    launcher=$1
    start_monitor >/dev/null
    wait_for 5 in_host ping -n -q -c 1 -W 1 "$outside_ip" || true
    settle flood eth0 cof0 2
}

ip -n "$host" link add peer0 type veth peer name peer0 netns "$outside"
ip -n "$host" link set peer0 up
ip -n "$outside" link set peer0 up
rate "kernel veth alone" peer0 peer0
veth=$figure
ip -n "$host" link del peer0

running "$root/ops/monitor"
rate "card, domain, switch, tap; with the audit log" eth0 cof0
line "  to kernel veth" "$(awk -v a="$figure" -v b="$veth" 'BEGIN { printf "%.2f", b ? a / b : 0 }')" "" "ratio"
monitor stop --run-dir "$work/run" >/dev/null
monitor audit verify --audit-dir "$work/audit" | sed 's/^/  /'

make_switched
running "$switched"
begin_samples
flood eth0 cof0 "$seconds" >/dev/null
cost "the same, the log switched each half second" "pps" 2 1
monitor stop --run-dir "$work/run" >/dev/null

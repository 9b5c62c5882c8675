#!/bin/bash
# Benchmark: frames of 64 bytes a second from outside to the host by wire, card, driver domain, switch and tap,
# with and without the audit log; and by a plain veth pair between the same namespaces, in the same run.
#
#   tests/bench/packets.sh [--seconds N]     (default 5, for each of the measurements)
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/bench.sh"
options 5 "$@"
trap_exits
describe_machine
wait_for_idle
make_namespaces
gcc -std=gnu17 -O2 -Wall -Wextra -o "$work/pktgen" "$root/tests/bench/pktgen.c"

# rate TITLE INTERFACE-OUTSIDE INTERFACE-IN-HOST REMARK: sends as fast as it can, counts what arrives. The frames
# go to an address that nobody has, so the host's stack drops them as early as it can.
rate() {
    local before after sent began ended
    before=$(packets "$host" "$3")
    began=$(date +%s%N)
    sent=$(in_outside "$work/pktgen" "$2" "$(mac "$host" "$3")" 10.77.0.250 64 "$seconds")
    ended=$(date +%s%N)
    after=$(packets "$host" "$3")
    line "$1" "$(((after - before) * 1000000 / ((ended - began) / 1000)))" "pps" "$sent${4:+; $4}"
}

measure() {
    local cpu began
    start_monitor >/dev/null
    wait_for 5 in_host ping -n -q -c 1 -W 1 "$outside_ip" || true
    rate "warm-up" eth0 cof0
    cpu=$(monitor_cpu)
    began=$(date +%s%N)
    rate "$1" eth0 cof0
    line "  monitor" "$((($(monitor_cpu) - cpu) * 100 / ($(date +%s%N) - began)))" "% CPU"
    monitor stop --run-dir "$work/run" >/dev/null
}

ip -n "$host" link add peer0 type veth peer name peer0 netns "$outside"
ip -n "$host" link set peer0 up
ip -n "$outside" link set peer0 up
rate "kernel veth alone" peer0 peer0
ip -n "$host" link del peer0
make_silent
for _ in 1 2; do # in turns, so that what changes on the machine meets both
    launcher=$root/ops/monitor
    measure "card, domain, switch, tap; with the audit log"
    launcher=$silent
    measure "the same without the audit log"
done
launcher=$root/ops/monitor
monitor audit verify --audit-dir "$work/audit" | sed 's/^/  /'

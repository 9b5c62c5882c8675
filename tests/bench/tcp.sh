#!/bin/bash
# Benchmark: TCP between host and outside by wire, card, driver domain, switch and tap, both ways, with and without
# the audit log; and by a plain veth pair between the same namespaces, in the same run.
#
#   tests/bench/tcp.sh [--seconds N]     (default 5, for each of the measurements)
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/bench.sh"
options 5 "$@"
trap_exits
describe_machine
wait_for_idle
make_namespaces
in_outside iperf3 -s >/dev/null 2>&1 &
wait_for 5 in_outside sh -c "ss -ltn | grep -q :5201"

# rate TITLE ADDRESS IPERF-OPTIONS...
rate() {
    local title=$1 address=$2
    shift 2
    in_host iperf3 -J -c "$address" -t "$seconds" "$@" >"$work/iperf.json" || true
    line "$title" "$(jq '.end.sum_received.bits_per_second // 0 | . / 1e6 | round' "$work/iperf.json")" "Mbit/s" \
        "$(jq -r '.end | "\(.sum_sent.retransmits // 0) retransmits; iperf3 \(.cpu_utilization_percent.host_total | round) % in host, \(.cpu_utilization_percent.remote_total | round) % outside"' "$work/iperf.json")"
}

measure() {
    local cpu began way
    start_monitor >/dev/null
    wait_for 5 in_host ping -n -q -c 1 -W 1 "$outside_ip" || true
    in_host iperf3 -c "$outside_ip" -t 2 >/dev/null || true # warms the monitor's code
    in_host iperf3 -c "$outside_ip" -t 2 -R >/dev/null || true
    for way in "host to outside:" "outside to host:-R"; do
        cpu=$(monitor_cpu)
        began=$(date +%s%N)
        # shellcheck disable=SC2086 # no option, or one
        rate "$1, ${way%:*}" "$outside_ip" ${way#*:}
        line "  monitor" "$((($(monitor_cpu) - cpu) * 100 / ($(date +%s%N) - began)))" "% CPU"
    done
    monitor stop --run-dir "$work/run" >/dev/null
}

# veth TITLE OFFLOADS: the peer, a kernel veth pair with nothing of ours on it.
veth() {
    ip -n "$host" link add peer0 type veth peer name peer0 netns "$outside"
    in_host ethtool -K peer0 tx "$2" tso "$2" gso "$2" gro "$2" >/dev/null 2>&1
    in_outside ethtool -K peer0 tx "$2" tso "$2" gso "$2" gro "$2" >/dev/null 2>&1
    ip -n "$host" address add 10.79.0.1/24 dev peer0
    ip -n "$host" link set peer0 up
    ip -n "$outside" address add 10.79.0.2/24 dev peer0
    ip -n "$outside" link set peer0 up
    rate "$1, host to outside" 10.79.0.2
    rate "$1, outside to host" 10.79.0.2 -R
    ip -n "$host" link del peer0
}

veth "kernel veth, frames of the MTU" off
veth "kernel veth, with offloads" on
make_silent
for _ in 1 2; do # in turns, so that what changes on the machine meets both
    launcher=$root/ops/monitor
    measure "card and domain, with the audit log"
    launcher=$silent
    measure "card and domain, without the audit log"
done
launcher=$root/ops/monitor
monitor audit verify --audit-dir "$work/audit" | sed 's/^/  /'

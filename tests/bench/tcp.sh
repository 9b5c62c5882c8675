#!/bin/bash
# Benchmark: TCP between host and outside by wire, card, driver domain, switch and tap, both ways, with and without
# the audit log; and by a plain veth pair between the same namespaces, in the same run. Monitors are warmed until their
# compilers rest. What the log costs is measured inside one monitor, which has it on and off in turns.
#
#   tests/bench/tcp.sh [--seconds N]     (default 10, for each of the measurements)
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/bench.sh"
options 10 "$@"
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

both_ways() {
    in_host iperf3 -c "$outside_ip" -t 1
    in_host iperf3 -c "$outside_ip" -t 1 -R
}

# running LAUNCHER: a monitor of it, warm.
running() {
    launcher=$1
    start_monitor >/dev/null
    wait_for 5 in_host ping -n -q -c 1 -W 1 "$outside_ip" || true
    settle both_ways
}

# with_log WAY IPERF-OPTIONS...: rate, with what the monitor spends on it.
with_log() {
    local cpu began
    cpu=$(monitor_cpu)
    began=$(date +%s%N)
    rate "card and domain, with the audit log, $1" "$outside_ip" "${@:2}"
    line "  monitor" "$((($(monitor_cpu) - cpu) * 100 / ($(date +%s%N) - began)))" "% CPU"
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

running "$root/ops/monitor"
with_log "host to outside"
with_log "outside to host" -R
monitor stop --run-dir "$work/run" >/dev/null
monitor audit verify --audit-dir "$work/audit" | sed 's/^/  /'

make_switched
running "$switched"
begin_samples
in_host iperf3 -c "$outside_ip" -t "$seconds" >/dev/null || true
cost "TCP host to outside, the log in turns" "Mbit/s" 4 8e-6
begin_samples
in_host iperf3 -c "$outside_ip" -t "$seconds" -R >/dev/null || true
cost "TCP outside to host, the log in turns" "Mbit/s" 3 8e-6
monitor stop --run-dir "$work/run" >/dev/null

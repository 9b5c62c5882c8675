#!/bin/bash
# Benchmark: two guests forward to each other through the switch of one monitor. Both are virtio-user ports of one
# testpmd, which has one core; the monitor has the other. The peer in the same run is another testpmd, whose vhost
# driver forwards between the same two front ends in the switch's place. Frames go round in a closed loop, so that none
# is lost and the slowest of the two cores sets the pace. What the log costs is measured inside one monitor.
#
#   tests/bench/guests.sh [--seconds N]     (default 10, for each of the measurements)
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/bench.sh"
. "$root/tests/bench/testpmd.sh"
options 10 "$@"
need_testpmd
trap_exits
describe_machine
wait_for_idle
make_namespaces
first_mac=02:cf:00:00:01:01
second_mac=02:cf:00:00:01:02

# front_end BYTES: attaches both guests and lets 768 frames of this size go round in each direction.
front_end() {
    testpmd front 1 "net_virtio_user0,path=$first,mac=$first_mac,queues=1,queue_size=1024 net_virtio_user1,path=$second,mac=$second_mac,queues=1,queue_size=1024" \
        --forward-mode=io --txpkts="$1" --txd=1024 --rxd=1024 --eth-peer=0,$second_mac --eth-peer=1,$first_mac
    tell front "start tx_first 24"
    sleep 1
}

# rate TITLE SECONDS: sets $figure to the millions of packets that both guests receive in a second.
rate() {
    local before after began
    before=$(counted front RX)
    began=$(date +%s%N)
    sleep "$2"
    after=$(counted front RX)
    figure=$(awk -v n=$((after - before)) -v t=$(($(date +%s%N) - began)) 'BEGIN { printf "%.2f", n / t * 1e3 }')
    line "$1" "$figure" "Mpps"
}

# load SECONDS: what the monitor's compilers are warmed by.
load() { sleep "$1"; }

# with_guests LAUNCHER BYTES: a warm monitor on core 0 whose two guests forward to each other.
with_guests() {
    launcher=$1
    start_monitor >/dev/null
    taskset -a -p -c 0 "$monitor_pid" >/dev/null
    monitor guest add first --mac $first_mac --peers second --run-dir "$work/run" >/dev/null
    monitor guest add second --mac $second_mac --peers first --run-dir "$work/run" >/dev/null
    first=$(monitor guest show first -o json --run-dir "$work/run" | jq -r .socket)
    second=$(monitor guest show second -o json --run-dir "$work/run" | jq -r .socket)
    front_end "$2"
    settle load 2
}

make_switched
for bytes in 64 1500; do
    first=$work/first.sock
    second=$work/second.sock
    testpmd back 0 "net_vhost0,iface=$first,queues=1 net_vhost1,iface=$second,queues=1" --forward-mode=io --txd=1024 --rxd=1024
    tell back start
    front_end $bytes
    rate "testpmd's vhost driver, $bytes bytes" "$seconds"
    peer=$figure
    dismiss front
    dismiss back

    with_guests "$root/ops/monitor" $bytes
    rate "the monitor's switch, with the audit log, $bytes bytes" "$seconds"
    line "  to testpmd's" "$(awk -v a="$figure" -v b="$peer" 'BEGIN { printf "%.2f", b ? a / b : 0 }')" "" "ratio"
    dismiss front
    monitor stop --run-dir "$work/run" >/dev/null
    monitor audit verify --audit-dir "$work/audit" | sed 's/^/  /'

    with_guests "$switched" $bytes
    begin_samples
    sleep "$seconds"
    cost "the same, the log switched each half second" "pps" 6 0.5
    dismiss front
    monitor stop --run-dir "$work/run" >/dev/null
done

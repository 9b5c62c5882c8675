#!/bin/bash
# Benchmark: what a guest loses when another floods. The host sends to one guest at a steady rate; another guest sends
# as fast as it can, to the wire or to an address that nobody has, small frames or large ones. Prints what arrives at the
# first one, without and with the flood. The monitor has one core; the guests and the sender share the other.
#
#   tests/bench/fairness.sh [--seconds N]     (default 5, for each of the measurements)
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/bench.sh"
. "$root/tests/bench/testpmd.sh"
options 5 "$@"
need_testpmd
trap_exits
describe_machine
wait_for_idle
make_namespaces
gcc -std=gnu17 -O2 -Wall -Wextra -o "$work/pktgen" "$root/tests/bench/pktgen.c"
quiet_mac=02:cf:00:00:01:01
loud_mac=02:cf:00:00:01:02
offered=50000

start_monitor >/dev/null
taskset -a -p -c 0 "$monitor_pid" >/dev/null
monitor guest add quiet --mac $quiet_mac --peers host --run-dir "$work/run" >/dev/null
monitor guest add loud --mac $loud_mac --peers host --run-dir "$work/run" >/dev/null
quiet=$(monitor guest show quiet -o json --run-dir "$work/run" | jq -r .socket)
loud=$(monitor guest show loud -o json --run-dir "$work/run" | jq -r .socket)
testpmd quiet 1 "net_virtio_user0,path=$quiet,mac=$quiet_mac,queues=1,queue_size=1024" --forward-mode=rxonly --txd=1024 --rxd=1024
tell quiet start

# arrives SECONDS: sets $figure to the frames a second that the quiet guest receives while the host sends to it.
arrives() {
    local before after began
    before=$(counted quiet RX 1)
    began=$(date +%s%N)
    in_host taskset -c 1 "$work/pktgen" cof0 $quiet_mac 10.77.0.9 64 "$1" $offered >"$work/sent"
    after=$(counted quiet RX 1)
    figure=$(((after - before) * 1000000 / (($(date +%s%N) - began) / 1000)))
}

# flood TITLE DESTINATION BYTES
flood() {
    testpmd loud 1 "net_virtio_user0,path=$loud,mac=$loud_mac,queues=1,queue_size=1024" --forward-mode=txonly \
        --txpkts="$3" --txd=1024 --rxd=1024 --eth-peer=0,"$2"
    tell loud start
    local before began
    before=$(counted loud TX 1)
    began=$(date +%s%N)
    arrives "$seconds"
    sent=$((($(counted loud TX 1) - before) * 1000000 / (($(date +%s%N) - began) / 1000)))
    tell loud stop
    line "with a flood $1" "$figure" "pps" "$(awk -v a="$figure" -v b="$alone" -v s="$sent" 'BEGIN {
        printf "%.1f %% less; the flood got rid of %d pps", b ? 100 * (b - a) / b : 100, s }')"
    dismiss loud
}

arrives 5 # the compilers' turn
arrives "$seconds"
alone=$figure
line "alone, $offered offered" "$alone" "pps"
flood "to the wire, 64 bytes" 02:cf:00:00:00:99 64
flood "to the wire, 1500 bytes" 02:cf:00:00:00:99 1500
flood "to the host, 64 bytes" "$(mac "$host" cof0)" 64
flood "to the host, 1500 bytes" "$(mac "$host" cof0)" 1500
dismiss quiet
monitor stop --run-dir "$work/run" >/dev/null

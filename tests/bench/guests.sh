#!/bin/bash
# Benchmark: two guests on one switch. Two virtio-user ports of one testpmd, on one core, hand frames to each other
# through the monitor's switch, whose thread has the other core; then through testpmd's own vhost driver in the switch's
# place. Frames a second, both directions together, with the audit log on.
#
#   tests/bench/guests.sh [--seconds N]     (default 5 for each figure)
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/bench.sh"
options 5 "$@"
place=$("$root/tests/testpmd/unpack") || fail 3 "testpmd could not be unpacked; tests/testpmd/unpack says why"
drivers=$place/lib/dpdk/pmds-23.0
trap_exits
describe_machine
wait_for_idle
make_namespaces
start_monitor >/dev/null

# testpmd PREFIX CORE ARGUMENTS...: one whose forwarding thread has this core; it reads its commands from standard input.
testpmd() {
    local prefix=$1 core=$2 drivers_words=() name
    shift 2
    for name in bus_vdev mempool_ring net_virtio net_vhost; do
        drivers_words+=(-d "$drivers/librte_$name.so.23")
    done
    RUNTIME_DIRECTORY=$work LD_LIBRARY_PATH=$place/lib:$drivers "$place/dpdk-testpmd" --no-huge -m 256 --no-pci --no-telemetry \
        --file-prefix "$prefix" --lcores "0@0-1,1@$core" "${drivers_words[@]}" "$@"
}

# measure SOCKET-A SOCKET-B BYTES: frames a second that both ports have received, in the second of two looks.
measure() {
    {
        sleep 3
        echo "start tx_first 4"
        sleep 3
        echo "show port stats all"
        sleep "$seconds"
        echo "show port stats all"
        sleep 1
        echo quit
    } | testpmd benchfront 0 --vdev "net_virtio_user0,path=$1,mac=02:00:00:00:00:01,queues=1" \
        --vdev "net_virtio_user1,path=$2,mac=02:00:00:00:00:02,queues=1" -- --interactive --forward-mode=io \
        --total-num-mbufs=16384 --txpkts="$3" \
        --eth-peer=0,02:00:00:00:00:02 --eth-peer=1,02:00:00:00:00:01 2>&1 |
        awk '/Rx-pps:/ { n++; if (n > 2) sum += $2 } END { print sum + 0 }'
}

share() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%d", b ? 100 * a / b : 0 }'; }

for number in 1 2; do
    monitor guest add "g$number" --mac "02:00:00:00:00:0$number" --peers "g$((3 - number))" --run-dir "$work/run" >/dev/null
done
for task in /proc/"$monitor_pid"/task/*; do
    [ "$(cat "$task/comm")" != domain ] || taskset -p -c 1 "${task##*/}" >/dev/null
done
declare -A ours theirs
for bytes in 64 1500; do
    measure "$work/run/guests/g1" "$work/run/guests/g2" "$bytes" >/dev/null # the compilers' turn
    ours[$bytes]=$(measure "$work/run/guests/g1" "$work/run/guests/g2" "$bytes")
done
monitor stop --run-dir "$work/run" >/dev/null

mkfifo "$work/back"
testpmd benchback 1 --vdev "net_vhost0,iface=$work/v1" --vdev "net_vhost1,iface=$work/v2" -- --interactive \
    --forward-mode=io --auto-start --no-flush-rx --total-num-mbufs=16384 <"$work/back" >"$work/back.log" 2>&1 &
back=$!
exec 9>"$work/back"
wait_for 10 test -S "$work/v2"
for bytes in 64 1500; do
    theirs[$bytes]=$(measure "$work/v1" "$work/v2" "$bytes")
done
echo quit >&9
exec 9>&-
wait "$back" || true

for bytes in 64 1500; do
    line "guest to guest, $bytes bytes, switch with its log on" "${ours[$bytes]}" "frames/s" \
        "$(share "${ours[$bytes]}" "${theirs[$bytes]}") % of testpmd's vhost"
    line "guest to guest, $bytes bytes, testpmd's vhost" "${theirs[$bytes]}" "frames/s"
done

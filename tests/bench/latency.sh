#!/bin/bash
# Benchmark: how long a 64-byte frame takes from one guest to another through the switch of one monitor, at several rates
# of frames. The guests are two cards of the library OS in one process, which sends, receives and keeps a histogram
# (HdrHistogram) of the time from when each frame was due; it spins on one core, the monitor has the other. The peer in
# the same run is a testpmd whose vhost driver forwards between the same two cards in the switch's place.
#
#   tests/bench/latency.sh [--seconds N]     (default 10, for each of the measurements)
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/bench.sh"
. "$root/tests/bench/testpmd.sh"
options 10 "$@"
need_testpmd
classes=$root/tests/target/test-classes
[ -d "$root/tests/target/bench/lib" ] || fail 3 "tests/target/bench/lib is not built yet; run ops/test or mvn package once"
trap_exits
describe_machine
wait_for_idle
make_namespaces
first_mac=02:cf:00:00:01:01
second_mac=02:cf:00:00:01:02

# measure TITLE: one line of figures for each rate.
measure() {
    local rate sent lost p50 p99 p9999 most
    for rate in 10000 100000 1000000; do
        read -r sent lost p50 p99 p9999 most < <(in_host taskset -c 1 "$JAVA_HOME/bin/java" -XX:+UseSerialGC \
            --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Djnr.ffi.x86asm.enabled=false \
            -cp "$classes:$root/tests/target/bench/lib/*:$root/monitor/target/dist/lib/*" \
            org.cofferdam.tests.bench.GuestLatency "$first" $first_mac "$second" $second_mac 64 $rate "$seconds")
        line "$1, $rate frames/s" "$p50" "us p50" "p99 $p99, p99.99 $p9999, largest $most; $lost of $sent lost"
    done
}

first=$work/first.sock
second=$work/second.sock
testpmd back 0 "net_vhost0,iface=$first,queues=1 net_vhost1,iface=$second,queues=1" --forward-mode=io --no-flush-rx
tell back start
measure "testpmd's vhost driver"
dismiss back

launcher=$root/ops/monitor
start_monitor >/dev/null
taskset -a -p -c 0 "$monitor_pid" >/dev/null
monitor guest add first --mac $first_mac --peers second --run-dir "$work/run" >/dev/null
monitor guest add second --mac $second_mac --peers first --run-dir "$work/run" >/dev/null
first=$(monitor guest show first -o json --run-dir "$work/run" | jq -r .socket)
second=$(monitor guest show second -o json --run-dir "$work/run" | jq -r .socket)
measure "the monitor's switch, with the audit log"
monitor stop --run-dir "$work/run" >/dev/null
monitor audit verify --audit-dir "$work/audit" | sed 's/^/  /'

#!/bin/bash
# Benchmark: how fast the shipper brings a log that is there into a broker on the same machine, which takes its half of
# the cores: blocks and MB a second up to the last commit, with the events' topic and without, for the compressions that
# Kafka has. The log is of bursts of 32 packets of random lengths, which compress badly. The time is from the moment that
# the shipper says where it begins; how long its JVM and its first talk with the broker took before that stands beside.
#
#   tests/bench/shipper.sh [--seconds N]     (default 4: the log is what so many seconds of full writing bring)
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/bench.sh"
options 4 "$@"
classes=$root/tests/target/test-classes
[ -n "$(find "$root/audit-log/kafka/target/dist/lib" -name 'audit-kafka-*.jar' 2>/dev/null)" ] ||
    fail 3 "audit-log/kafka/target/dist/lib is not built yet; run ops/test or mvn package once"
[ -f "$classes/org/cofferdam/tests/lab/AuditTraffic.class" ] || fail 3 "tests/target/test-classes is not built yet; run ops/test or mvn package once"
trap_exits
describe_machine
wait_for_idle
make_namespaces

# java CLASS ARGUMENTS...: a program of the tests, beside the broker.
java() {
    in_host "$JAVA_HOME/bin/java" -XX:+UseSerialGC -Xmx256m --enable-native-access=ALL-UNNAMED \
        --sun-misc-unsafe-memory-access=allow -Djnr.ffi.x86asm.enabled=false \
        -Dorg.slf4j.simpleLogger.log.org.apache.kafka=off \
        -cp "$classes:$root/monitor/target/dist/lib/*:$root/audit-log/kafka/target/dist/lib/*" "$@"
}

counter() { sed -n "s/^cofferdam_shipper_$1 //p" "$work/state/shipper.prom" 2>/dev/null; }

caught_up() { [ "$(counter lag_blocks)" = 0 ] && [ "$(counter next_block)" -gt 0 ]; }

# ship LOG TITLE EVENTS COMPRESSION: ships a log to its end and prints how fast.
ship() {
    local shipper started began bytes blocks took
    rm -rf "$work/state"
    run=$((${run:-0} + 1))
    echo "compression.type=$4" >"$work/client.properties"
    started=$(date +%s%N)
    # Not by in_host: the signal is for the shipper, not for a shell around it.
    ip netns exec "$host" "$root/ops/monitor" ship --audit-dir "$1" --state-dir "$work/state" --kafka-config "$work/client.properties" \
        --to "kafka://127.0.0.1:9092/run$run.blocks" --events-topic "$3" >"$work/shipper.log" 2>&1 &
    shipper=$!
    wait_for 60 grep -q 'shipping the log' "$work/shipper.log" || fail 5 "the shipper does not begin; it said: $(tail -n 1 "$work/shipper.log")"
    began=$(date +%s%N)
    wait_for 300 caught_up || fail 5 "the shipper did not come to the log's end; it said: $(tail -n 1 "$work/shipper.log")"
    # When the last block was committed, not when the counters were written.
    took=$(($(date -d "$(sed -n 's/^time //p' "$work/state/shipped")" +%s%N) - began))
    blocks=$(counter next_block)
    bytes=$(counter bytes_shipped_total)
    line "$2, $4" "$(awk -v n="$blocks" -v t="$took" 'BEGIN { printf "%d", n / t * 1e9 }')" "blocks/s" \
        "$(awk -v b="$bytes" -v t="$took" -v s=$((began - started)) 'BEGIN {
            printf "%.1f MB/s; %.1f s, and %.1f s to begin", b / t * 1e3, t / 1e9, s / 1e9 }')"
    kill "$shipper"
    wait "$shipper" || true
}

java org.cofferdam.tests.lab.AuditTraffic "$work/mixed" 67108864 0 $((seconds * 150000)) <"/dev/null" >/dev/null
line "the log" "$(du -sm "$work/mixed" | cut -f1)" "MB" "random lengths"
in_host "$root/ops/kafka" start --dir "$work/broker" >/dev/null
ship "$work/mixed" "warm-up of the broker" none lz4
for compression in none lz4 zstd; do
    ship "$work/mixed" "shipper, blocks alone" none "$compression"
done
ship "$work/mixed" "shipper, blocks and events" events lz4
in_host "$root/ops/kafka" stop --dir "$work/broker"

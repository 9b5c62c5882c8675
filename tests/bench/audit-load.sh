#!/bin/bash
# Benchmark: two guests send to each other through the switch of one monitor at the rate of two gigabit lines, 2 x 1.488
# million frames of 64 bytes a second, or as fast as it goes, and everything is in the audit log. The guests have one core,
# the monitor the other.
#
#   tests/bench/audit-load.sh [--seconds N] [--keep FOLDER]    (default 10, for each of the measurements)
#
#   --keep FOLDER   where a profile of the monitor is left (a recording of the JDK's flight recorder), if the frames
#                   that passed are fewer than 1.488 million a second in all
#
# First the capacity, with the log off and on in turns of half a second inside one monitor, the load as fast as it goes.
# Then the load at its rate, or at nine tenths of the capacity if that is less: records lost by the counters and by
# 'audit verify' afterwards, the writer's processor time, bytes on disk. Then the same bursts in loggers of others.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/bench.sh"
. "$root/tests/bench/testpmd.sh"
. "$root/tests/bench/loggers.sh"
keep=
arguments=()
while [ $# -gt 0 ]; do
    case $1 in
    --keep)
        keep=${2:-}
        [ -d "$keep" ] || fail 2 "--keep takes a folder that exists"
        keep=$(readlink -f "$keep")
        shift
        ;;
    *) arguments+=("$1") ;;
    esac
    shift
done
options 10 "${arguments[@]}"
need_testpmd
need_loggers
[ -d "$root/tests/target/bench/lib" ] || fail 3 "tests/target/bench/lib is not built yet; run ops/test or mvn package once"
trap_exits
describe_machine
describe_loggers
wait_for_idle
make_namespaces
first_mac=02:cf:00:00:01:01
second_mac=02:cf:00:00:01:02
line_rate=1488000 # frames of 64 bytes a second on a gigabit line, with their gaps

# with_guests LAUNCHER: a monitor on core 0 with two guests that may talk to each other.
with_guests() {
    launcher=$1
    start_monitor >/dev/null
    taskset -a -p -c 0 "$monitor_pid" >/dev/null
    monitor guest add first --mac $first_mac --peers second --run-dir "$work/run" >/dev/null
    monitor guest add second --mac $second_mac --peers first --run-dir "$work/run" >/dev/null
    first=$(monitor guest show first -o json --run-dir "$work/run" | jq -r .socket)
    second=$(monitor guest show second -o json --run-dir "$work/run" | jq -r .socket)
}

# closed_loop: 768 frames go round in each direction, as fast as the slower of the two cores.
closed_loop() {
    testpmd front 1 "net_virtio_user0,path=$first,mac=$first_mac,queues=1,queue_size=1024 net_virtio_user1,path=$second,mac=$second_mac,queues=1,queue_size=1024" \
        --forward-mode=io --txpkts=64 --txd=1024 --rxd=1024 --eth-peer=0,$second_mac --eth-peer=1,$first_mac
    tell front "start tx_first 24"
    sleep 1
}

load() { sleep "$1"; }

# writer_cpu: ns of processor time of the monitor's writer of the log so far.
writer_cpu() {
    local task
    for task in /proc/"$monitor_pid"/task/*; do
        [ "$(cat "$task/comm" 2>/dev/null)" != audit-writer ] || awk '{ print $1 }' "$task/schedstat"
    done
}

# counters: records written, lost, bytes, of the audit log, ns of processor time of its writer and of all, and of the clock.
counters() { echo "$(status '.audit | "\(.records) \(.lost) \(.bytes)"') $(writer_cpu) $(monitor_cpu) $(date +%s%N)"; }

echo "capacity, the load as fast as it goes:"
make_switched
with_guests "$switched"
closed_loop
settle load 2
begin_samples
sleep "$((2 * seconds))"
cost "  frames through the switch, the log switched" "pps" 6 0.5 | tee "$work/cost"
dismiss front
monitor stop --run-dir "$work/run" >/dev/null
capacity=$(awk '/log off/ { for (i = 1; i <= NF; i++) if ($i == "pps") print $(i - 1) }' "$work/cost")
logged=$(awk '/log on/ { for (i = 1; i <= NF; i++) if ($i == "pps") print $(i - 1) }' "$work/cost")
rate=$line_rate
if [ "${logged:-0}" -lt $((2 * line_rate * 10 / 9)) ]; then
    rate=$((${logged:-0} * 9 / 20))
    echo "  with the log the capacity is under 2 x $line_rate and a tenth; the load is 2 x $rate"
fi

# paced SECONDS-TO-WARM SECONDS: the two guests at their rate.
paced() {
    in_host taskset -c 1 "$JAVA_HOME/bin/java" -XX:+UseSerialGC \
        --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Djnr.ffi.x86asm.enabled=false \
        -cp "$root/tests/target/test-classes:$root/tests/target/bench/lib/*:$root/monitor/target/dist/lib/*" \
        org.cofferdam.tests.bench.GuestLoad "$first" $first_mac "$second" $second_mac 64 "$rate" "$1" "$2"
}

# profiled: leaves a profile of another monitor under the same load in $keep, or says that nobody asked for one. The monitor
# is one without the starter, since what that starts may write no recording.
profiled() {
    if [ -z "$keep" ]; then
        echo "  fewer than $line_rate frames a second passed in all; --keep FOLDER leaves a profile"
        return
    fi
    # shellcheck disable=SC2016 # for the launcher to expand
    sed 's/^exec "\$java"/& ${COFFERDAM_BENCH_PROFILE:+"-XX:StartFlightRecording=settings=profile,dumponexit=true,filename=$COFFERDAM_BENCH_PROFILE"}/' \
        "$switched" >"$work/switched/ops/profiled"
    chmod 755 "$work/switched/ops/profiled"
    unset COFFERDAM_BENCH_SAMPLES
    COFFERDAM_BENCH_PROFILE=$keep/monitor.jfr with_guests "$work/switched/ops/profiled"
    paced 2 "$seconds" >/dev/null
    monitor stop --run-dir "$work/run" >/dev/null
    wait_for 10 test -s "$keep/monitor.jfr"
    echo "  fewer than $line_rate frames a second passed in all; the profile of that is in $keep/monitor.jfr:"
    "$JAVA_HOME/bin/jfr" view --width 120 hot-methods "$keep/monitor.jfr" | sed 's/^/  /'
}

echo "the load at 2 x $rate a second:"
with_guests "$root/ops/monitor"
settle paced 0 2
before=$(counters)
paced 2 "$seconds" >"$work/load"
sleep 0.1
after=$(counters)
read -r sent came took behind all_came <"$work/load"
passed=$(awk -v c="$came" -v t="$took" 'BEGIN { printf "%d", c / t * 1e9 }')
line "  frames through the switch, with the log" "$passed" "pps" "$((sent - came)) of $sent frames lost, $behind were due and not sent"
awk -v b="$before" -v a="$after" -v came="$all_came" -v burst="$work/burst" 'BEGIN {
    split(b, x); split(a, y)
    records = y[1] - x[1]; crossings = 2 * came; took = y[6] - x[6]
    printf "%-52s %12d %-8s %.1f packets in each\n", "  records", records, "", crossings / records
    printf "%-52s %12d %-8s by the counters\n", "  records lost", y[2] - x[2], ""
    printf "%-52s %12.2f %-8s for each packet and crossing; aim: at most 12\n", "  on disk", (y[3] - x[3]) / crossings, "bytes"
    printf "%-52s %12.1f %-8s of a core; the monitor in all %.1f %%\n", "  the thread that writes", 100 * (y[4] - x[4]) / took, "%", 100 * (y[5] - x[5]) / took
    printf "%d\n", crossings / records > burst }'
monitor stop --run-dir "$work/run" >/dev/null
monitor audit verify --audit-dir "$work/audit" | sed 's/^/  /'
[ "$passed" -ge $line_rate ] || profiled
burst=$(cat "$work/burst")
[ "$burst" -ge 1 ] || burst=1
[ "$burst" -le 1024 ] || burst=1024
compare_loggers "$burst"

#!/bin/bash
# Benchmark: how long a domain takes to come up (from creating the virtual machine to link-up), and how long nothing
# is forwarded after the driver was killed under traffic; the monitor's own word, and an outside view by ping. Three
# kills a monitor, since it restarts three times at once and later after a pause of its policy, which is not measured.
#
#   tests/bench/recovery.sh [--seconds N]     (default 9 kills, one a second)
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/bench.sh"
options 9 "$@"
trap_exits
describe_machine
wait_for_idle
make_namespaces
boots=() outages=() lost=0 sent=0

# life KILLS: one monitor, so many kills, and what ping saw of them.
life() {
    local kill pinging
    start_monitor >/dev/null
    wait_for 5 in_host ping -n -q -c 1 -W 1 "$outside_ip" || true
    boots+=("$(status .domain.bootMillis)")
    # A script's background commands ignore SIGINT, on which ping says what it counted; env undoes that. With less than
    # 10 ms between pings, ping would spin.
    env --default-signal=INT ip netns exec "$host" ping -n -i 0.02 -W 1 "$outside_ip" >"$work/pings" 2>&1 &
    pinging=$!
    for kill in $(seq "$1"); do
        monitor restart-driver --kill --run-dir "$work/run" >/dev/null
        wait_for 20 sh -c "[ \"\$(ip netns exec $host $root/ops/monitor status --run-dir $work/run -o json | jq '.domain.restarts >= $kill and (.domain.state == \"running\" or .domain.state == \"waiting\")')\" = true ]" ||
            fail 5 "the domain did not come back after kill $kill"
        boots+=("$(status .domain.bootMillis)")
        outages+=("$(status .domain.lastOutageMillis)")
        sleep 1
    done
    kill -INT "$pinging" 2>/dev/null || true
    wait "$pinging" || true
    read -r -a counted < <(sed -n 's/^\([0-9]*\) packets transmitted, \([0-9]*\).*/\1 \2/p' "$work/pings")
    sent=$((sent + counted[0])) lost=$((lost + counted[0] - counted[1]))
    monitor stop --run-dir "$work/run" >/dev/null
}

for ((left = seconds; left > 0; left -= 3)); do
    life $((left < 3 ? left : 3))
done

spread() { printf '%s\n' "$@" | sort -n | awk '{ v[NR] = $1 } END { printf "%s / %s / %s", v[1], v[int((NR + 1) / 2)], v[NR] }'; }
line "domain up, least / median / most of ${#boots[@]}" "$(spread "${boots[@]}")" "ms"
line "outage, least / median / most of ${#outages[@]}" "$(spread "${outages[@]}")" "ms" "by the monitor"
line "pings lost over all kills" "$lost" "" "one each 20 ms: $sent sent"
monitor audit verify --audit-dir "$work/audit" | sed 's/^/  /'

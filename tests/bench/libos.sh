#!/bin/bash
# Benchmark: the library OS's network stack. One Java program on the JDK's channels serves, first on the kernel's own
# stack over a veth pair between two namespaces, then as a guest; its client is always on the kernel's stack:
#
#   kernel   guest ===veth=== host
#   near     the library OS, rings, switch, tap, host
#   far      the library OS, rings, switch, driver domain, card, wire, outside
#
# Streams both ways, also at the rate of a gigabit card, and questions of 64 bytes on 1 and on 64 connections. CPU is that of all processes on the path:
# client, server and monitor; a sleep is a thread's wait for another, which mostly costs a wake-up.
#
#   tests/bench/libos.sh [--seconds N]     (default 4, for each of the measurements; each is warmed as long before)
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/bench.sh"
options 4 "$@"
classes=$root/tests/target/test-classes
[ -d "$root/tests/target/bench/lib" ] || fail 3 "tests/target/bench/lib is not built yet; run ops/test or mvn package once"
trap_exits
describe_machine
wait_for_idle
make_namespaces
ip -n "$host" address add 10.78.0.1/24 dev port0
ip -n "$guest" address add 10.78.0.3/24 dev eth0
server_ip=10.77.0.9

java=("$JAVA_HOME/bin/java" -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow
    -Djnr.ffi.x86asm.enabled=false -cp "$classes:$root/tests/target/bench/lib/*:$root/monitor/target/dist/lib/*")

# serve NAMESPACE ADDRESS OPTIONS...: starts the server and sets $server_pid.
serve() {
    local namespace=$1 address=$2
    shift 2
    : >"$work/server.out"
    (exec ip netns exec "$namespace" "${java[@]}" "$@" org.cofferdam.tests.bench.PeerServer "$address" 9000) \
        >"$work/server.out" 2>&1 &
    server_pid=$!
    if ! wait_for 20 grep -q serves "$work/server.out"; then
        cat "$work/server.out" >&2
        fail 5 "the server does not start"
    fi
}

# client NAMESPACE WHAT ADDRESS CONNECTIONS PIDS...: sets $figures. $pace bounds a stream, in Mbit/s.
client() {
    local namespace=$1 what=$2 address=$3 connections=$4
    shift 4
    read -ra figures < <(ip netns exec "$namespace" "${java[@]}" org.cofferdam.tests.bench.PeerClient "$what" "$address" 9000 \
        "$seconds" "$seconds" "$connections" 64 "${pace:-0}" "$@")
}

# stream PATH NAMESPACE ADDRESS PIDS...: both ways; sets figure_PATH_send and figure_PATH_receive.
stream() {
    local path=$1 namespace=$2 address=$3 way figures rate
    shift 3
    for way in send receive; do
        client "$namespace" $way "$address" 1 "$@"
        rate=${figures[0]}
        eval "rate_${path}_$way=$rate"
        line "$path, stream $([ $way = send ] && echo to || echo from) the server" "$rate" "Mbit/s" \
            "$(per_gbit "${figures[@]}") $(to_kernel "$path" $way "$rate")"
    done
}

# paced PATH NAMESPACE ADDRESS PIDS...: what the rate of a gigabit card's TCP costs, both ways.
paced() {
    local path=$1 namespace=$2 address=$3 way pace=941
    shift 3
    for way in send receive; do
        client "$namespace" $way "$address" 1 "$@"
        line "$path, $([ $way = send ] && echo to || echo from) the server, no more than 941 Mbit/s" "${figures[0]}" "Mbit/s" \
            "client $(per_cent 5), server $(per_cent 7), monitor $(per_cent 9) % of one core"
    done
}

per_cent() { echo $((${figures[$1]:-0} / 10 / seconds)); }

per_gbit() {
    local gbit
    gbit=$(awk -v r="$1" -v s="$seconds" 'BEGIN { print r * s / 1000 }')
    awk -v g="$gbit" -v c="$6" -v s="$8" -v m="${10:-0}" 'BEGIN {
        if (g > 0) printf "%.2f CPU s/Gbit (client %.2f, server %.2f, monitor %.2f)", (c + s + m) / 1e3 / g, c / 1e3 / g, s / 1e3 / g, m / 1e3 / g }'
}

to_kernel() {
    local kernel=rate_kernel_$2
    [ "$1" = kernel ] || awk -v a="$3" -v b="${!kernel}" 'BEGIN { printf "; %.2f of the kernel", b ? a / b : 0 }'
}

# ask PATH NAMESPACE ADDRESS PIDS...
ask() {
    local path=$1 namespace=$2 address=$3 connections figures
    shift 3
    for connections in 1 64; do
        client "$namespace" ask "$address" $connections "$@"
        eval "rate_${path}_$connections=${figures[0]}"
        line "$path, answers on $connections connections" "${figures[0]}" "/s" \
            "p50 ${figures[1]}, p99 ${figures[2]}, p99.99 ${figures[3]} us$(to_kernel "$path" $connections "${figures[0]}")"
        line "" "$(awk -v r="${figures[0]}" -v t="$seconds" -v s=$((figures[6] + figures[8] + ${figures[10]:-0})) 'BEGIN { if (r > 0) printf "%.2f", s / r / t }')" \
            "sleeps" "for each answer (client $(share 6), server $(share 8), monitor $(share 10)); CPU us: client $(each 5), server $(each 7), monitor $(each 9)"
    done
}

share() { awk -v n="${figures[$1]:-0}" -v r="${figures[0]}" -v t="$seconds" 'BEGIN { if (r > 0) printf "%.2f", n / r / t }'; }
each() { awk -v n="${figures[$1]:-0}" -v r="${figures[0]}" -v t="$seconds" 'BEGIN { if (r > 0) printf "%.1f", n * 1e3 / r / t }'; }

end_server() {
    kill "$server_pid"
    wait "$server_pid" 2>/dev/null || true
}

serve "$guest" 10.78.0.3
stream kernel "$host" 10.78.0.3 "$server_pid"
paced kernel "$host" 10.78.0.3 "$server_pid"
ask kernel "$host" 10.78.0.3 "$server_pid"
end_server

start_monitor >/dev/null
monitor guest add bench --mac 02:cf:00:00:01:01 --ip $server_ip --peers host --run-dir "$work/run" >/dev/null
socket=$(monitor guest show bench -o json --run-dir "$work/run" | jq -r .socket)
serve "$host" $server_ip -Djava.nio.channels.spi.SelectorProvider=org.cofferdam.libos.jdk.GuestSelectorProvider \
    -Dcofferdam.libos.attach="$socket" -Dcofferdam.libos.ip=$server_ip/24
stream near "$host" $server_ip "$server_pid" "$monitor_pid"
ask near "$host" $server_ip "$server_pid" "$monitor_pid"
stream far "$outside" $server_ip "$server_pid" "$monitor_pid"
paced far "$outside" $server_ip "$server_pid" "$monitor_pid"
ask far "$outside" $server_ip "$server_pid" "$monitor_pid"
end_server
monitor stop --run-dir "$work/run" >/dev/null

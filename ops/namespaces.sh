# The network of one run, for ops/demo and tests/bench, which read this with `.` after env.sh. Bash.
#
#     outside                      host                                         guest
#     eth0 10.77.0.2 ===veth=== wire0  [monitor, driver domain]  cof0 10.77.0.1
#                                                                port0 ===veth=== eth0 10.77.0.3
#
# Three network namespaces, named after the process so that runs do not meet. wire0 is the wire of the
# emulated card: it has no address, no ARP and no IPv6, so the stack of `host` cannot speak there; the card
# does, by a packet socket. cof0 is the interface that the monitor makes. Nothing else joins `host` and
# `outside`, and neither has a way to the machine's own network.
#
# clean_up undoes all of it, whatever state it is in. The caller sets the trap: trap_exits.

host=cofferdam-host-$$
outside=cofferdam-outside-$$
guest=cofferdam-guest-$$
host_ip=10.77.0.1
outside_ip=10.77.0.2
guest_ip=10.77.0.3
outside_mac=02:cf:00:00:00:02
guest_mac=02:cf:00:00:00:03
work= # this run's folder: sockets, log, outputs

in_host() { ip netns exec "$host" "$@"; }
in_outside() { ip netns exec "$outside" "$@"; }
in_guest() { ip netns exec "$guest" "$@"; }

# monitor ARGUMENTS...: the command line, as an operator of `host` would use it.
monitor() { in_host "${launcher:-$root/ops/monitor}" "$@"; }

# status FILTER: a value of the running monitor's status, by a jq filter.
status() { monitor status --run-dir "$work/run" -o json | jq -r "$1"; }

# trap_exits: clean_up on every way out; a signal ends the script with 128 + its number.
trap_exits() {
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    trap 'exit 129' HUP
}

make_namespaces() {
    local ns
    work=$(mktemp -d "${TMPDIR:-/tmp}/cofferdam-run-XXXXXX")
    mkdir -m 700 "$work/run" "$work/audit"
    for ns in "$host" "$outside" "$guest"; do
        ip netns add "$ns"
        # Router solicitations and the like would be frames that nobody asked for.
        ip netns exec "$ns" sh -c 'for f in all default; do echo 1 > /proc/sys/net/ipv6/conf/$f/disable_ipv6; done' 2>/dev/null || true
        ip -n "$ns" link set lo up
    done
    ip -n "$host" link add wire0 type veth peer name eth0 netns "$outside"
    ip -n "$host" link set wire0 arp off up
    # A wire carries whole, checksummed frames of at most the MTU, so the sender's offloads stay off.
    in_outside ethtool -K eth0 tx off tso off gso off gro off >/dev/null
    ip -n "$outside" link set eth0 address "$outside_mac" up
    ip -n "$outside" address add "$outside_ip/24" dev eth0
    ip -n "$host" link add port0 type veth peer name eth0 netns "$guest"
    ip -n "$host" link set port0 up
    ip -n "$guest" link set eth0 address "$guest_mac" up
    ip -n "$guest" address add "$guest_ip/24" dev eth0
}

# start_monitor ARGUMENTS...: starts it in `host` as a daemon that forwards when this returns, and gives the
# card's interface its address.
start_monitor() {
    monitor start --assign emulated --wire wire0 --host-if cof0 --run-dir "$work/run" --audit-dir "$work/audit" --detach "$@" &&
        monitor_pid=$(status .monitor.pid) &&
        ip -n "$host" address add "$host_ip/24" dev cof0 &&
        ip -n "$host" link set cof0 up
}

# wait_for SECONDS COMMAND...: runs the command until it succeeds; fails when the time is over.
wait_for() {
    local end=$(($(date +%s%N) + $1 * 1000000000))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$(date +%s%N)" -lt "$end" ] || return 1
        sleep 0.05
    done
}

# loss NAMESPACE ADDRESS COUNT: pings and prints the loss in per cent, 100 if nothing came back.
loss() {
    local out
    out=$(ip netns exec "$1" ping -n -q -c "$3" -i 0.05 -W 1 "$2" 2>/dev/null) || true
    sed -n 's/.* \([0-9.]*\)% packet loss.*/\1/p' <<<"$out" | grep . || echo 100
}

# clean_up: ends what runs in this run's namespaces, which only it put there, and removes them and its folder.
clean_up() {
    local code=$? ns pids try
    trap '' INT TERM HUP
    trap - EXIT
    set +e
    for ns in "$host" "$outside" "$guest"; do
        [ -e "/run/netns/$ns" ] || continue
        for try in TERM TERM TERM KILL; do
            pids=$(ip netns pids "$ns")
            [ -n "$pids" ] || break
            # shellcheck disable=SC2086 # one id each
            kill -"$try" $pids 2>/dev/null
            for _ in $(seq 40); do
                [ -n "$(ip netns pids "$ns")" ] || break
                sleep 0.05
            done
        done
        ip netns del "$ns"
    done
    if [ -n "$work" ]; then
        if [ -n "${keep_log:-}" ] && [ -d "$work/audit" ]; then
            mkdir -p "$keep_log" && cp -r "$work/." "$keep_log/" && echo "$program: log and outputs are in $keep_log"
        fi
        rm -rf "$work"
    fi
    exit "$code"
}

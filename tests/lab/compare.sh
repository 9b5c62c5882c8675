#!/bin/bash
# The card by the kernel's own driver and by driver domains, in one run, on one machine and one wire: TCP both ways, UDP of
# small packets both ways, request and response; as fast as it goes, and at half of the rate that the kernel's own driver
# reached. Then how long a domain takes to boot and to be back after a kill, and its memory. Of the loads only ratios are
# printed: both ends and the driver share an emulated processor, so that a rate by itself says nothing. The rates are in
# $LAB_OUT/compare.tsv.
#
#   compare.sh SECONDS [IMAGE]     each measurement; IMAGE of a Linux domain, a folder of /share: it is compared, too
. /share/lib.sh
prepare
seconds=${1:-4}
# What is compared is the monitor as it is installed, with its second compiler.
unset JDK_JAVA_OPTIONS
# Huge pages for the domains' memory: QEMU's card loses a frame of which a piece lies over two pages that the IOMMU maps to
# places apart, and the nested page tables are shallower. Room for what a receiving process has not read yet, since what
# is to be measured is the way to it.
sysctl -q vm.nr_hugepages=72 net.core.rmem_max=8388608 net.core.wmem_max=8388608
ip netns exec outside iperf3 -s -D >/dev/null
ip netns exec outside /share/tools/rr serve 5202 &
serving=$!

# busy: clock ticks that the machine's processors have worked, a guest's among them (proc_stat(5)).
busy() {
    awk '/^cpu / { print $2 + $3 + $4 + $7 + $8 + $9 }' /proc/stat
}

# load NAME RATE: makes the load for some seconds at an offered rate (0: as fast as it goes), prints what arrived in a
# second (bits of TCP, datagrams, responses), what was lost (segments sent again, datagrams, requests without a response),
# and the microseconds that half of the responses took. Offered means that a request is sent when its time has come,
# whether the last one was answered or not.
load() {
    case $1 in
    tcp-out) segments "$2" ;;
    tcp-in) segments "$2" -R ;;
    udp-out) datagrams "$2" ;;
    udp-in) datagrams "$2" -R ;;
    rr-tcp) /share/tools/rr call tcp 10.73.0.2 5202 "$seconds" "${2%.*}" ;;
    rr-udp) /share/tools/rr call udp 10.73.0.2 5202 "$seconds" "${2%.*}" ;;
    esac
}

# stream OPTIONS...: iperf3's words on a run; once more if it could not be made, as when its server is not done with the last.
stream() {
    for try in 1 2 3; do
        # By itself iperf3 waits for ever for an end that is no longer reached.
        timeout $((seconds + 20)) iperf3 -J -c 10.73.0.2 -t "$seconds" "$@" >"$out/stream.json"
        jq -e -s 'length == 1 and (.[0] | has("error") | not)' "$out/stream.json" >/dev/null && break
        echo "        try $try: iperf3 $*: $(jq -r .error "$out/stream.json")" >&2
        sleep 2
    done
    cat "$out/stream.json"
}

# segments RATE OPTIONS...: after a second in which TCP finds its rate: what is offered begins at once, what TCP sends does not.
segments() {
    stream -O 1 -b "$@" | jq -r --argjson s "$seconds" '.end | "\(.sum_received.bytes * 8 / $s) \(.sum_sent.retransmits)"'
}

# datagrams RATE OPTIONS...: of 64 bytes each; the receiver's count, which does not know of those under way at the end.
datagrams() {
    stream -u -l 64 -w 4M -b "$(awk -v r="$1" 'BEGIN { printf "%d", r * 64 * 8 }')" "${@:2}" |
        jq -r --argjson s "$seconds" '.end.sum | "\((.packets - .lost_packets) / $s) \(.lost_packets)"'
}

loads="tcp-out tcp-in udp-out udp-in rr-tcp rr-udp"
processors=$(nproc)

# uptime_share TICKS SINCE: of the processors' time since then, in percent.
uptime_share() {
    awk -v t="$1" -v s="$2" -v n="$processors" '{ printf "%.0f", t / ($1 - s) / n }' /proc/uptime
}

# half NAME: of the rate that the kernel's own driver reached.
half() {
    awk -v n="$1" '$1 == "kernel" && $2 == n && $3 == "unpaced" { print $5 / 2 }' "$out/compare.tsv"
}

# measure WHO: a line each: who, load, pace, offered, arrived, lost, median, ticks, share of the processors.
measure() {
    for name in $loads; do
        for pace in unpaced half; do
            offered=0
            [ $pace = unpaced ] || offered=$(half "$name")
            since=$(cut -d' ' -f1 /proc/uptime)
            before=$(busy)
            read -r arrived lost median < <(load "$name" "$offered")
            ticks=$(($(busy) - before))
            printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$name" $pace "$offered" "${arrived:-0}" "${lost:-0}" "${median:-0}" \
                $ticks "$(uptime_share $ticks "$since")" >>"$out/compare.tsv"
        done
    done
}

# compilers PID: the clock ticks that a JVM's compilers have worked.
compilers() {
    for task in /proc/"$1"/task/*; do
        case $(cat "$task/comm") in
        "C1 Comp"* | "C2 Comp"*) sed 's/.*) //' "$task/stat" ;;
        esac
    done | awk '{ t += $12 + $13 } END { print t + 0 }'
}

# warm PID: rounds of the loads, at both paces, since a thread that sleeps between frames runs other code, until the compilers have next to nothing left to do in two of them, since they take a third
# of this machine as long as they have work; 20 rounds at most. Prints how many, and what the compilers took of the last.
warm() {
    rest=0
    for round in $(seq 20); do
        since=$(cut -d' ' -f1 /proc/uptime)
        before=$(compilers "$1")
        for name in $loads; do
            seconds=1 load "$name" 0 >/dev/null
            seconds=1 load "$name" "$(half "$name")" >/dev/null
        done
        share=$(uptime_share $(($(compilers "$1") - before)) "$since")
        [ "$share" -le 3 ] && rest=$((rest + 1)) || rest=0
        [ $rest -lt 2 ] || break
    done
    echo "$round rounds of warming, in the last the compilers took $share % of the processors"
}

: >"$out/compare.tsv"
netdev=$(own_netdev)
ip address add 10.73.0.1/24 dev "$netdev"
ip link set "$netdev" up
promise "the kernel's own driver passes frames" within 20 pings 10.73.0.2 1
measure kernel
ip address flush dev "$netdev"
ip link set "$netdev" down

restarted_since() {
    [ "$(status .domain.restarts)" -gt "$1" ]
}

# domain WHO OPTIONS...: the same by a driver domain.
domain() {
    promise "$1: start" start "${@:2}"
    promise "$1 passes frames" within 60 pings 10.73.0.2 1
    boot=$(status .domain.bootMillis)
    warmed=$(warm "$(pid_of_monitor)")
    measure "$1"
    before=$(status .domain.restarts)
    curl -sf --max-time 20 --unix-socket "$control" -X POST -d '{"kill": true}' -o /dev/null http://monitor/v1/driver/restart
    promise "$1: is back after a kill" within 90 restarted_since "$before"
    promise "$1: passes frames again" within 60 pings 10.73.0.2 1
    printf '%s\tboot %s ms to the first packet, back after a kill in %s ms, memory %s MiB; %s\n' "$1" "$boot" \
        "$(status .domain.lastOutageMillis)" "$(($(status .domain.ramBytes) >> 20))" "$warmed" >>"$out/domains"
    promise "$1: the log verifies" log_verifies
    promise "$1: stop" stop
}

: >"$out/domains"
domains=nano
domain nano
if [ -n "${2:-}" ]; then
    domains="nano linux"
    domain linux --image "/share/$2"
fi
kill $serving
wait $serving 2>/dev/null

for who in $domains; do
    echo "        $who to the kernel's own driver ($module), $seconds s each; CPU is the whole machine's, both ends"
    awk -F'\t' -v who="$who" '
        { rate[$1, $2, $3] = $5; offered[$1, $2, $3] = $4; lost[$1, $2, $3] = $6; median[$1, $2, $3] = $7
          ticks[$1, $2, $3] = $8; share[$1, $2, $3] = $9 }
        function both(what, format) { return sprintf(format ", " format, what["kernel", n, "half"], what[who, n, "half"]) }
        END {
            split("'"$loads"'", names, " ")
            printf "        %-8s  %-7s  %-8s  at half, each the kernel and the domain:\n", "", "unpaced", "CPU each"
            printf "        %-8s  %-7s  %-8s  %-17s  %-10s  %-9s  %s\n", "", "rate", "unit", "delivered %", "lost", "CPU %", "median ms"
            for (i = 1; i in names; i++) {
                n = names[i]
                if (!rate["kernel", n, "unpaced"] || !rate[who, n, "unpaced"] || !rate[who, n, "half"]) {
                    printf "        %-8s  nothing arrived\n", n
                    continue
                }
                each = (ticks[who, n, "unpaced"] / rate[who, n, "unpaced"]) / (ticks["kernel", n, "unpaced"] / rate["kernel", n, "unpaced"])
                printf "        %-8s  %-7.2f  %-8.2f  %-17s  %-10s  %-9s  %s\n", n,
                    rate[who, n, "unpaced"] / rate["kernel", n, "unpaced"], each,
                    sprintf("%.1f, %.1f", 100 * rate["kernel", n, "half"] / offered["kernel", n, "half"],
                        100 * rate[who, n, "half"] / offered[who, n, "half"]),
                    both(lost, "%d"), both(share, "%d"),
                    median[who, n, "half"] ? sprintf("%.1f, %.1f", median["kernel", n, "half"] / 1000, median[who, n, "half"] / 1000) : "-"
            }
        }' "$out/compare.tsv"
done
sed 's/^/        /' "$out/domains"
measured=$((12 * (1 + $(wc -w <<<"$domains"))))
promise "each load arrived, by all" awk -F'\t' -v wanted=$measured '$5 <= 0 { print; bad = 1 } END { exit bad || NR != wanted }' "$out/compare.tsv"
finish

#!/bin/bash
# The user's command line with a real card: it works, both ways, and everything is as before after the stop.
#
#   card.sh ROUNDS [IMAGE]     IMAGE of a Linux domain, a folder of /share: rounds alone, the rest is linux.sh's
. /share/lib.sh
prepare
mac=$(cat /sys/class/net/"$(own_netdev)"/address)
rounds=${1:-2}
image=()
[ $# -lt 2 ] || image=(--image "/share/$2")

# What a leak would show in: descriptors of nobody, groups, interfaces, pinned and free memory.
counts() {
    sync
    echo 3 >/proc/sys/vm/drop_caches
    echo "interfaces $(ls /sys/class/net | wc -l)"
    echo "groups $(ls /dev/vfio | wc -l)"
    echo "descriptors of vfio, kvm and tun $(ls -l /proc/[0-9]*/fd 2>/dev/null | grep -cE 'vfio|kvm|net/tun')"
    echo "processes $(ls -d /proc/[0-9]*/exe | xargs -n 1 readlink 2>/dev/null | grep -c java)"
    echo "bpf programs $(bpftool -j prog show | jq 'map(select(.name // "" | startswith("cofd_"))) | length')"
    echo "locked pages $(awk '/^(Mlocked|Unevictable):/ { sum += $2 } END { print sum }' /proc/meminfo)"
}
free_kib() {
    awk '/^MemAvailable:/ { print $2 }' /proc/meminfo
}

# outage WHAT BODY: ends the driver by the control API, and prints how long the other end did not answer a ping of 100
# a second, and how long by the log no frame passed.
outage() {
    before=$(status .domain.restarts)
    ping -i 0.01 -c 1000 -D 10.73.0.2 >"$out/outage.ping" 2>&1 &
    pinging=$!
    sleep 2
    ended=$(date +%s.%N)
    promise "$1: is taken" \
        curl -sf --max-time 20 --unix-socket "$control" -X POST -d "$2" -o /dev/null http://monitor/v1/driver/restart
    promise "$1: the domain starts afresh" within 20 restarted_since "$before"
    promise "$1: frames pass again" pings 10.73.0.2
    kill $pinging 2>/dev/null
    wait $pinging 2>/dev/null
    # The longest time between two replies: it contains the end, unless the machine itself stood still.
    awk -F'[][ ]' -v ended="$ended" '/bytes from/ { if (last && $2 - last > most) { most = $2 - last; from = last; to = $2 } last = $2 }
        END { printf "        outage by ping: %d ms, the last reply %d ms before the call and the first one %d ms after it\n",
            most * 1000, (ended - from) * 1000, (to - ended) * 1000 }' "$out/outage.ping"
    echo "        outage by the log: $(status .domain.lastOutageMillis) ms; $(records CARD_CONDITION | jq -r .text | tail -n 1)"
}

restarted_since() {
    [ "$(status .domain.restarts)" -gt "$1" ]
}

# Huge pages for the domain's memory, and what the kernel maps for the card (events/iommu/map).
sysctl -q vm.nr_hugepages=$([ ${#image[@]} = 0 ] && echo 20 || echo 72)
mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null
echo 1 >/sys/kernel/tracing/events/iommu/map/enable

# maps_arena_alone: pieces of whole 2 MiB pages that make up the arena (DomainLayout), and nothing else but the two pages
# with which VFIO tries the IOMMU out.
maps_arena_alone() {
    grep -o 'iova=.*' /sys/kernel/tracing/trace | tee "$out/maps" | awk '
        { split($0, word, "[= ]") }
        $NF == "size=8192" { next }
        word[8] % 2097152 != 0 || word[2] !~ /[02468ace]00000$/ || word[6] !~ /[02468ace]00000$/ { bad = 1 }
        word[2] < "0x0000000000800000" || word[4] > "0x0000000001000000" { bad = 1 }
        { bytes += word[8] }
        END { exit bad || bytes != 8388608 }' || {
        cat "$out/maps"
        return 1
    }
}

counts >"$out/before"
promise "devices lists the card as assignable" \
    sh -c "monitor devices -o json | jq -e '.. | objects | select(.address? == \"0000:03:00.0\") | .assignable' | grep -q true"
for round in $(seq "$rounds"); do
    began=$(milliseconds)
    promise "round $round: monitor start --assign 0000:03:00.0" start "${image[@]}"
    echo "        started in $(($(milliseconds) - began)) ms"
    promise "round $round: the host's interface has the card's address" \
        grep -qx "$mac" /sys/class/net/cofferdam0/address
    promise "round $round: vfio-pci has the card" driver_is vfio-pci
    promise "round $round: ping to the other end" pings 10.73.0.2
    promise "round $round: ping from the other end" ip netns exec outside ping -q -c 3 -i 0.3 -W 5 10.73.0.1
    if [ "$round" = 1 ] && [ ${#image[@]} = 0 ]; then
        promise "the card reaches the arena alone, by pages of 2 MiB" maps_arena_alone
        echo 0 >/sys/kernel/tracing/events/iommu/map/enable
        sed 's/^/        /' "$out/maps"
        promise "TCP to the other end" transfer
        promise "TCP from the other end" transfer -R
        promise "the card's registers cost no exit" \
            sh -c "monitor audit tail -n 100000 -o json --type MMIO_READ,MMIO_WRITE | wc -l | grep -qx 0"
        outage "an operator's restart" '{}'
        for kill in 1 2 3; do
            outage "kill $kill of the driver" '{"kill": true}'
        done
    fi
    promise "round $round: the log verifies" log_verifies
    promise "round $round: monitor stop" stop
    promise "round $round: $module has the card again" driver_is $module
    promise "round $round: and the log has it" has_record CARD_GIVEN_BACK ".text | test(\"to driver $module\")"
    netdev=$(own_netdev)
    ip address add 10.73.0.1/24 dev "$netdev"
    ip link set "$netdev" up
    promise "round $round: the kernel's own driver works again" within 20 pings 10.73.0.2 1
    ip address flush dev "$netdev"
    ip link set "$netdev" down
    [ "$round" != 1 ] || free_first=$(free_kib)
done
counts >"$out/after"
promise "nothing is left behind" diff "$out/before" "$out/after"
cat "$out/after" | sed 's/^/        /'
echo "        memory available after the first and the last round: $free_first, $(free_kib) KiB"
promise "memory does not shrink by more than 4 MiB a round" test $(((free_first - $(free_kib)) / rounds)) -lt 4096

# A monitor that is killed: the next start gives the card back and takes it again.
promise "start once more" start "${image[@]}"
kill -9 "$(pid_of_monitor)"
promise "after kill -9 of the monitor its starter gives the card back" within 60 driver_is $module
promise "and the interface is gone" within 10 sh -c '! test -e /sys/class/net/cofferdam0'
finish

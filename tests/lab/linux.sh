#!/bin/bash
# A stock Linux kernel with its own driver as the driver domain, on a real card: it works both ways, is what the distribution
# made, reaches its own memory alone, and a failing one is started again.
#
#   linux.sh IMAGE [MIB]    a folder of /share; the domain's memory if it is not the usual
. /share/lib.sh
prepare
image=/share/$1
mac=$(cat /sys/class/net/"$(own_netdev)"/address)

# Huge pages for the domain's memory, and what the kernel maps for the card (events/iommu/map).
sysctl -q vm.nr_hugepages=72
mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null
echo 1 >/sys/kernel/tracing/events/iommu/map/enable

# maps_memory_alone BYTES: all that the card reaches lies in so many bytes from 0, but for the two pages with which VFIO
# tries the IOMMU out.
maps_memory_alone() {
    grep -o 'iova=.*' /sys/kernel/tracing/trace | tee "$out/maps" | awk -v bytes="$1" -v end="$(printf '0x%016x' "$1")" '
        { split($0, word, "[= ]") }
        $NF == "size=8192" { next }
        word[4] > end { bad = 1 }
        { sum += word[8] }
        END { exit bad || sum != bytes }' || {
        cat "$out/maps"
        return 1
    }
}

has_line() {
    monitor console | grep -q "$1" || {
        monitor console -n 20
        return 1
    }
}

# module_is: the driver that runs in the domain is the package's file: its build ID, which the kernel shows of what it has
# loaded, is that of the file in the initramfs, and that is by its SHA-256 the one that the image's list says.
module_is() {
    mkdir -p /tmp/modules
    (cd /tmp/modules && python3 /share/cpio.py "$image/initramfs.cpio" "modules/$module.ko")
    file=/tmp/modules/modules/$module.ko
    listed=$(awk -v name="$module" '$1 == "module" && $2 == name { print $3 }' "$image/image.list")
    sum=$(sha256sum "$file" | cut -d' ' -f1)
    said=$(status .domain.driver.build)
    has=$(python3 /share/cpio.py --build-id "$file")
    echo "$module: SHA-256 $sum, build ID $has; the domain says $said"
    [ "$sum" = "$listed" ] && [ "$said" = "$has" ]
}

restarted_since() {
    [ "$(status .domain.restarts)" -gt "$1" ]
}

receives_more_than() {
    [ "$(monitor console | sed -n 's/.* \([0-9]*\) receive descriptors.*/\1/p')" -gt "$1" ]
}

# datagrams: more of them than frames that the interface has received, so some came joined; each arrives by itself.
datagrams() {
    taken=$(cat /sys/class/net/cofferdam0/statistics/rx_packets)
    python3 /share/datagrams.py receive 10.73.0.1 5300 1000 &
    receiving=$!
    within 10 grep -q ":14B4 " /proc/net/udp # port 5300
    ip netns exec outside python3 /share/datagrams.py send 10.73.0.1 5300 1000
    wait $receiving || return 1
    taken=$(($(cat /sys/class/net/cofferdam0/statistics/rx_packets) - taken))
    echo "1000 datagrams were $taken frames"
    [ $taken -lt 1000 ]
}

# datagrams_out: to the other end, none of which may be lost or changed on the way either.
datagrams_out() {
    ip netns exec outside python3 /share/datagrams.py receive 10.73.0.2 5300 1000 &
    receiving=$!
    within 10 ip netns exec outside grep -q ":14B4 " /proc/net/udp
    python3 /share/datagrams.py send 10.73.0.2 5300 1000
    wait $receiving
}

began=$(milliseconds)
promise "monitor start --assign 0000:03:00.0 --image linux" start --image "$image" ${2:+--memory "$2"}
[ $broken = 0 ] || finish # nothing of what follows could be well
echo "        started in $(($(milliseconds) - began)) ms; boot to the first packet's way $(status .domain.bootMillis) ms"
promise "the host's interface has the card's address" grep -qx "$mac" /sys/class/net/cofferdam0/address
promise "ping to the other end" pings 10.73.0.2
promise "ping from the other end" ip netns exec outside ping -q -c 3 -i 0.3 -W 5 10.73.0.1
promise "TCP to the other end" transfer
echo "        $(jq -r '.end.sum_received.bits_per_second / 1e6 | round' "$out/iperf.json") Mbit/s"
promise "TCP from the other end" transfer -R
echo "        $(jq -r '.end.sum_received.bits_per_second / 1e6 | round' "$out/iperf.json") Mbit/s"
promise "datagrams from the other end, joined on their way, arrive each by itself" datagrams
echo "        $output"
promise "datagrams to the other end" datagrams_out
promise "the console shows the kernel's messages" has_line "Linux version"
promise "and those of the card's driver" has_line "$module"
# The 82540EM has a line alone; the others must not be left with theirs, which costs four times as much.
kind='msix\[0\]'
[ "$module" != e1000 ] || kind=intx
promise "the card interrupts by ${kind%%\\*}" grep -q "vfio-$kind(0000:03:00.0)" /proc/interrupts
[ -n "${2:-}" ] || promise "more frames than a driver's own 256 wait in the card" receives_more_than 256
promise "how often the card interrupts is on record" within 5 has_record INTERRUPT '.fields.times > 0'
promise "the driver in the domain says what it is" module_is
module_is | sed 's/^/        /'
# Frames from the wire all the time, also while the card is between two owners: a card that went on to receive would do so
# into memory that is another kernel's.
frames_for "$mac"
ip netns exec outside ping -q -i 0.02 10.73.0.1 >/dev/null 2>&1 &
pinging=$!
memory=$(status .domain.ramBytes)
promise "the card reaches the domain's memory alone" maps_memory_alone "$memory"
echo "        memory of the domain: $((memory >> 20)) MiB"
for kill in 1 2; do
    before=$(status .domain.restarts)
    promise "kill $kill of the domain: is taken" \
        curl -sf --max-time 20 --unix-socket "$control" -X POST -d '{"kill": true}' -o /dev/null http://monitor/v1/driver/restart
    promise "kill $kill: it starts afresh" within 90 restarted_since "$before"
    promise "kill $kill: frames pass again" within 90 pings 10.73.0.2 1
    echo "        outage by the log: $(status .domain.lastOutageMillis) ms"
done
promise "later lives went on from a snapshot" has_record BOOT '.fields.restored == true'
kill $pinging
wait $pinging 2>/dev/null
promise "no access of the card was refused meanwhile" test "$(records IOMMU_FAULT | wc -l)" = 0
echo "        $(records CARD_CONDITION | jq -r .text | grep took | tail -n 1)"
promise "the log verifies" log_verifies
promise "monitor stop" stop
promise "$module has the card again" driver_is "$module"
netdev=$(own_netdev)
ip address add 10.73.0.1/24 dev "$netdev"
ip link set "$netdev" up
promise "the kernel's own driver works again" within 20 pings 10.73.0.2 1
finish

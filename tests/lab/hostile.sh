#!/bin/bash
# A hostile driver with a real card against the IOMMU: nothing is read, nothing written, everything is on record.
#
#   hostile.sh quick|full
. /share/lib.sh
prepare
# Frames from the wire, for the card to write somewhere: at any time, whether the address is resolved or not.
mac=$(cat /sys/class/net/"$(own_netdev)"/address)
ip -n outside neighbour replace 10.73.0.1 lladdr "$mac" dev wire0 nud permanent

# aimed ADDRESS read|write: an image whose card goes for that address.
aimed() {
    cp /share/hostile/dma-aimed.elf /tmp/aimed.elf
    chmod 644 /tmp/aimed.elf
    /share/tools/page aim /tmp/aimed.elf "$1" "$2"
}

# attack WHAT ADDRESS read|write JQ: a fault record of the log must satisfy JQ; the domain is stopped by policy.
attack() {
    aimed "$2" "$3"
    began=$(date -u +%Y-%m-%dT%H:%M:%SZ)
    ip netns exec outside ping -q -i 0.05 10.73.0.1 >/dev/null 2>&1 &
    pinging=$!
    promise "$1, $3: the monitor starts with the hostile driver" start --image /tmp/aimed.elf --on-fault stop
    promise "$1, $3: the domain is stopped" within 30 domain_is stopped
    reason=$(status .domain.lastReason)
    echo "        $reason"
    promise "$1, $3: and the reason names the IOMMU" grep -q IOMMU <<<"$reason"
    records IOMMU_FAULT | jq -c "select(.time >= \"$began\")" >"$out/faults"
    promise "$1, $3: the IOMMU's fault is in the log, with device, address and direction" \
        jq -es "map(select(.fields.requester == \"0x300\" and ($4))) | length > 0" "$out/faults"
    [ -s "$out/faults" ] && tail -n 1 "$out/faults" | jq -c .fields | sed 's/^/        /'
    kill $pinging 2>/dev/null
    wait $pinging 2>/dev/null
    promise "$1, $3: the monitor lives and stops" stop
}

# A page of a process of the host, by its physical address.
mkfifo "$out/victim.in"
/share/tools/page hold 0x5a <"$out/victim.in" >"$out/victim.out" &
holder=$!
exec 9>"$out/victim.in"
within 5 test -s "$out/victim.out"
victim=$(head -n 1 "$out/victim.out")
[ "$1" != full ] || attack "a page of the host" "$victim" read ".fields.address == \"$victim\" and .fields.write == false"
attack "a page of the host" "$victim" write ".fields.address == \"$victim\" and .fields.write == true"

if [ "$1" = full ]; then
    # The monitor's own memory: the page of libjvm.so's code that a running monitor has.
    promise "a monitor is there to be attacked" start
    pid=$(pid_of_monitor)
    code=$(awk '/libjvm.so/ && /r-xp/ { split($1, range, "-"); print "0x" range[1]; exit }' "/proc/$pid/maps")
    theirs=$(/share/tools/page where "$pid" "$code")
    sum() {
        dd if="/proc/$1/mem" bs=4096 skip=$(($2 / 4096)) count=1 status=none | sha256sum
    }
    before=$(sum "$pid" "$code")
    promise "stop" stop
    attack "the monitor's memory" "$theirs" write ".fields.address == \"$theirs\" and .fields.write == true"
    promise "a monitor starts again on the same pages" start
    pid=$(pid_of_monitor)
    code=$(awk '/libjvm.so/ && /r-xp/ { split($1, range, "-"); print "0x" range[1]; exit }' "/proc/$pid/maps")
    promise "the page is the one that was attacked" test "$(/share/tools/page where "$pid" "$code")" = "$theirs"
    promise "and is as it was" test "$(sum "$pid" "$code")" = "$before"
    promise "stop" stop
    attack "the domain's own page tables" 0x100000 read '.fields.address == "0x100000" and .fields.write == false'
fi

[ "$1" != full ] || attack "the domain's own page tables" 0x100000 write '.fields.address == "0x100000" and .fields.write == true'
# An MSI address is not tried here: QEMU's IOMMU lets a card's writes in the compatibility format through (VT-d 5.1.4 has
# them blocked), so that the attack took the lab down by an NMI.

exec 9>&-
wait $holder
promise "the page of the host is as it was" grep -qx unchanged "$out/victim.out"
finish

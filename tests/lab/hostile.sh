#!/bin/bash
# A hostile driver with a real card against the IOMMU: nothing is read, nothing written, everything is on record.
#
#   hostile.sh quick|full
. /share/lib.sh
prepare
# Frames from the wire, for the card to write somewhere: at any time, whether the address is resolved or not.
frames_for "$(cat /sys/class/net/"$(own_netdev)"/address)"

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
    theirs=$(code_page "$pid")
    before=$(code_sum "$pid")
    promise "stop" stop
    attack "the monitor's memory" "$theirs" write ".fields.address == \"$theirs\" and .fields.write == true"
    promise "a monitor starts again on the same pages" start
    pid=$(pid_of_monitor)
    promise "the page is the one that was attacked" test "$(code_page "$pid")" = "$theirs"
    promise "and is as it was" test "$(code_sum "$pid")" = "$before"
    promise "stop" stop
    attack "the domain's own page tables" 0x100000 read '.fields.address == "0x100000" and .fields.write == false'
fi

[ "$1" != full ] || attack "the domain's own page tables" 0x100000 write '.fields.address == "0x100000" and .fields.write == true'

# An MSI address, by writes of the remappable format. The others are no part of this: QEMU's IOMMU lets a card's writes
# in the compatibility format through, which VT-d 5.1.4 has blocked. It is not told either which device writes an
# interrupt, reports the requester 0xffff, and so leaves it to the watchdog to stop the driver, which serves nobody.
aimed $msi_address interrupt
interrupts=$(threshold_interrupts)
began=$(date -u +%Y-%m-%dT%H:%M:%SZ)
# shellcheck disable=SC2086 # the words are options
ip netns exec outside ping -q -i 0.05 $message_frames 10.73.0.1 >/dev/null 2>&1 &
pinging=$!
promise "an MSI address: the monitor starts with the hostile driver" start --image /tmp/aimed.elf --on-fault stop
promise "an MSI address: the domain is stopped" within 30 domain_is stopped
echo "        $(status .domain.lastReason)"
promise "an MSI address: the IOMMU's fault is in the log, with the interrupt's index" \
    within 10 has_record IOMMU_FAULT ".time >= \"$began\" and .fields.interrupt == true and .fields.address == \"0x80\""
kill $pinging
promise "an MSI address: no processor was interrupted" test "$(threshold_interrupts)" = "$interrupts"
promise "an MSI address: the monitor lives and stops" stop

exec 9>&-
wait $holder
promise "the page of the host is as it was" grep -qx unchanged "$out/victim.out"
finish

#!/bin/bash
# The same attacks without the wall, on a machine whose IOMMU is off: they must succeed, or the test of the wall proves
# nothing.
. /share/lib.sh
modprobe e1000e
within 10 own_netdev >/dev/null
mac=$(cat /sys/class/net/"$(own_netdev)"/address)
setpci -s 03:00.0 COMMAND=0006 >/dev/null
echo 0000:03:00.0 >/sys/bus/pci/drivers/e1000e/unbind
setpci -s 03:00.0 COMMAND=0006
mkfifo "$out/victim.in"
/share/tools/page hold 0x5a <"$out/victim.in" >"$out/victim.out" &
holder=$!
exec 9>"$out/victim.in"
within 5 test -s "$out/victim.out"
victim=$(head -n 1 "$out/victim.out")

ip netns exec outside timeout 15 tcpdump -Z root -i wire0 -c 1 -x -l 'ether proto 0x5a5a' 2>/dev/null >"$out/seen" &
sleep 1
promise "the card is made to read a page of the host" /share/tools/bare-dma "$victim" read
promise "and it leaves by the wire" within 5 grep -q '5a5a 5a5a 5a5a' "$out/seen"
# Before the next attack, since frames of other sizes that wait on the wire would be messages of another kind.
frames_for "$mac"
interrupts=$(threshold_interrupts)
# shellcheck disable=SC2086 # the words are options
ip netns exec outside ping -q -c 60 -i 0.2 -W 1 $message_frames 10.73.0.1 >/dev/null 2>&1 &
promise "the card is made to write to an MSI address" /share/tools/bare-dma $msi_address interrupt
promise "and a processor is interrupted" interrupted_since "$interrupts"

ip netns exec outside ping -q -c 60 -i 0.2 -W 1 10.73.0.1 >/dev/null 2>&1 &
promise "the card is made to write to a page of the host" /share/tools/bare-dma "$victim" write
exec 9>&-
wait $holder
promise "and the page is changed" grep -qx changed "$out/victim.out"
finish

#!/bin/bash
# A card that cannot be assigned safely is refused with the reason.  refusals.sh no-iommu|no-intremap
. /share/lib.sh
prepare
refused() {
    monitor start --assign 0000:03:00.0 >"$out/said" 2>&1
    code=$?
    cat "$out/said"
    [ $code = "$1" ] && grep -q "$2" "$out/said"
}
case $1 in
no-iommu)
    promise "without an IOMMU: exit 3, and it says how to switch it on" refused 3 "intel_iommu=on\|amd_iommu=on"
    promise "devices says so, too" sh -c "monitor devices | grep -q 'IOMMU is off'"
    ;;
no-intremap)
    promise "without interrupt remapping: refused" refused 4 "remap"
    echo Y >/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts
    promise "with allow_unsafe_interrupts alone: refused by policy" refused 4 "unsafe"
    promise "with the flag: it starts" start --allow-unsafe-interrupts
    promise "and the log has the override" has_record POLICY_OVERRIDE 'true'
    promise "and it works" pings 10.73.0.2
    promise "and stops" stop

    # Why the flag has to be given: what a driver can do then.
    frames_for "$(cat /sys/class/net/"$(own_netdev)"/address)"
    aimed $msi_address interrupt
    interrupts=$(threshold_interrupts)
    # shellcheck disable=SC2086 # the words are options
    ip netns exec outside ping -q -i 0.05 $message_frames 10.73.0.1 >/dev/null 2>&1 &
    pinging=$!
    promise "a hostile driver starts" start --allow-unsafe-interrupts --image /tmp/aimed.elf --on-fault stop
    promise "and interrupts a processor of the host" within 20 interrupted_since "$interrupts"
    kill $pinging
    promise "stop" stop
    ;;
esac
promise "the card's driver kept it" driver_is $module
finish

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
    ;;
esac
promise "the card's driver kept it" driver_is $module
finish

#!/bin/bash
# Runs inside the lab and tells whether it is what ops/lab/README.md says:
#
#   ops/lab/run --out DIR ops/lab/selftest.sh [--code N] [--quick] [ARGUMENTS...]
#
#   --code N   end with N although all is well, to see that codes come back
#   --quick    leave out suspend and hot plug, which take the longest
#
# Prints a line for each check, with the second after boot it was done; facts that are no promise begin with `fact`.
# Exit: 0 (or N) all is well; 1 something is not; 2 wrong usage.
set -u
code=0
quick=false
while [ $# -gt 0 ]; do
    case $1 in
    --code)
        code=$2
        shift
        ;;
    --quick) quick=true ;;
    *) break ;;
    esac
    shift
done
bad=0
device=/sys/bus/pci/devices/$LAB_CARD

now() { cut -d ' ' -f 1 /proc/uptime; }
fact() { printf '%7s fact %s\n' "$(now)" "$*"; }
# check WHAT COMMAND...
check() {
    local what=$1 answer
    shift
    if answer=$("$@" 2>&1); then
        printf '%7s ok   %s\n' "$(now)" "$what"
    else
        printf '%7s BAD  %s: %s\n' "$(now)" "$what" "$(tail -n 3 <<<"$answer")"
        bad=1
    fi
}
# within SECONDS COMMAND...: until it succeeds.
within() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.1
    done
}
outside() { ip netns exec outside "$@"; }
peer_pings() { within 20 ping -c 1 -W 1 10.73.0.2; }
nic() { ls "$device/net" 2>/dev/null | head -n 1; }
has_nic() { [ -n "$(nic)" ]; }
configure() {
    within 10 has_nic || return
    ip address replace 10.73.0.1/24 dev "$(nic)" && ip link set "$(nic)" up
}

check "root is writable, /tmp is there" sh -c 'touch /root/x /tmp/x'
echo "written inside" >"$LAB_OUT/selftest.txt"
check "the script's folder for files is outside's" grep -q inside "$LAB_OUT/selftest.txt"
check "landlock is among the security modules" grep -q landlock /sys/kernel/security/lsm
check "no card has a driver" test ! -e "$device/driver"
check "java runs" sh -c '"$JAVA_HOME/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 --version'
check "the monitor's command runs" monitor --version
check "qemu-monitor answers" sh -c 'qemu-monitor "info status" | grep running'
check "qemu-monitor refuses what QEMU refuses" sh -c '! qemu-monitor "device_del nosuch"'
check "kvm-amd loads" modprobe kvm-amd
check "/dev/kvm is there" test -c /dev/kvm
check "tun loads" modprobe tun
check "tc's ingress and BPF classifier load" modprobe -a sch_ingress cls_bpf act_mirred veth
check "the bpf file system is there" mountpoint -q /sys/fs/bpf

if [ "$LAB_IOMMU" = none ]; then
    check "without an IOMMU the card has no group" test ! -e "$device/iommu_group"
else
    check "the card is alone in its IOMMU group" test "$(ls "$device/iommu_group/devices")" = "$LAB_CARD"
    fact "group $(basename "$(readlink -f "$device/iommu_group")"), type $(cat "$device/iommu_group/type")"
    if [ "$LAB_IOMMU" = intremap=on ]; then
        check "interrupts are remapped" sh -c 'dmesg | grep "Enabled IRQ remapping"'
    else
        check "interrupts are not remapped" sh -c '! dmesg | grep "Enabled IRQ remapping"'
    fi
    check "vfio-pci loads" modprobe vfio-pci
    echo vfio-pci >"$device/driver_override"
    echo "$LAB_CARD" >/sys/bus/pci/drivers_probe
    check "vfio-pci takes the card" test "$(basename "$(readlink "$device/driver")")" = vfio-pci
    check "its group is a device" sh -c 'ls /dev/vfio/[0-9]*'
    echo "$LAB_CARD" >"$device/driver/unbind"
    echo >"$device/driver_override"
fi
lspci -vvv -s "$LAB_CARD" >"$LAB_OUT/lspci.txt" 2>&1
cat "$device/resource" >"$LAB_OUT/resource.txt"
fact "reset methods: $(cat "$device/reset_method" 2>/dev/null)"

check "the card's own kernel driver loads" modprobe "$(lspci -n -s "$LAB_CARD" | grep -q 10d3 && echo e1000e || echo e1000)"
check "it takes the card" configure
check "it pings the outside over the wire" peer_pings
fact "$(ping -c 20 -i 0.05 -q 10.73.0.2 | tail -n 1)"
outside iperf3 -s -D >/dev/null 2>&1
fact "iperf3: $(within 5 sh -c 'ip netns exec outside ss -ltn | grep 5201'; iperf3 -J -t 2 -c 10.73.0.2 | jq -c '.end.sum_received.bits_per_second / 1e6 | round') Mbit/s"
if [ -n "$LAB_E1000" ]; then
    check "the second card is alone in its group" test "$(ls "/sys/bus/pci/devices/$LAB_E1000/iommu_group/devices")" = "$LAB_E1000"
    modprobe e1000
    check "its driver takes it" within 10 sh -c "ip address add 10.73.1.1/24 dev \$(ls /sys/bus/pci/devices/$LAB_E1000/net)"
    ip link set "$(ls "/sys/bus/pci/devices/$LAB_E1000/net")" up
    check "it pings the outside over its wire" within 20 ping -c 1 -W 1 10.73.1.2
fi

carrier() { [ "$(cat "$device/net/"*/carrier)" = "$1" ]; }
check "a cut wire is seen" sh -c 'qemu-monitor "set_link card off"'
check "the carrier goes" within 10 carrier 0
check "a mended wire is mended" sh -c 'qemu-monitor "set_link card on"'
check "the carrier comes" within 10 carrier 1

if ! $quick; then
    fact "sleep: /sys/power/state: $(cat /sys/power/state); mem_sleep: $(cat /sys/power/mem_sleep)"
    for state in freeze mem; do
        began=$(date +%s%N)
        qemu-monitor --after 4 system_wakeup
        if timeout 60 rtcwake -m "$state" -s 3 >"$LAB_OUT/rtcwake-$state.txt" 2>&1; then
            fact "sleep $state: came back after $((($(date +%s%N) - began) / 1000000)) ms"
        else
            fact "sleep $state: $(tail -n 1 "$LAB_OUT/rtcwake-$state.txt")"
        fi
        check "the card works after $state" peer_pings
    done

    modprobe pciehp 2>/dev/null
    began=$(date +%s%N)
    check "QEMU takes the order to remove the card" qemu-monitor "device_del card"
    check "the card goes" within 30 test ! -e "$device"
    fact "device_del: $((($(date +%s%N) - began) / 1000000)) ms until the kernel let go"
    gone() { ! qemu-monitor "info network" | grep -q '^card'; }
    within 10 gone
    fact "QEMU dropped it after $((($(date +%s%N) - began) / 1000000)) ms"
    began=$(date +%s%N)
    check "QEMU takes the order to add it" qemu-monitor \
        "device_add $LAB_MODEL,id=card,bus=rp3,addr=0,netdev=n0,mac=52:54:00:12:34:56,romfile="
    check "the card is back" within 30 test -e "$device"
    fact "device_add: $((($(date +%s%N) - began) / 1000000)) ms until the kernel had it"
    check "its driver takes it again" configure
    check "it pings again" peer_pings
fi
cp /proc/interrupts "$LAB_OUT/interrupts.txt"
dmesg >"$LAB_OUT/dmesg.txt"
[ $bad = 0 ] || exit 1
exit "$code"

#!/bin/bash
# A hostile module in a Linux domain's kernel: whatever it does ends its own domain, which is on record with the reason, and
# the host, its memory and the monitor are as before.
#
#   linux-hostile.sh ATTACK...     of /share/hostile-linux, made there by arm.py: see all.sh
. /share/lib.sh
prepare
# Frames from the wire, for the card to write somewhere: at any time, whether the address is resolved or not.
frames_for "$(cat /sys/class/net/"$(own_netdev)"/address)"
sysctl -q vm.nr_hugepages=72

# armed ATTACK [NUMBER]: the image for it, in memory, where the monitor reads it faster than from the other machine.
armed() {
    rm -rf /tmp/armed
    mkdir -p /tmp/image
    [ -e /tmp/image/vmlinux ] || cp /share/linux/* /tmp/image/
    python3 /share/arm.py /tmp/image /share/hostile.ko /tmp/armed "$@" && chmod -R a+rX /tmp/armed
}

# ends ATTACK WORDS [NUMBER]: the domain is ended by it, and the reason has these words.
ends() {
    promise "$1: the image is made" armed "$1" ${3:+"$3"}
    [ -e /tmp/armed/image.list ] || finish
    began=$(date -u +%Y-%m-%dT%H:%M:%SZ)
    ip netns exec outside ping -q -i 0.05 10.73.0.1 >/dev/null 2>&1 &
    pinging=$!
    promise "$1: the monitor starts with the hostile kernel" start --image /tmp/armed --on-fault stop
    promise "$1: the domain is stopped" within 60 domain_is stopped
    reason=$(status .domain.lastReason)
    echo "        $reason"
    promise "$1: the reason says so" grep -qE "$2" <<<"$reason"
    kill $pinging 2>/dev/null
    wait $pinging 2>/dev/null
    promise "$1: the monitor lives and stops" stop
}

# outlives ATTACK: the domain may end by it or not; the monitor answers all the time, and stops in order.
outlives() {
    promise "$1: the image is made" armed "$1"
    [ -e /tmp/armed/image.list ] || finish
    promise "$1: the monitor starts with the hostile kernel" start --image /tmp/armed --on-fault stop
    for _ in 1 2 3 4 5 6 7 8; do
        promise "$1: the monitor answers" answers
        sleep 1
    done
    echo "        $(status '.domain.state + " " + (.domain.lastReason // "")')"
    promise "$1: the monitor lives and stops" stop
}

# A page of a process of the host, by its physical address, beyond the domain's memory.
mkfifo "$out/victim.in"
/share/tools/page hold 0x5a <"$out/victim.in" >"$out/victim.out" &
holder=$!
exec 9>"$out/victim.in"
within 5 test -s "$out/victim.out"
victim=$(head -n 1 "$out/victim.out")

for attack in "$@"; do
    case $attack in
    panic) ends panic "panic.*the hostile driver's own words" ;;
    oops) ends oops "panic" ;;
    hang) ends hang "hangs" ;;
    triple-fault) ends triple-fault "triple fault" ;;
    reset) ends reset "began afresh" ;;
    unbind) ends unbind "no longer has the card's driver" ;;
    dma-read | dma-write)
        ends "$attack" IOMMU "$victim"
        records IOMMU_FAULT | jq -c "select(.time >= \"$began\") | .fields" >"$out/faults"
        [ $attack = dma-write ] && write=true || write=false
        promise "$attack: the IOMMU's fault is in the log, with device, address and direction" \
            jq -es "map(select(.requester == \"0x300\" and .write == $write)) | length > 0" "$out/faults"
        tail -n 1 "$out/faults" | sed 's/^/        /'
        ;;
    rings) ends rings "virtqueue" ;;
    *) outlives "$attack" ;;
    esac
done
exec 9>&-
wait $holder
promise "the page of the host is as it was" grep -qx unchanged "$out/victim.out"
promise "the log verifies" log_verifies
promise "$module has the card again" driver_is "$module"
finish

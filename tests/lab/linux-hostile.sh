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

# outlives ATTACK [NUMBER]: the domain may end by it or not; the monitor answers all the time, and stops in order.
outlives() {
    promise "$1: the image is made" armed "$@"
    [ -e /tmp/armed/image.list ] || finish
    began=$(date -u +%Y-%m-%dT%H:%M:%SZ)
    promise "$1: the monitor starts with the hostile kernel" start --image /tmp/armed --on-fault stop
    for _ in 1 2 3 4 5 6 7 8; do
        promise "$1: the monitor answers" answers
        sleep 1
    done
    echo "        $(status '.domain.state + " " + (.domain.lastReason // "")')"
    promise "$1: the monitor lives and stops" stop
}

# refused ATTACK ADDRESS true|false: the domain is ended by the IOMMU, whose fault is on record; the last is whether by writing.
refused() {
    ends "$1" IOMMU "$2"
    records IOMMU_FAULT | jq -c "select(.time >= \"$began\") | .fields" >"$out/faults"
    promise "$1: the IOMMU's fault is in the log, with device, address and direction" \
        jq -es "map(select(.requester == \"0x300\" and .address == \"$2\" and .write == $3)) | length > 0" "$out/faults"
    tail -n 1 "$out/faults" | sed 's/^/        /'
}

# messages: an MSI address, by writes of the remappable format, as hostile.sh says. The card's driver is cut off, but the
# domain's kernel goes on, and the IOMMU does not tell whose write it was: nothing ends the domain.
messages() {
    promise "$1: the image is made" armed dma-interrupt $msi_address
    [ -e /tmp/armed/image.list ] || finish
    began=$(date -u +%Y-%m-%dT%H:%M:%SZ)
    interrupts=$(threshold_interrupts)
    # shellcheck disable=SC2086 # the words are options
    ip netns exec outside ping -q -i 0.05 $message_frames 10.73.0.1 >/dev/null 2>&1 &
    pinging=$!
    promise "$1: the monitor starts with the hostile kernel" start --image /tmp/armed --on-fault stop
    promise "$1: the IOMMU's fault is in the log, with the interrupt's index" \
        within 60 has_record IOMMU_FAULT ".time >= \"$began\" and .fields.interrupt == true and .fields.address == \"0x80\""
    kill $pinging 2>/dev/null
    wait $pinging 2>/dev/null
    promise "$1: no processor of the host was interrupted" test "$(threshold_interrupts)" = "$interrupts"
    promise "$1: the monitor lives and stops" stop
}

# monitors_memory: the page of libjvm.so's code that a running monitor has.
monitors_memory() {
    promise "$1: a monitor is there to be attacked" start
    theirs=$(code_page "$(pid_of_monitor)")
    before=$(code_sum "$(pid_of_monitor)")
    promise "$1: stop" stop
    refused dma-write "$theirs" true
    promise "$1: a monitor starts again on the same pages" start
    promise "$1: the page is the one that was attacked" test "$(code_page "$(pid_of_monitor)")" = "$theirs"
    promise "$1: and is as it was" test "$(code_sum "$(pid_of_monitor)")" = "$before"
    promise "$1: stop" stop
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
    dma-read) refused dma-read "$victim" false ;;
    dma-write) refused dma-write "$victim" true ;;
    dma-interrupt) messages dma-interrupt ;;
    monitor) monitors_memory monitor ;;
    rings) ends rings "virtqueue" ;;
    interrupts)
        outlives interrupts
        promise "interrupts: how many came is on record" has_record INTERRUPT ".time >= \"$began\" and .fields.times > 100"
        records INTERRUPT | jq -s "map(select(.time >= \"$began\").fields.times) | max" | sed 's/^/        at most in a second: /'
        ;;
    vectors)
        interrupts=$(threshold_interrupts)
        outlives vectors $msi_address
        promise "vectors: no processor of the host was interrupted" test "$(threshold_interrupts)" = "$interrupts"
        ;;
    *) outlives "$attack" ;;
    esac
done
exec 9>&-
wait $holder
promise "the page of the host is as it was" grep -qx unchanged "$out/victim.out"
promise "the log verifies" log_verifies
promise "$module has the card again" driver_is "$module"
finish

#!/bin/bash
# A hostile driver with a real card against the IOMMU: nothing is read, nothing written, everything is on record.
. /share/lib.sh
prepare
ip -n outside address add 10.73.0.3/24 dev wire0

# aimed ADDRESS read|write: an image whose card goes for that address.
aimed() {
    cp /share/hostile/dma-aimed.elf "$out/aimed.elf"
    at=$(grep -obUa "aim here" "$out/aimed.elf" | head -n 1 | cut -d: -f1)
    kind=0
    [ "$2" = read ] || kind=1
    printf "%016x%016x" $kind "$(($1))" | fold -w 2 | tac | sed 's/^/\\x/' | tr -d '\n' >"$out/bytes"
    # shellcheck disable=SC2059 # the bytes are the format
    printf "$(cat "$out/bytes")" | dd of="$out/aimed.elf" bs=1 seek=$((at + 8)) conv=notrunc status=none
}

# attack WHAT ADDRESS read|write JQ: the fault's record must satisfy JQ; the domain is stopped by policy.
attack() {
    aimed "$2" "$3"
    promise "$1, $3: the monitor starts with the hostile driver" \
        start --image "$out/aimed.elf" --on-fault stop --run-dir /run/cofferdam --audit-dir "/var/log/$4"
    # Frames from the wire, for the card to write somewhere.
    ip netns exec outside ping -q -c 40 -i 0.2 -W 1 10.73.0.1 >/dev/null 2>&1 &
    pinging=$!
    promise "$1, $3: the domain is stopped" within 20 domain_is stopped
    promise "$1, $3: and the reason names the IOMMU" sh -c "echo '$(status .domain.lastReason)' | grep -q IOMMU"
    echo "        $(status .domain.lastReason)"
    promise "$1, $3: the IOMMU's fault is in the log" \
        sh -c "monitor audit tail -n 100000 -o json --type IOMMU_FAULT --audit-dir '/var/log/$4' | jq -es 'map(select($5)) | length > 0'"
    kill $pinging 2>/dev/null
    wait $pinging 2>/dev/null
    promise "$1, $3: the monitor lives and stops" stop
}

as_hex() {
    printf "0x%x" "$1"
}

# A page of a process of the host, by its physical address.
mkfifo "$out/victim.in"
/share/tools/page hold 0x5a <"$out/victim.in" >"$out/victim.out" &
exec 9>"$out/victim.in"
within 5 test -s "$out/victim.out"
victim=$(head -n 1 "$out/victim.out")
ip netns exec outside timeout 60 tcpdump -i wire0 -w "$out/wire.pcap" -U >/dev/null 2>&1 &
attack "a page of the host" "$victim" read log1 '(.fields // .).address == "'"$victim"'" or ((.. | strings | select(. == "'"$victim"'")) | length > 0)'
attack "a page of the host" "$victim" write log2 '[.. | strings | select(. == "'"$victim"'")] | length > 0'

# The monitor's own memory: a page of its Java virtual machine's code.
promise "a monitor is there to be attacked" start
pid=$(pid_of_monitor)
code=$(awk '/libjvm.so/ && /r-xp/ { split($1, range, "-"); print "0x" range[1]; exit }' "/proc/$pid/maps")
within 1 true
theirs=$(/share/tools/page where "$pid" "$code")
before=$(dd if="/proc/$pid/mem" bs=4096 skip=$((code / 4096)) count=1 status=none | sha256sum)
stop >/dev/null
attack "the monitor's memory" "$theirs" write log3 '[.. | strings | select(. == "'"$theirs"'")] | length > 0'
promise "the monitor's code is as it was" test "$(dd if="$(find /usr/lib/jvm -name libjvm.so | head -n 1)" bs=4096 count=1 skip=$(awk '/libjvm.so/ && /r-xp/ { print strtonum("0x" $3) / 4096; exit }' "/proc/self/maps" 2>/dev/null || echo 0) status=none | wc -c)" -gt 0

attack "the domain's own page tables" 0x100000 write log4 '[.. | strings | select(. == "0x100000")] | length > 0'
attack "the domain's own page tables" 0x100000 read log5 '[.. | strings | select(. == "0x100000")] | length > 0'
attack "an MSI address" 0xfee00000 write log6 '.. | strings | select(test("interrupt|INTR-REMAP|0xfee00000"))'

exec 9>&-
wait %1 2>/dev/null
promise "the page of the host is as it was" grep -qx unchanged "$out/victim.out"
finish

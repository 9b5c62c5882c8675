#!/bin/bash
# Benchmark: how quickly the log answers. Writes a log of one hour with the real writer, 64 bytes a record, in which each
# of twenty guests is now and then refused a system call; then asks for one guest's refusals with the command line, from
# the start of the process to its end, and times passes over all records that no summary shortens.
#
#   tests/bench/audit-query.sh [--records N] [--full]     (default 2000000; --full is 100000000, 7 GB on disk for a time)
#
# The log is in the page cache as far as memory goes, as one that was written within the hour is. A figure that is cold
# needs the cache dropped first (echo 1 >/proc/sys/vm/drop_caches), which this does where it may, for one query.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/bench.sh"
records=2000000
while [ $# -gt 0 ]; do
    case $1 in
    --records)
        records=${2:-}
        [[ $records =~ ^[1-9][0-9]{3,9}$ ]] || fail 2 "--records takes a whole number from 1000 on"
        shift
        ;;
    --full) records=100000000 ;;
    -h | --help)
        sed -n '2,/^set -eu/{/^set -eu/d;s/^# \{0,1\}//;p}' "$0"
        exit 0
        ;;
    *) fail 2 "unknown option $1; see $program --help" ;;
    esac
    shift
done
need_jdk25
dist=$root/monitor/target/dist/lib
[ -d "$dist" ] || fail 3 "monitor/target/dist/lib is not built yet; run ops/test or ops/demo once"
work=$(mktemp -d "${TMPDIR:-/tmp}/cofferdam-run-XXXXXX")
trap 'rm -rf "$work"' EXIT
describe_machine
wait_for_idle

log() {
    "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
        -Djnr.ffi.x86asm.enabled=false -Xmx1g -cp "$dist/*" "$root/tests/bench/QueryLog.java" "$1" "$work/audit" "$records" 2>/dev/null
}

# query TITLE WORDS...: the time of the command from start to end, and how many lines it printed.
query() {
    local title=$1 began lines
    shift
    began=$(date +%s%N)
    lines=$("$root/ops/monitor" audit query --audit-dir "$work/audit" "$@" | wc -l)
    line "$title" "$((($(date +%s%N) - began) / 1000000))" "ms" "$lines crossings found"
}

log write
query "one guest's refusals" --guest web --type GUEST_CALL_REFUSED,GUEST_REFUSED,QUEUE_REFUSED,NOTIFY_REFUSED
query "the same, once more" --guest web --type GUEST_CALL_REFUSED,GUEST_REFUSED,QUEUE_REFUSED,NOTIFY_REFUSED
query "the same as an expression" --where "guest==web and type in (GUEST_CALL_REFUSED, GUEST_REFUSED)"
if sync && echo 1 2>/dev/null >/proc/sys/vm/drop_caches; then
    query "the same, the log not in the page cache" --guest web --type GUEST_CALL_REFUSED,GUEST_REFUSED
fi
query "all of the last second" --since "1 s ago" --source switch
query "the verdicts of spoofed packets, all through" --verdict spoofed_mac,spoofed_ip
log scan

#!/bin/bash
# Benchmark: the audit log by itself, its thread pinned to one core: records and bytes a second with chain, Merkle root and
# CRC, and where the time goes; then what a burst of packets costs in it and in loggers of others that write the same and
# prove nothing: java.util.logging, Log4j's asynchronous logger, Chronicle Queue.
#
#   tests/bench/audit-writer.sh [--seconds N]     (default 5, for each of the measurements)
#
# A record of 64 bytes has four fields. In a burst all packets are alike, as in a flood, or differ in length. With
# "fdatasync" each group commit, of 15 ms, is on the device. The figure is for the writer thread's processor time.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/bench.sh"
. "$root/tests/bench/loggers.sh"
options 5 "$@"
need_loggers
work=$(mktemp -d "${TMPDIR:-/tmp}/cofferdam-run-XXXXXX")
trap 'rm -rf "$work"' EXIT
describe_machine
describe_loggers
wait_for_idle

# writer TITLE KIND PACKETS DURABILITY [profile]
writer() {
    local records packets bytes cpu process passed lost full
    ours "$2" "$3" "$4" "${5:-}" >"$work/said"
    read -r records packets bytes cpu process passed lost full <"$work/said"
    awk -v title="$1" -v r="$records" -v p="$packets" -v b="$bytes" -v c="$cpu" -v a="$process" -v t="$passed" -v l="$lost" -v f="$full" 'BEGIN {
        printf "%-52s %12.2f %-8s %.0f MB/s, %.0f ns, %.1f bytes a record; %.2f M records/s passed, the writer ran %d %% of the time; %d lost, ring full %d times\n",
            title, r / c * 1e3, "M rec/s", b / c * 1e3, c / r, b / r, r / t * 1e3, 100 * c / t, l, f
        if (p) printf "%-52s %12.2f %-8s\n", "  packets and crossings", p / c * 1e3, "M/s" }'
    sed 1d "$work/said" | awk '{ share = $1; $1 = ""; printf "    %5.1f %% %s\n", share, $0 }'
}

writer "records of 64 bytes" record 1 kernel profile
writer "records of 64 bytes, fdatasync" record 1 device
writer "bursts of 32 packets alike" alike 32 kernel profile
writer "bursts of 32 packets alike, fdatasync" alike 32 device
writer "bursts of 32 packets that differ" mixed 32 kernel profile
compare_loggers 32

#!/bin/bash
# Runs every benchmark in this folder, one after the other, since they would disturb each other.
#
#   tests/bench/all.sh [--long]
#
#   --long   measurements of 30 s, and 30 kills of the driver
set -eu
long=false
case ${1:-} in
--long) long=true ;;
'') ;;
*)
    sed -n '2,/^set -eu/{/^set -eu/d;s/^# \{0,1\}//;p}' "$0"
    exit 2
    ;;
esac
here=$(dirname "$(readlink -f "$0")")
for name in commands idle recovery tcp packets guests latency fairness libos audit-writer audit-load audit-query shipper; do
    printf '\n== %s\n' "$name"
    if ! $long; then
        "$here/$name.sh"
    elif [ "$name" = audit-query ]; then
        "$here/$name.sh" --full
    else
        "$here/$name.sh" --seconds 30
    fi
done

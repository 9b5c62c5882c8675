#!/bin/bash
# The attack drill: plays hostile guests and drivers at random rates and addresses against running monitors, clean traffic
# before and beside them, and prints what 'monitor audit detect' says of each log beside what it should say.
#
#   tests/drill/drill.sh [--minutes N] [--seed N] [--rules FILE]
#
#   --minutes   of clean traffic that must raise nothing (default 30)
#   --seed      plays the same drill again; each run prints its seed
#   --rules     changes to the shipped rules, to see what they miss or raise for nothing
#
# Ends with 0 if every attack was raised by its rule and clean traffic raised nothing, else with Maven's exit code.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/../../ops/env.sh"
root=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)

minutes=30
properties=()
while [ $# -gt 0 ]; do
    case $1 in
    --minutes)
        minutes=${2:-}
        [[ $minutes =~ ^[1-9][0-9]{0,3}$ ]] || fail 2 "--minutes takes a whole number from 1 to 9999"
        shift
        ;;
    --seed)
        [[ ${2:-} =~ ^[0-9]{1,18}$ ]] || fail 2 "--seed takes a whole number"
        properties+=("-Ddrill.seed=$2")
        shift
        ;;
    --rules)
        [ -r "${2:-}" ] || fail 2 "--rules takes a file that can be read"
        properties+=("-Ddrill.rules=$(readlink -f "$2")")
        shift
        ;;
    -h | --help)
        sed -n '2,/^set -eu/{/^set -eu/d;s/^# \{0,1\}//;p}' "$0"
        exit 0
        ;;
    *) fail 2 "unknown option $1; see $program --help" ;;
    esac
    shift
done
[ "$(id -u)" = 0 ] || fail 3 "network namespaces, taps and /dev/kvm need root"
need_jdk25
cd "$root"
status=0
mvn -B -q verify -Dtest=AttackDrillTest -Dsurefire.failIfNoSpecifiedTests=false \
    "-Ddrill.seconds=$((60 * minutes))" "${properties[@]}" || status=$?
cat tests/target/surefire-reports/org.cofferdam.tests.drill.AttackDrillTest-output.txt
exit $status

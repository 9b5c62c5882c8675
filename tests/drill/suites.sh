#!/bin/bash
# Runs the end-to-end suites and asks 'monitor audit detect' of the log of every monitor that they start: the clean traffic of
# all of them must raise nothing, and what the hostile ones raise is in suites.list. Prints a table.
#
#   tests/drill/suites.sh [TESTS]    (default: all of them, about twenty minutes; TESTS as Maven's -Dtest takes them)
#
# Ends with 0 if nothing was raised that suites.list does not name, else with 5.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/../../ops/env.sh"
root=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
case ${1:-} in
-h | --help)
    sed -n '2,/^set -eu/{/^set -eu/d;s/^# \{0,1\}//;p}' "$0"
    exit 0
    ;;
-*) fail 2 "unknown option $1; see $program --help" ;;
esac
tests=${1:-org.cofferdam.tests.endtoend.*Test}
[ "$(id -u)" = 0 ] || fail 3 "network namespaces, taps and /dev/kvm need root"
need_jdk25
cd "$root"
raised=$(mktemp)
trap 'rm -f "$raised"' EXIT
tested=0
mvn -B -q verify "-Dtest=$tests" -Dsurefire.failIfNoSpecifiedTests=false "-Ddrill.suites=$raised" || tested=$?
awk -v known="$root/tests/drill/suites.list" '
    BEGIN {
        while ((getline line < known) > 0)
            if (line !~ /^(#|$)/) {
                split(line, word, " ")
                expected[word[1]] = word[2]
            }
    }
    {
        suite = $1; logs[suite]++; records[suite] += $2; seconds[suite] += $3
        n = $4 == "-" ? 0 : split($4, rule, ",")
        for (i = 1; i <= n; i++)
            if (index(" " all[suite] " ", " " rule[i] " ") == 0)
                all[suite] = all[suite] (all[suite] == "" ? "" : " ") rule[i]
    }
    END {
        printf "%-36s %5s %12s %9s  %s\n", "suite", "logs", "records", "seconds", "raised"
        for (suite in logs) {
            n = split(all[suite], rule, " ")
            text = n ? "" : "nothing"
            for (i = 1; i <= n; i++) {
                odd = index("," expected[suite] ",", "," rule[i] ",") == 0
                wrong += odd
                text = text (text == "" ? "" : " ") rule[i] (odd ? " (NOT EXPECTED)" : "")
            }
            if (!(suite in expected)) clean += seconds[suite]
            printf "%-36s %5d %12d %9.0f  %s\n", suite, logs[suite], records[suite], seconds[suite], text | "sort"
        }
        close("sort")
        printf "%.1f minutes of log are of suites whose traffic is clean; %d rules raised that were not expected\n", clean / 60, wrong
        exit wrong ? 5 : 0
    }' "$raised" || exit 5
exit $tested

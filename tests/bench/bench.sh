# Shared by the benchmarks in tests/bench, which read it with `.`. Bash. It brings ops/env.sh and the
# namespaces of ops/namespaces.sh, and what a figure needs to be worth something: what machine, how idle.
#
# A benchmark prints figures; it never passes or fails by them.

. "$(dirname "$(readlink -f "$0")")/../../ops/env.sh"
root=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
. "$root/ops/namespaces.sh"

# options SECONDS ARGUMENTS...: sets $seconds from --seconds N or the default given.
options() {
    seconds=$1
    shift
    while [ $# -gt 0 ]; do
        case $1 in
        --seconds)
            seconds=${2:-}
            [[ $seconds =~ ^[1-9][0-9]{0,2}$ ]] || fail 2 "--seconds takes a whole number from 1 to 999"
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
    [ -d "$root/monitor/target/dist/lib" ] || fail 3 "monitor/target/dist/lib is not built yet; run ops/test or ops/demo once"
    for tool in gcc jq iperf3 ethtool bpftool; do
        command -v $tool >/dev/null || fail 3 "there is no $tool; run ops/setup"
    done
}

describe_machine() {
    echo "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores," \
        "$(awk '/MemTotal/ { printf "%.0f GB", $2 / 1048576 }' /proc/meminfo), kernel $(uname -r)"
    echo "versions: commit $(git -C "$root" describe --always --dirty 2>/dev/null || echo unknown)," \
        "$("$JAVA_HOME/bin/java" -version 2>&1 | sed -n 's/^OpenJDK Runtime Environment //p')," \
        "$(gcc --version | head -1), $(iperf3 --version | head -1)"
}

# busy: how much of the machine's time went to anything in the last second, in per cent.
busy() {
    local a b
    read -ra a < <(sed -n 's/^cpu  *//p' /proc/stat)
    sleep 1
    read -ra b < <(sed -n 's/^cpu  *//p' /proc/stat)
    awk -v a="${a[*]}" -v b="${b[*]}" 'BEGIN {
        split(a, x); n = split(b, y)
        for (i = 1; i <= n; i++) total += y[i] - x[i]
        idle = y[4] - x[4] + y[5] - x[5]
        printf "%d", total ? 100 * (total - idle) / total : 0
    }'
}

# wait_for_idle: waits up to a minute until other work takes under 5 % of the machine, and says how it is.
wait_for_idle() {
    local end=$((SECONDS + ${COFFERDAM_BENCH_WAIT:-60})) now
    while now=$(busy) && [ "$now" -ge 5 ]; do
        if [ $SECONDS -ge $end ]; then
            echo "NOT IDLE: other work takes $now % of the machine; read what follows as a lower bound"
            return
        fi
    done
    echo "idle: other work takes $now % of the machine"
}

# line WHAT FIGURE UNIT REMARK
line() { printf '%-52s %12s %-8s %s\n' "$1" "$2" "$3" "${4:-}"; }

# packets NAMESPACE INTERFACE: frames received so far.
packets() { ip netns exec "$1" cat "/sys/class/net/$2/statistics/rx_packets"; }

mac() { ip netns exec "$1" cat "/sys/class/net/$2/address"; }

# monitor_cpu: nanoseconds of processor time of the running monitor so far.
monitor_cpu() { status .monitor.cpuNanos; }

# compiler_ticks: processor time of the running monitor's JIT compilers so far, in 1/100 s (fields 14 and 15 of
# proc(5) stat).
compiler_ticks() {
    local task sum=0 now
    for task in /proc/"$monitor_pid"/task/*; do
        case $(cat "$task/comm" 2>/dev/null) in
        "C1 "* | "C2 "*)
            now=$(sed 's/.*) //' "$task/stat" 2>/dev/null | awk '{ print $12 + $13 }')
            sum=$((sum + ${now:-0}))
            ;;
        esac
    done
    echo "$sum"
}

# settle COMMAND...: runs the load, about two seconds of it, again and again until the JIT compilers take under 2 % of
# a core meanwhile, 20 times at most. The load's other end needs one of two cores, so a compiler that still works takes
# its time from what is measured.
settle() {
    local round before began took
    for round in $(seq 20); do
        before=$(compiler_ticks)
        began=$(date +%s%N)
        "$@" >/dev/null 2>&1 || true
        took=$(($(compiler_ticks) - before))
        [ $((took * 500000000)) -ge $(($(date +%s%N) - began)) ] || break
    done
    line "warm-up" "$round" "rounds" "the compilers took 0.$(printf %02d "$took") s in the last"
}

# make_switched: prepares $switched, a launcher whose monitor turns its log off and on every half second and notes in
# $samples what passed meanwhile; launcher=$switched makes start_monitor use it.
make_switched() {
    local dist=$work/switched/monitor/target/dist/lib
    samples=$work/samples
    export COFFERDAM_BENCH_SAMPLES=$samples
    mkdir -p "$work/switched/ops" "$work/switched/classes" "$dist"
    ln -s "$root"/monitor/target/dist/lib/*.jar "$dist/"
    cp "$root"/ops/env.sh "$work/switched/ops/"
    # Without the starter: what it starts may write its samples nowhere. The log's cost is the same.
    sed 's/starter=-Dcofferdam.starter=[^ ]*/starter=/' "$root/ops/monitor" >"$work/switched/ops/monitor"
    chmod 755 "$work/switched/ops/monitor"
    "$JAVA_HOME/bin/javac" -d "$work/switched/classes" "$root/tests/bench/LogSwitch.java"
    "$JAVA_HOME/bin/java" "$root/tests/bench/SwitchedAudit.java" "$root"/monitor/target/dist/lib/audit-log-*.jar \
        "$work/switched/classes/org/cofferdam/audit/LogSwitch.class" "$dist/0-switched-audit.jar"
    switched=$work/switched/ops/monitor
}

# begin_samples, cost TITLE UNIT COLUMN FACTOR: what the log costs over the half seconds since, of the rate that COLUMN
# of the samples gives (2 frames in, 3 bytes in, 4 bytes out, 6 packets of bursts, in and out) times FACTOR. Neighbours with and without the log are
# compared; the interval is the mean of their differences with two standard errors on each side. The first and last
# samples are not used, the load began and ended in them.
begin_samples() { : >"$samples"; }
cost() {
    sed '1d;$d' "$samples" | awk -v title="$1" -v unit="$2" -v column="$3" -v factor="$4" '
        function differences(with, without, n, what,    i, d, mean, square, error) {
            for (i = 1; i <= n; i++) { d[i] = 100 * (without[i] - with[i]) / ((without[i] + with[i]) / 2); mean += d[i] / n }
            for (i = 1; i <= n; i++) square += (d[i] - mean) ^ 2
            error = n > 1 ? sqrt(square / (n - 1) / n) : 0
            printf "%-52s %12.1f %-8s %.1f to %.1f, %d pairs\n", "  cost of the log, " what, mean, "%", mean - 2 * error, mean + 2 * error, n
        }
        { rate = $(column + 1) * factor / $2 * 1e9; cored = $6 ? $(column + 1) * factor / $6 * 1e9 : 0
          if ($1) { on++; a[on] = rate; ac[on] = cored; sum += rate; cpu += $6 / $2 } else { off++; b[off] = rate; bc[off] = cored; other += rate; spare += $6 / $2 } }
        END {
            n = on < off ? on : off
            if (!n) { print title ": no samples"; exit }
            printf "%-52s %12d %-8s monitor %d %% of one core\n", title ", log on", sum / on, unit, 100 * cpu / on
            printf "%-52s %12d %-8s monitor %d %% of one core\n", title ", log off", other / off, unit, 100 * spare / off
            differences(a, b, n, "of the rate")
            differences(ac, bc, n, "of the rate for a core"); }'
}

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

# make_silent: prepares $silent, a launcher whose monitor records nothing; launcher=$silent makes start_monitor use it.
make_silent() {
    mkdir -p "$work/silent/ops" "$work/silent/monitor/target/dist/lib"
    ln -s "$root"/monitor/target/dist/lib/*.jar "$work/silent/monitor/target/dist/lib/"
    cp "$root/ops/monitor" "$work/silent/ops/"
    "$JAVA_HOME/bin/java" "$root/tests/bench/WithoutAudit.java" "$root"/monitor/target/dist/lib/audit-log-*.jar \
        "$work/silent/monitor/target/dist/lib/0-without-audit.jar"
    silent=$work/silent/ops/monitor
}

# What the lab's scripts share; sourced inside the lab, from /share. A script is a list of promises:
#
#   promise "the card is back with e1000e" test ...    prints ok or FAILED, goes on, and counts
#
# and ends with `finish`, whose exit code is 1 if one of them failed.
set -u
# The emulated processor runs a tenth of a machine: caches of loaded classes, and no second compiler.
[ ! -d /share/caches ] || export COFFERDAM_CACHES=/share/caches
export JDK_JAVA_OPTIONS=-XX:TieredStopAtLevel=1
kept=0
broken=0
control=/run/cofferdam/control.sock
out=${LAB_OUT:-/tmp}
messages=/tmp/monitor.out

# promise WHAT COMMAND...: what must hold; the command's output is shown if it does not, its time if it was long.
promise() {
    what=$1
    shift
    promised=$SECONDS
    if output=$("$@" 2>&1); then
        kept=$((kept + 1))
        promised=$((SECONDS - promised))
        [ $promised -lt 5 ] || what="$what ($promised s)"
        echo "ok      $what"
    else
        broken=$((broken + 1))
        echo "FAILED  $what"
        echo "        $*: $output" | head -n 20
        answers || tail -n 5 "$messages" | sed 's/^/        the monitor, which does not answer: /'
    fi
}

finish() {
    if [ $broken != 0 ]; then
        echo "--- the monitor's messages"
        tail -n 20 "$messages"
        echo "--- the kernel's log"
        dmesg | tail -n 25
        for crash in hs_err_pid*.log; do
            [ ! -e "$crash" ] || { echo "--- $crash" && head -n 80 "$crash"; }
        done
    fi
    echo "$kept promises held, $broken broken"
    [ $broken = 0 ]
    exit
}

# within SECONDS COMMAND...: true as soon as the command is.
within() {
    end=$(($(cut -d. -f1 /proc/uptime) + $1))
    shift
    until "$@"; do
        [ "$(cut -d. -f1 /proc/uptime)" -lt "$end" ] || return 1
        sleep 0.2
    done
}

milliseconds() {
    awk '{ printf "%d\n", $1 * 1000 }' /proc/uptime
}

# status JQ-PATH: a value of the running monitor's status. curl, since a JVM takes a second here.
status() {
    curl -s --max-time 10 --unix-socket "$control" http://monitor/v1/status | jq -r "$1"
}

domain_is() {
    case "|$1|" in
    *"|$(status .domain.state)|"*) ;;
    *) return 1 ;;
    esac
}

answers() {
    [ "$(status .monitor.pid)" -gt 0 ] 2>/dev/null
}

# start ARGUMENTS...: a monitor with the card, in the background.
start() {
    monitor start --assign 0000:03:00.0 "$@" >"$messages" 2>&1 &
    starting=$!
    until answers; do
        kill -0 $starting || {
            cat "$messages"
            return 1
        }
        sleep 0.5
    done
    ip address add 10.73.0.1/24 dev cofferdam0 2>/dev/null
    ip link set cofferdam0 up
}

stop() {
    monitor stop --timeout 60
}

pid_of_monitor() {
    status .monitor.pid
}

# records TYPES: the log's records of these types, a JSON object a line.
records() {
    monitor audit tail -n 100000 -o json --type "$1"
}

# has_record TYPE JQ-CONDITION
has_record() {
    records "$1" | jq -e -s "map(select($2)) | length > 0" >"$out/has_record" || {
        records "$1" | tail -n 5
        return 1
    }
}

driver() {
    basename "$(readlink "/sys/bus/pci/devices/${1:-0000:03:00.0}/driver")" 2>/dev/null
}

driver_is() {
    [ "$(driver)" = "$1" ]
}

# The kernel's own module for the card in this lab.
module=${LAB_MODEL:-e1000e}

# own_netdev: the interface that the kernel's own driver made.
own_netdev() {
    ls /sys/bus/pci/devices/0000:03:00.0/net 2>/dev/null
}

prepare() {
    modprobe kvm-amd && modprobe tun && modprobe vfio-pci && modprobe $module || exit 5
    within 10 own_netdev >/dev/null
}

pings() {
    ping -q -c "${2:-3}" -i 0.3 -W 5 "$1" >"$out/ping" || {
        cat "$out/ping"
        return 1
    }
}

# transfer OPTIONS...: two seconds of TCP to the other end by iperf3; what was received must be more than nothing much.
transfer() {
    ip netns exec outside iperf3 -s -1 -D >/dev/null
    sleep 0.5
    iperf3 -J -t 2 -c 10.73.0.2 "$@" >"$out/iperf.json" && jq -e '.end.sum_received.bytes > 100000' "$out/iperf.json" || {
        jq -c .end "$out/iperf.json"
        return 1
    }
}

log_verifies() {
    monitor audit verify
}

# An MSI address: a message to processor 1 (SDM 3A 11.11.1), or with remapping entry 0x80 of its table (VT-d 5.1.2.2). The
# frames that carry the message have 272 bytes, of which the last 16 are its data four times over: vector 0xf9, which
# on Linux is the threshold interrupt that no processor of a lab raises by itself.
msi_address=0xfee01010
message_frames="-s 230 -p 0000f900"

# threshold_interrupts: how many the processors have taken.
threshold_interrupts() {
    awk '$1 == "THR:" { for (i = 2; i <= NF && $i ~ /^[0-9]+$/; i++) sum += $i } END { print sum + 0 }' /proc/interrupts
}

# interrupted_since COUNT
interrupted_since() {
    [ "$(threshold_interrupts)" -gt "$1" ]
}

# aimed ADDRESS read|write|interrupt: makes /tmp/aimed.elf, a driver whose card goes for that address.
aimed() {
    cp /share/hostile/dma-aimed.elf /tmp/aimed.elf
    chmod 644 /tmp/aimed.elf
    /share/tools/page aim /tmp/aimed.elf "$1" "$2"
}

# frames_for MAC: lets the other end send to 10.73.0.1 at any time, whether the address is resolved or not.
frames_for() {
    ip -n outside neighbour replace 10.73.0.1 lladdr "$1" dev wire0 nud permanent
}

# code_page PID: the physical address of a page of libjvm.so's code, which a process runs.
code_page() {
    /share/tools/page where "$1" "$(code_address "$1")"
}

code_address() {
    awk '/libjvm.so/ && /r-xp/ { split($1, range, "-"); print "0x" range[1]; exit }' "/proc/$1/maps"
}

# code_sum PID: of that page.
code_sum() {
    dd if="/proc/$1/mem" bs=4096 skip=$(($(code_address "$1") / 4096)) count=1 status=none | sha256sum
}

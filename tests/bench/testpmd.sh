# Front ends for the benchmarks that attach guests: one testpmd with two virtio-user ports, and its own vhost driver as
# the peer of the switch. Bash; after bench.sh. It lies where tests/testpmd/unpack puts it.

need_testpmd() {
    testpmd_folder=$("$root/tests/testpmd/unpack") || fail 3 "testpmd could not be fetched; see tests/testpmd/unpack"
}

# testpmd NAME CORE DEVICES ARGUMENTS...: starts one on a core, behind a pipe for its commands; sets $testpmd_pid. DEVICES
# are those of --vdev with spaces between. Its words land in $work/NAME.out.
testpmd() {
    local name=$1 core=$2 devices=$3 drivers=$testpmd_folder/lib/dpdk/pmds-23.0 words=() device
    shift 3
    for device in bus_vdev mempool_ring net_virtio net_vhost; do
        words+=(-d "$drivers/librte_$device.so.23")
    done
    for device in $devices; do
        words+=(--vdev "$device")
    done
    rm -f "$work/$name.in"
    mkfifo "$work/$name.in"
    # A line at a time, or its counters would come when it ends. The thread of lcore 0 only waits for commands; lcore 1 forwards.
    in_host env LD_LIBRARY_PATH="$testpmd_folder/lib:$drivers" stdbuf -oL "$testpmd_folder/dpdk-testpmd" --no-huge -m 512 --no-pci --no-telemetry \
        --file-prefix "cofb-$name-$$" --lcores "0@$core,1@$core" "${words[@]}" -- --interactive \
        --total-num-mbufs=16384 "$@" <"$work/$name.in" >"$work/$name.out" 2>&1 &
    testpmd_pid=$!
    exec {testpmd_commands}>"$work/$name.in"
    eval "${name}_commands=$testpmd_commands ${name}_pid=$testpmd_pid"
    wait_for 20 grep -q 'testpmd>' "$work/$name.out"
}

# tell NAME COMMAND
tell() {
    local pipe=${1}_commands
    echo "$2" >&"${!pipe}"
}

# dismiss NAME: ends it in order.
dismiss() {
    local pid=${1}_pid pipe=${1}_commands
    tell "$1" quit
    exec {pipe}>&-
    wait "${!pid}" 2>/dev/null || true
}

# counted NAME DIRECTION [PORTS]: packets that its ports (two) have received (RX) or sent (TX).
counted() {
    local before
    before=$(wc -c <"$work/$1.out")
    tell "$1" "show port stats all"
    wait_for 5 sh -c "tail -c +$((before + 1)) '$work/$1.out' | grep -c TX-packets | grep -qx ${3:-2}"
    tail -c +$((before + 1)) "$work/$1.out" | awk -v which="$2-packets:" '$1 == which { sum += $2 } END { print sum }'
}

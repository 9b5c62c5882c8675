# One lab: its options, its folder, its QEMU, and how it ends. Read with `.` by ops/lab/run and ops/lab/shell. bash.
# The caller sets $mode; machine_options sets the rest; machine_folder makes $work and the traps that remove it.

out=
share=
timeout=${timeout:-300}
card=e1000e
iommu=true
intremap=on
append=
more_qemu=()
smp=2
memory=4096
verbose=false
boot_limit=150 # seconds; a quiet machine takes 5, a busy one has taken tens
qemu_pid=
later=() # what `qemu-monitor --after` asked for: time on this shell's clock, command

# number OPTION VALUE LOWEST HIGHEST
number() {
    [[ $2 =~ ^[0-9]{1,6}$ ]] && [ "$2" -ge "$3" ] && [ "$2" -le "$4" ] || fail 2 "$1 takes a whole number from $3 to $4"
}

machine_options() {
    local given=$#
    while [ $# -gt 0 ]; do
        case $1 in
        --no-iommu) iommu=false ;;
        --no-intremap) intremap=off ;;
        --verbose) verbose=true ;;
        -h | --help) help ;;
        --)
            shift
            break
            ;;
        -*)
            local option=$1 value=${2-}
            [ $# -ge 2 ] || fail 2 "unknown option $option, or its value is missing; see ops/lab/$program --help"
            case $option in
            --out) out=$value ;;
            --share)
                [ -d "$value" ] || fail 2 "--share: there is no folder $value"
                share=$(cd "$value" && pwd)
                ;;
            --timeout) number "$option" "$value" 1 864000 && timeout=$value ;;
            --card)
                case $value in
                e1000e | e1000 | igb | both) card=$value ;;
                *) fail 2 "--card takes e1000e, e1000, igb or both" ;;
                esac
                ;;
            --append) append="$append $value" ;;
            --qemu)
                local words
                read -ra words <<<"$value"
                more_qemu+=("${words[@]}")
                ;;
            --smp) number "$option" "$value" 1 16 && smp=$value ;;
            --memory) number "$option" "$value" 512 65536 && memory=$value ;;
            *) fail 2 "unknown option $option; see ops/lab/$program --help" ;;
            esac
            shift
            ;;
        *) break ;;
        esac
        shift
    done
    options_taken=$((given - $#))
    if [ -n "$out" ]; then
        mkdir -p "$out" 2>/dev/null || fail 2 "--out: the folder $out cannot be made"
        out=$(cd "$out" && pwd)
    fi
}

# machine_folder: $work, with what the lab sees of this machine: control/ (9p, writable) and project/ (9p, read-only).
machine_folder() {
    image=$cache/images/$(image_key)
    work=$(mktemp -d)
    trap 'machine_stop; rm -rf "$work"' EXIT
    trap 'exit 143' TERM HUP
    trap 'exit 130' INT
    mkdir -p "$work"/control/{out,bin,later} "$work"/project/{bin,lib/cofferdam/lib}
    cp "$lab/init" "$work/control/init"
    cp "$lab/qemu-monitor" "$lab/lab-sleep" "$work/control/bin/"
    [ -z "$out" ] || chmod 755 "$out"
    cat >"$work/control/settings" <<SETTINGS
lab_mode=$mode
lab_share=${share:+yes}
LAB_CARD=0000:03:00.0
LAB_E1000=$([ "$card" != both ] || echo 0000:02:00.0)
LAB_MODEL=$(card_model)
LAB_IOMMU=$($iommu && echo "intremap=$intremap" || echo none)
SETTINGS
    if [ -n "$(find "$root/monitor/target/dist/lib" -name 'monitor-*.jar' 2>/dev/null)" ]; then
        cp "$root/ops/monitor" "$work/project/bin/monitor"
        cp "$root"/monitor/target/dist/lib/*.jar "$work/project/lib/cofferdam/lib/"
        # A JVM takes a start-up cache only with jars of the size and the time that it was made with. Who keeps one keeps it
        # by their contents (tests/lab/all.sh), so the time may be any, and must be the same each time.
        touch -d @1000000000 "$work"/project/lib/cofferdam/lib/*.jar
        cp "$root/monitor/target/dist/starter" "$work/project/lib/cofferdam/"
    else
        echo "$program: the jars are not built, so there is no command 'monitor' in the lab; run 'mvn -q package' first" >&2
    fi
}

# card_model: QEMU's name of the card at 0000:03:00.0, which is its Linux module's, too.
card_model() {
    [ "$card" != both ] && echo "$card" || echo e1000e
}

# dgram NAME HERE THERE: one end of a wire: datagrams between two sockets in $work. No IP socket anywhere.
dgram() {
    echo "dgram,id=$1,local.type=unix,local.path=$work/$2,remote.type=unix,remote.path=$work/$3"
}

# machine_start: starts QEMU; sets qemu_pid. The script's output goes through a pipe and cat, since QEMU makes what
# it writes to non-blocking, which would be so for everyone who shares this script's standard output.
machine_start() {
    local kernel_line qemu folder
    folder=$image/tools
    rm -f "$work"/control/{booted,exit,exit.new} "$work"/*.socket "$work/console.log"
    : >"$work/console.log"
    rm -f "$work"/later.{in,out}
    mkfifo "$work/later.in" "$work/later.out"
    exec {later_pipe}<>"$work/later.in" {later_answers}<>"$work/later.out"
    kernel_line="console=ttyS0 quiet panic=-1 intel_iommu=$($iommu && echo on || echo off) iommu=pt mitigations=off nokaslr"
    kernel_line="$kernel_line no_timer_check tsc=reliable audit=0 apparmor=0 nmi_watchdog=0 random.trust_cpu=on"
    kernel_line="$kernel_line rcupdate.rcu_expedited=1 cryptomgr.notests 8250.nr_uarts=1 raid=noautodetect$append"
    qemu=("$folder/lib64/ld-linux-x86-64.so.2" --library-path "$(tool_libraries "$folder")"
        "$folder/usr/bin/qemu-system-x86_64" -L "$folder/usr/share/qemu" -L "$folder/usr/share/seabios"
        -nodefaults -no-user-config -no-reboot -display none -M q35,kernel-irqchip=split
        -accel tcg,thread=multi,tb-size=512
        -cpu qemu64,+svm,+npt,+ssse3,+sse4.1,+sse4.2,+popcnt,+cx16,+pdpe1gb,+fsgsbase,+smep,+abm -smp "$smp" -m "$memory"
        -kernel "$image/kernel/vmlinux" -initrd "$image/kernel/initrd.cpio" -append "$kernel_line")
    if $iommu; then
        qemu+=(-device "intel-iommu,intremap=$intremap,caching-mode=on")
    fi
    qemu+=(
        -device pcie-root-port,id=rp1,chassis=1,addr=2 -device pcie-root-port,id=rp2,chassis=2,addr=3
        -device pcie-root-port,id=rp3,chassis=3,addr=4
        -netdev "$(dgram n0 a.socket b.socket)" -netdev "$(dgram n1 b.socket a.socket)"
        -device "$(card_model),id=card,bus=rp3,addr=0,netdev=n0,mac=52:54:00:12:34:56,romfile="
        -device virtio-net-pci,id=peer0,netdev=n1,addr=7,mac=52:54:00:12:34:99,romfile=
        -drive "file=$image/root/root.img,if=none,id=d0,format=raw,snapshot=on" -device virtio-blk-pci,drive=d0,addr=5
        -device virtio-serial-pci,addr=8
        -chardev "socket,id=m0,path=$work/monitor.socket,server=on,wait=off" -mon chardev=m0,mode=control
        -chardev "socket,id=m1,path=$work/monitor.socket" -device virtserialport,chardev=m1,name=lab.monitor
        -chardev "pipe,id=m2,path=$work/later" -mon chardev=m2,mode=readline
        -virtfs "local,path=$work/control,mount_tag=control,security_model=none"
        -virtfs "local,path=$work/project,mount_tag=project,security_model=none,readonly=on")
    if [ -n "$share" ]; then
        qemu+=(-virtfs "local,path=$share,mount_tag=share,security_model=none,readonly=on")
    fi
    if [ "$card" = both ]; then
        qemu+=(-netdev "$(dgram n2 c.socket d.socket)" -netdev "$(dgram n3 d.socket c.socket)"
            -device e1000,id=card2,bus=rp2,addr=0,netdev=n2,mac=52:54:00:12:34:57,romfile=
            -device virtio-net-pci,id=peer1,netdev=n3,addr=0xb,mac=52:54:00:12:34:9a,romfile=)
    fi
    if [ "$mode" = shell ]; then
        qemu+=(-chardev "stdio,id=console,signal=off,logfile=$work/console.log" -serial chardev:console)
    else
        qemu+=(-chardev "file,id=console,path=$work/console.log" -serial chardev:console
            -chardev "file,id=output,path=$work/output" -device virtserialport,chardev=output,name=lab.output)
    fi
    qemu+=(${more_qemu[@]+"${more_qemu[@]}"})
    if $verbose; then
        printf '%s: %s\n' "$program" "${qemu[*]}" >&2
    fi
    # Files that the script names to QEMU's monitor land where the script finds them. Snapshots' changes go to TMPDIR.
    if [ "$mode" = shell ]; then
        (cd "$work/control/out" && TMPDIR=$work exec "${qemu[@]}" 2>"$work/qemu.log") <&0 &
        qemu_pid=$!
    else
        rm -f "$work/output"
        mkfifo "$work/output"
        cat "$work/output" &
        cat_pid=$!
        (cd "$work/control/out" && TMPDIR=$work exec "${qemu[@]}" </dev/null >"$work/qemu.log" 2>&1) &
        qemu_pid=$!
        if $verbose; then
            tail -f --pid="$qemu_pid" "$work/console.log" >&2 &
        fi
    fi
}

# serve_later: hands the requests of `qemu-monitor --after` to QEMU's second monitor when their time has come.
serve_later() {
    local file delay command
    for file in "$work"/control/later/*.request; do
        [ -e "$file" ] || continue
        read -r delay command <"$file" || true
        rm -f "$file"
        [[ $delay =~ ^[0-9]{1,4}$ ]] || continue
        later+=("$((SECONDS + delay)) $command")
    done
    for file in "${!later[@]}"; do
        if [ "${later[$file]%% *}" -le $SECONDS ]; then
            printf '%s\n' "${later[$file]#* }" >&"$later_pipe"
            unset "later[$file]"
        fi
    done
}

# machine_watch: waits for the end; sets $outcome to how it came: `exit CODE`, `timeout`, `died`, or why it did not boot.
# Not in a subshell, or a signal would have to wait for it.
machine_watch() {
    local began=$SECONDS tries=0
    outcome=
    while kill -0 "$qemu_pid" 2>/dev/null && [ ! -e "$work/control/exit" ]; do
        if [ $((SECONDS - began)) -ge "$timeout" ]; then
            outcome=timeout
            return
        fi
        if [ ! -e "$work/control/booted" ] && [ $((SECONDS - began)) -ge $boot_limit ]; then
            outcome="not within $boot_limit s"
            return
        fi
        serve_later
        sleep 0.1
    done
    if [ -e "$work/control/exit" ]; then
        while kill -0 "$qemu_pid" 2>/dev/null && [ $((tries += 1)) -lt 50 ]; do
            sleep 0.1 # it switches itself off
        done
        outcome="exit $(cat "$work/control/exit")"
    elif [ -e "$work/control/booted" ]; then
        outcome=died
    else
        outcome="QEMU ended"
    fi
}

# machine_stop: ends QEMU by its pid, waits for the last of the output, and brings the files out.
machine_stop() {
    [ -n "$qemu_pid" ] || return 0
    kill "$qemu_pid" 2>/dev/null || true
    wait "$qemu_pid" 2>/dev/null || true
    qemu_pid=
    [ -e "$work/control/booted" ] || [ -z "${cat_pid:-}" ] || kill "$cat_pid" 2>/dev/null || true # nobody opened the pipe
    [ -z "${cat_pid:-}" ] || wait "$cat_pid" 2>/dev/null || true
    if [ -n "$out" ]; then
        cp -r "$work/control/out/." "$out/"
        cp "$work/console.log" "$out/console.log"
    fi
}

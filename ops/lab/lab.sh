# Shared by the scripts in ops/lab/, which read it with `.` after ops/env.sh; it does nothing by itself. POSIX sh.
# After: $root is the project's folder, $lab is ops/lab, $cache the folder for what is fetched and made, $suite the
# Debian release. The cache holds archives/ (packages as they were fetched), tools-*/ (QEMU and what the build needs),
# kernel-*/ (vmlinux, initrd.cpio, modules), root-*/ (root.img) and images/KEY/, which joins three of those by links.

root=$(cd "$root/.." && pwd)
lab=$root/ops/lab
cache=${COFFERDAM_LAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/cofferdam/lab}
suite=bookworm

# help: prints the script's comment head.
help() {
    sed -n '2,/^set -eu/{/^set -eu/d;s/^# \{0,1\}//;p}' "$0"
    exit 0
}

# digest: 16 hex digits for what comes in.
digest() {
    sha256sum | cut -c 1-16
}

# image_key: what an image depends on that lies here: how it is made, and the JDK whose runtime it carries.
image_key() {
    { cat "$lab/build" "$lab/lab.sh" "$lab/packages.sh" "$lab/kernel.sh" "$lab/initrd-init"; cat "$JAVA_HOME/release"; } | digest
}

# tool TREE PROGRAM ARGUMENTS...: runs a program of an unpacked tree with the tree's own libraries.
tool() {
    tool_tree=$1
    tool_program=$2
    shift 2
    for tool_file in "$tool_tree/usr/bin/$tool_program" "$tool_tree/usr/sbin/$tool_program"; do
        # depmod and modprobe are links to /bin/kmod, which goes by the name that it is called by.
        [ ! -L "$tool_file" ] || tool_file=$tool_tree/usr/bin/$(basename "$(readlink "$tool_file")")
        if [ -x "$tool_file" ]; then
            "$tool_tree/lib64/ld-linux-x86-64.so.2" --argv0 "$tool_program" \
                --library-path "$(tool_libraries "$tool_tree")" "$tool_file" "$@"
            return
        fi
    done
    fail 5 "$tool_program is not in $tool_tree; remove that folder and run ops/lab/build again"
}

tool_libraries() {
    echo "$1/lib/x86_64-linux-gnu:$1/usr/lib/x86_64-linux-gnu:$1/usr/lib/x86_64-linux-gnu/pulseaudio"
}

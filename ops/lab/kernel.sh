# A kernel out of a distribution's package. Read with `.` by ops/lab/build and ops/driver-image. POSIX sh.
# Nothing here changes a byte of what it takes out: kernel and modules stay the distribution's, signatures and all.

# extract_kernel BZIMAGE VMLINUX: the uncompressed kernel, which QEMU starts by its PVH entry without any firmware's
# decompression. The compressed one lies in the middle; its first bytes say by what it was compressed.
extract_kernel() {
    for way in "xz:\xfd7zXZ\x00:xz -dc --single-stream" "zstd:\x28\xb5\x2f\xfd:zstd -dc" "gzip:\x1f\x8b\x08:gzip -dc"; do
        magic=$(echo "$way" | cut -d : -f 2)
        for offset in $(LC_ALL=C grep -abobP "$magic" "$1" | cut -d : -f 1); do
            # The kernel's length follows it, which the unpacker takes for rubbish: its exit code says nothing.
            tail -c +"$((offset + 1))" "$1" | $(echo "$way" | cut -d : -f 3) >"$2" 2>/dev/null || true
            readelf -h "$2" >/dev/null 2>&1 && [ "$(wc -c <"$2")" -gt 10000000 ] && return 0
        done
    done
    fail 5 "no kernel was found inside $1: tried xz, zstd and gzip, as far as these programs are installed"
}

# unpack_kernel DEB TREE: lays out the kernel and the modules of a package, and nothing else of it.
unpack_kernel() {
    mkdir -p "$2"
    dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" --wildcards './boot/vmlinuz-*' '*lib/modules/*' ||
        fail 5 "$1 cannot be unpacked, or is no kernel package"
}

# plain_module FILE TO: a module as the kernel takes it, uncompressed.
plain_module() {
    case $1 in
    *.xz) xz -dc "$1" >"$2" ;;
    *.zst) zstd -qdc "$1" >"$2" ;;
    *.gz) gzip -dc "$1" >"$2" ;;
    *) cp "$1" "$2" ;;
    esac || fail 5 "$1 cannot be decompressed"
}

# module_info MODULE FIELD: the values of a field of an uncompressed module, one a line (`modinfo -F`, without kmod).
module_info() {
    objcopy -O binary -j .modinfo "$1" "$1.info" || fail 5 "$1 is no kernel module"
    tr '\0' '\n' <"$1.info" | sed -n "s/^$2=//p"
    rm -f "$1.info"
}

# Which Debian packages the lab consists of, and how they are found and fetched. Read with `.` by ops/lab/build.
# apt works in folders of its own below $cache/apt, with sources derived from the system's: the system's lists, its
# package state and its configuration are not touched.

# For this machine: QEMU and what the build of the images needs.
tool_packages="qemu-system-x86 cpio zstd xz-utils kmod busybox-static e2fsprogs"

# For the machine inside.
root_packages="base-files base-passwd bash dash coreutils util-linux mount kmod procps grep sed mawk findutils tar gzip
    xz-utils diffutils hostname login libc-bin iproute2 ethtool iputils-ping iputils-arping iperf3 curl jq bpftool
    libbpf1 pciutils python3-minimal socat strace tcpdump libcap2-bin netcat-openbsd"

# Drawn in by maintainer scripts that do not run here, and large.
unwanted="perl perl-base perl-modules-5.36 libperl5.36 libnumber-compare-perl libtext-glob-perl libfile-find-rule-perl
    usrmerge debconf adduser dpkg init-system-helpers libdebconfclient0 libgdbm6 libgdbm-compat4"

# lab_apt COMMAND ARGUMENTS...: apt with its own folders and an empty package state, so that nothing counts as installed.
lab_apt() {
    lab_apt_command=$1
    shift
    "$lab_apt_command" -q -o Dir::State="$cache/apt/state" -o Dir::State::status="$cache/apt/status" \
        -o Dir::Cache="$cache/apt/cache" -o Dir::Etc::sourcelist="$cache/apt/sources.list" \
        -o Dir::Etc::sourceparts=/dev/null -o Dir::Etc::preferencesparts=/dev/null -o Dir::Etc::preferences=/dev/null \
        -o APT::Sandbox::User="$(id -un)" -o APT::Install-Recommends=false -o APT::Architecture=amd64 "$@"
}

# apt_update: writes the sources (the system's for Debian, with backports from the same place) and gets the lists.
apt_update() {
    mkdir -p "$cache/apt/state/lists/partial" "$cache/apt/cache/archives/partial"
    : >"$cache/apt/status"
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    [ -e "$keyring" ] || keyring=
    # shellcheck disable=SC2016 # the fields are apt's
    apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
        awk -v suite="$suite" -v signed="${keyring:+[signed-by=$keyring]}" '
            $2 == suite || index($2, suite "-") == 1 { print "deb", signed, $1, $2, $3 }
            $2 == suite && $3 == "main" { print "deb", signed, $1, suite "-backports", "main" }' |
        sort -u >"$cache/apt/sources.list"
    [ -s "$cache/apt/sources.list" ] ||
        fail 3 "apt has no source for Debian $suite here; the lab is made of its packages. Look at /etc/apt/sources.list.d"
    lab_apt apt-get update >"$cache/apt/update.log" 2>&1 ||
        fail 3 "apt-get update did not reach Debian's archive: $(tail -n 1 "$cache/apt/update.log")"
}

# resolve APT-OPTIONS... PACKAGES...: prints what these packages consist of, as NAME=VERSION lines, sorted.
resolve() {
    lab_apt apt-get -s install "$@" >"$cache/apt/resolve.log" 2>&1 ||
        fail 3 "apt cannot resolve the lab's packages: $(grep -m 1 '^E:' "$cache/apt/resolve.log")"
    sed -n 's/^Inst \([^ ]*\) (\([^ ]*\) .*/\1=\2/p' "$cache/apt/resolve.log" | sort |
        awk -F= -v unwanted="$unwanted" 'BEGIN { split(unwanted, u); for (i in u) no[u[i]] } !($1 in no)'
}

# resolve_kernel [PACKAGE]: the package with the kernel, as NAME=VERSION: PACKAGE, or what it depends on if it is a
# metapackage like linux-image-amd64. Without a name it is the newest backported generic kernel. That one has e1000e and
# e1000, the cloud kernel not.
resolve_kernel() {
    kernel_package=${1:-linux-image-amd64/$suite-backports}
    # Not in one pipe: who reads this file may want each part of a pipe to succeed, and apt-cache fails for unknown names.
    kernel_needs=$(lab_apt apt-cache depends "$kernel_package" 2>/dev/null || true)
    kernel_needs=$(echo "$kernel_needs" | sed -n 's/.*Depends: \(linux-image-[^ ]*\).*/\1/p' | head -n 1)
    kernel_package=${kernel_needs:-${kernel_package%/*}}
    kernel_version=$(lab_apt apt-cache policy "$kernel_package" | awk '/Candidate:/ { print $2 }')
    [ -n "$kernel_version" ] || fail 3 "apt knows no kernel package ${1:-linux-image-amd64 in $suite-backports}"
    echo "$kernel_package=$kernel_version"
}

# fetched NAME VERSION: prints which file in archives/ is that package; nothing if it is not there.
fetched() {
    find "$cache/archives" -name "${1}_$(echo "$2" | sed 's/:/%3a/g')_*.deb" -print -quit
}

# fetch LIST: brings the packages of a list into archives/; what is there already is left.
fetch() {
    mkdir -p "$cache/archives"
    # shellcheck disable=SC2046 # the list is meant to be split
    (cd "$cache/archives" && lab_apt apt-get download $(cat "$1")) >"$cache/apt/fetch.log" 2>&1 ||
        fail 3 "a package could not be fetched: $(tail -n 1 "$cache/apt/fetch.log")"
}

# unpack LIST TREE: lays the packages of a list out in a tree whose /bin, /sbin and /lib are links into /usr.
unpack() {
    mkdir -p "$2/usr/bin" "$2/usr/sbin" "$2/usr/lib" "$2/usr/lib64"
    for unpack_link in bin sbin lib lib64; do
        ln -s "usr/$unpack_link" "$2/$unpack_link"
    done
    while IFS== read -r unpack_name unpack_version; do
        unpack_file=$(fetched "$unpack_name" "$unpack_version")
        [ -n "$unpack_file" ] || fail 5 "$unpack_name $unpack_version was fetched but is not in $cache/archives"
        dpkg-deb --fsys-tarfile "$unpack_file" | tar -x --keep-directory-symlink -C "$2" ||
            fail 5 "$unpack_file cannot be unpacked; remove it and run ops/lab/build again"
    done <"$1"
}

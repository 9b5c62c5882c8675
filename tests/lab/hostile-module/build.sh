#!/bin/bash
# Builds the hostile module against the kernel of a Linux domain's image, by Debian's headers for it.
#
#   build.sh IMAGE OUT     OUT is the module; IMAGE a folder of ops/driver-image from Debian's archive
#
# Exit: 0 well; 3 the headers cannot be fetched; 5 it cannot be built.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/../../../ops/env.sh"
here=$(dirname "$(readlink -f "$0")")
root=$(cd "$here/../../../ops" && pwd)
. "$root/lab/lab.sh"
. "$lab/packages.sh"
image=$(realpath "$1")
out=$(realpath -m "$2")
package=$(sed -n 's/^package linux-image-/linux-headers-/p' "$image/image.list")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$cache"
exec 9>"$cache/lock" # apt's folders are the lab's too
flock 9
[ -e "$cache/apt/sources.list" ] || apt_update
# The headers alone: what they depend on besides is the compiler, which is here.
resolve -t "$suite-backports" "$package" | grep '^linux-' >"$work/list"
fetch "$work/list"
unpack "$work/list" "$work/tree"
exec 9>&-
headers=$work/tree/usr/src/$package
find "$work/tree/usr/src" -maxdepth 2 \( -name Makefile -o -name .kernelvariables \) -exec sed -i "s#/usr/src/#$work/tree/usr/src/#g; s#/usr/lib/linux-kbuild#$work/tree/usr/lib/linux-kbuild#g" {} +
mkdir "$work/module"
cp "$here/hostile.c" "$work/module/"
echo 'obj-m := hostile.o' >"$work/module/Makefile"
# No type information (BTF), for which another tool would be needed.
make -s -C "$headers" M="$work/module" CONFIG_DEBUG_INFO_BTF_MODULES= modules >"$work/said" 2>&1 || {
    tail -n 40 "$work/said" >&2
    fail 5 "the hostile module cannot be built against $package"
}
cp "$work/module/hostile.ko" "$out"

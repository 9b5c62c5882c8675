#!/bin/sh
# Builds the guests' launcher:  build.sh OUTPUT_FOLDER WORK_FOLDER
set -eu
out=$(realpath -m "${1:?"usage: build.sh OUTPUT_FOLDER WORK_FOLDER"}")
work=$(realpath -m "${2:?"usage: build.sh OUTPUT_FOLDER WORK_FOLDER"}")
cd "$(dirname "$0")"
binding=../../../../kvm-binding/src/main/c
names=../../../../kvm-binding/src/main/resources/org/cofferdam/binding/privilege/system-calls.x86_64
cc=${CC:-gcc}
command -v "$cc" >/dev/null 2>&1 || {
    echo "launcher: $cc is missing; run ops/setup" >&2
    exit 3
}
mkdir -p "$out" "$work"
sed -n 's/^\([0-9]*\) \([a-z_0-9]*\).*/    [\1] = "\2",/p' "$names" >"$work/names.inc"
$cc -std=c17 -O2 -Wall -Wextra -Werror -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE -pie \
    -Wl,-z,relro,-z,now -Wl,--build-id=none -s -I"$binding" -I"$work" -o "$out/launcher" ./*.c "$binding/landlock.c"

#!/bin/sh
# Builds the starter:  build.sh OUTPUT_FOLDER
set -eu
out=$(realpath -m "${1:?"usage: build.sh OUTPUT_FOLDER"}")
cd "$(dirname "$0")"
binding=../../../../kvm-binding/src/main/c
cc=${CC:-gcc}
command -v "$cc" >/dev/null 2>&1 || {
    echo "starter: $cc is missing; run ops/setup" >&2
    exit 3
}
mkdir -p "$out"
$cc -std=c17 -O2 -Wall -Wextra -Werror -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE -pie \
    -Wl,-z,relro,-z,now -Wl,--build-id=none -s -I"$binding" -o "$out/starter" ./*.c "$binding/landlock.c" -l:libbpf.so.1

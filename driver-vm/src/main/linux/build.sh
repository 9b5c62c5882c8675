#!/bin/sh
# Builds the first process of the Linux domain:  build.sh OUTPUT_FILE
# A static program, the same bytes for the same sources and tools.
set -eu
out=$(realpath -m "${1:?"usage: build.sh OUTPUT_FILE"}")
cd "$(dirname "$0")"
cc=${CC:-gcc}
command -v "$cc" >/dev/null || {
    echo "build.sh: there is no C compiler; install it with 'apt-get install -y gcc libc6-dev'" >&2
    exit 3
}
"$cc" -std=gnu17 -Os -Wall -Wextra -Werror -static -s -ffunction-sections -fdata-sections -Wl,--gc-sections \
    -Wl,--build-id=none -o "$out" *.c

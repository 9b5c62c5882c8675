#!/bin/sh
# Builds the nano image and the fault stub:  build.sh OUTPUT_FOLDER
# Leaves OUTPUT_FOLDER/nano.elf and OUTPUT_FOLDER/fault-stub.bin, the same bytes for the same sources and tools.
set -eu
out=$(realpath -m "${1:?"usage: build.sh OUTPUT_FOLDER"}")
cd "$(dirname "$0")"
. ./flags.sh
need_compiler
mkdir -p "$out"
objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT

$IMAGE_CC $IMAGE_CFLAGS $IMAGE_LDFLAGS -T nano.ld -o "$out/nano.elf" start.S *.c

$IMAGE_CC -c -o "$objects/fault-stub.o" fault-stub.S
ld --build-id=none -Ttext=0x122000 -e fault_stub -o "$objects/fault-stub.elf" "$objects/fault-stub.o"
objcopy -O binary -j .text "$objects/fault-stub.elf" "$out/fault-stub.bin"

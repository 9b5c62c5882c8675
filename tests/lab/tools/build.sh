#!/bin/sh
# Builds the tools that the lab's scripts run inside:  build.sh OUTPUT_FOLDER
set -eu
out=$(realpath -m "${1:?"usage: build.sh OUTPUT_FOLDER"}")
cd "$(dirname "$0")"
mkdir -p "$out"
for source in *.c; do
    gcc -std=gnu17 -O2 -Wall -Wextra -Werror -static -o "$out/${source%.c}" "$source"
done

#!/bin/bash
# Runs the lab's scripts, each in a machine of its own under software emulation (ops/lab), and sums up.
#
#   tests/lab/all.sh [--long] [NAME...]
#
#   --long    ten rounds of start and stop instead of two, and the comparison with the kernel's own driver
#   NAME      only these: card, card-82540em, hostile, control, trouble, refuse-no-iommu, refuse-no-intremap, compare
#
# A lab that did not boot is tried once more by ops/lab/run, which says so; a script that failed never is.
# Exit: 0 if all scripts ended well, else 1. Needs the built tree (mvn package).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

long=false
names=()
for word in "$@"; do
    case $word in
    --long) long=true ;;
    -h | --help)
        sed -n '2,/^set -/{/^set -/d;s/^# \{0,1\}//;p}' "$0"
        exit 0
        ;;
    -*)
        echo "all.sh: unknown option $word; see all.sh --help" >&2
        exit 2
        ;;
    *) names+=("$word") ;;
    esac
done
if [ ${#names[@]} = 0 ]; then
    names=(card card-82540em hostile control trouble refuse-no-iommu refuse-no-intremap)
    ! $long || names+=(compare)
fi
rounds=2
! $long || rounds=10

share=$(mktemp -d)
trap 'rm -rf "$share"' EXIT
cp "$here"/*.sh "$share"
mkdir "$share/hostile"
cp "$root"/tests/target/hostile/{dma-aimed,interrupt-flood}.elf "$share/hostile"
"$here/tools/build.sh" "$share/tools"

# in_lab SECONDS SCRIPT ARGUMENTS... [-- OPTIONS...]
in_lab() {
    "$root/ops/lab/run" --timeout "$1" --share "$share" "${options[@]}" "$here/$2" "${@:3}"
}

# Start-up caches, made once in the lab itself and kept until the jars change: a start takes half as long with them.
caches=${XDG_CACHE_HOME:-$HOME/.cache}/cofferdam/lab/start-$(cat "$root"/monitor/target/dist/lib/*.jar "$root/ops/monitor" | sha256sum | cut -c1-16)
if [ ! -d "$caches" ]; then
    echo "=== start-up caches"
    made=$(mktemp -d)
    if "$root/ops/lab/run" --timeout 300 --share "$share" --out "$made" "$here/rehearse.sh"; then
        rm -rf "${caches%/*}"/start-*
        mkdir -p "$caches"
        mv "$made"/*.aot "$caches"
    else
        echo "lab: no start-up caches could be made; the scripts run slower" >&2
    fi
    rm -rf "$made"
fi
[ ! -d "$caches" ] || cp -r "$caches" "$share/caches"

failed=()
for name in "${names[@]}"; do
    options=()
    began=$SECONDS
    echo "=== $name"
    status=0
    case $name in
    card) in_lab $((180 + 60 * rounds)) card.sh "$rounds" || status=$? ;;
    card-82540em)
        options=(--card e1000)
        in_lab 300 card.sh 1 || status=$?
        ;;
    hostile) in_lab 400 hostile.sh || status=$? ;;
    control)
        options=(--no-iommu)
        in_lab 120 control.sh || status=$?
        ;;
    trouble) in_lab 400 trouble.sh || status=$? ;;
    refuse-no-iommu)
        options=(--no-iommu)
        in_lab 120 refusals.sh no-iommu || status=$?
        ;;
    refuse-no-intremap)
        options=(--no-intremap)
        in_lab 200 refusals.sh no-intremap || status=$?
        ;;
    compare) in_lab 900 compare.sh || status=$? ;;
    *)
        echo "all.sh: there is no script $name; see all.sh --help" >&2
        exit 2
        ;;
    esac
    echo "=== $name: exit $status after $((SECONDS - began)) s"
    [ $status = 0 ] || failed+=("$name")
done
if [ ${#failed[@]} != 0 ]; then
    echo "lab: failed: ${failed[*]}"
    exit 1
fi
echo "lab: ${#names[@]} scripts, all well"

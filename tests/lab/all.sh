#!/bin/bash
# Runs the lab's scripts, each in a machine of its own under software emulation (ops/lab), and sums up.
#
#   tests/lab/all.sh [--long] [--within=S] [NAME...]
#
#   --long      all scripts, ten rounds of start and stop instead of one, and all attacks
#   --within=S  begin no script for which less than its usual time is left of S seconds; it is named as not run
#   NAME        only these: modules, card, card-82540em, linux, linux-82540em, linux-igb, linux-6.1, linux-rounds,
#               linux-hostile, linux-trouble, linux-suspend, image, hostile, control, trouble, suspend, refuse-no-iommu,
#               refuse-no-intremap, compare; or endtoend=CLASSES, those tests of tests/src/test (a pattern for their names)
#
# A lab that did not boot is tried once more by ops/lab/run, which says so; a script that failed never is.
# Exit: 0 if all scripts ended well, 1 if one did not, 3 if there can be no lab here (its packages cannot be fetched).
# Needs the built tree (mvn package).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../ops/env.sh"
root=$(cd "$here/../.." && pwd) # this script is one folder deeper than those of ops

long=false
budget=86400
names=()
for word in "$@"; do
    case $word in
    --long) long=true ;;
    --within=*) budget=${word#*=} ;;
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
    names=(modules card control refuse-no-iommu hostile linux)
    ! $long || names+=(card-82540em linux-82540em linux-igb linux-6.1 linux-rounds linux-hostile linux-trouble linux-suspend image trouble suspend refuse-no-intremap compare)
fi
rounds=1
depth=quick
kernels=(--kernel linux-image-amd64/bookworm-backports --card e1000e --card e1000)
if $long; then
    kernels=()
    rounds=10
    depth=full
fi

need_jdk25
"$root/ops/lab/build" || exit
share=$(mktemp -d)
trap 'rm -rf "$share"' EXIT
cp "$here"/*.sh "$here"/{cpio,datagrams}.py "$share"
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
    if "$root/ops/lab/run" --timeout 300 --share "$share" --out "$made" "$here/rehearse.sh" >"$made/said" 2>&1; then
        rm -rf "${caches%/*}"/start-*
        mkdir -p "$caches"
        mv "$made"/*.aot "$caches"
    else
        tail -n 20 "$made/said" >&2
        echo "lab: no start-up caches could be made; the scripts run slower" >&2
    fi
    rm -rf "$made"
fi
[ ! -d "$caches" ] || cp -r "$caches" "$share/caches"

# image NAME OPTIONS...: the image of a Linux domain, where the lab sees it.
image() {
    "$root/ops/driver-image" --out "$share/$1" "${@:2}"
}

# checkout FOLDER: what the suites' tests look for in a checkout, as built.
checkout() {
    local libraries=$root/tests/programs/target/lib part
    mkdir -p "$1/jars" "$1/suite"
    for part in ops {kvm-binding,driver-vm,monitor,tests}/target/test-classes {monitor,libos-guests,audit-log/kafka}/target/dist \
        tests/target/hostile; do
        mkdir -p "$(dirname "$1/$part")"
        cp -r "$root/$part" "$1/$part"
    done
    cp "$root/pom.xml" "$1"
    for part in "$libraries" "$root"/{monitor,libos-guests,audit-log/kafka}/target/dist/lib; do
        cp "$part"/*.jar "$1/jars"
    done
    mkdir -p "$1/libos-guests/examples/target"
    cp "$root"/libos-guests/examples/target/*.jar "$1/libos-guests/examples/target"
    "$JAVA_HOME/bin/javac" -cp "$libraries/*" -d "$1/suite" "$root/tests/suites/RunSuite.java"
}

# usual_seconds NAME: on two quiet cores, with a margin.
usual_seconds() {
    case $1 in
    card | card-82540em) echo 240 ;;
    hostile | trouble | linux-trouble) echo 300 ;;
    linux-hostile | endtoend=*) echo 900 ;;
    compare) echo 1500 ;;
    modules | control | refuse-no-iommu) echo 90 ;;
    *) echo 180 ;;
    esac
}

# What the hostile module of a Linux domain does, in this order.
attacks="panic oops hang triple-fault reset unbind dma-read dma-write dma-interrupt monitor rings configuration vectors storm interrupts"

failed=()
ran=0
for name in "${names[@]}"; do
    options=()
    began=$SECONDS
    if [ $((budget - began)) -lt "$(usual_seconds "$name")" ]; then
        echo "=== $name: not run, $((budget - began)) s are too little"
        continue
    fi
    echo "=== $name"
    status=0
    case $name in
    modules)
        checkout "$share/checkout"
        in_lab 300 suites.sh kvm-binding:org.cofferdam.binding.kvm driver-vm:org.cofferdam.drivervm || status=$?
        ;;
    card) in_lab $((300 + 120 * rounds)) card.sh "$rounds" || status=$? ;;
    card-82540em)
        options=(--card e1000)
        in_lab 420 card.sh 1 || status=$?
        ;;
    linux)
        image linux
        in_lab 420 linux.sh linux || status=$?
        ;;
    linux-82540em)
        image linux
        options=(--card e1000)
        in_lab 420 linux.sh linux || status=$?
        ;;
    linux-igb)
        image linux
        options=(--card igb)
        in_lab 420 linux.sh linux || status=$?
        ;;
    linux-6.1)
        image linux-6.1 --kernel linux-image-amd64
        in_lab 420 linux.sh linux-6.1 || status=$?
        ;;
    linux-rounds)
        image linux
        in_lab $((300 + 180 * rounds)) card.sh "$rounds" linux || status=$?
        ;;
    linux-hostile)
        image linux
        "$here/hostile-module/build.sh" "$share/linux" "$share/hostile.ko"
        cp "$here/hostile-module/arm.py" "$share"
        # shellcheck disable=SC2086 # the words are attacks
        in_lab 1500 linux-hostile.sh $attacks || status=$?
        ;;
    hostile) in_lab 900 hostile.sh "$depth" || status=$? ;;
    control)
        options=(--no-iommu)
        in_lab 120 control.sh || status=$?
        ;;
    trouble) in_lab 600 trouble.sh || status=$? ;;
    linux-trouble)
        image linux
        in_lab 600 trouble.sh linux || status=$?
        ;;
    suspend) in_lab 240 suspend.sh freeze button || status=$? ;;
    linux-suspend)
        image linux
        in_lab 300 suspend.sh freeze button linux || status=$?
        ;;
    endtoend=*)
        checkout "$share/checkout"
        in_lab 2400 suites.sh "tests:org.cofferdam.tests.endtoend:${name#*=}" || status=$?
        ;;
    image) "$here/image.py" ${kernels[@]+"${kernels[@]}"} || status=$? ;;
    compare)
        image linux
        in_lab 1500 compare.sh 4 linux || status=$?
        ;;
    refuse-no-iommu)
        options=(--no-iommu)
        in_lab 120 refusals.sh no-iommu || status=$?
        ;;
    refuse-no-intremap)
        options=(--no-intremap)
        in_lab 200 refusals.sh no-intremap || status=$?
        ;;
    *)
        echo "all.sh: there is no script $name; see all.sh --help" >&2
        exit 2
        ;;
    esac
    ran=$((ran + 1))
    echo "=== $name: exit $status after $((SECONDS - began)) s"
    [ $status = 0 ] || failed+=("$name")
done
if [ ${#failed[@]} != 0 ]; then
    echo "lab: failed: ${failed[*]}"
    exit 1
fi
echo "lab: $ran of ${#names[@]} scripts ran, all well"

#!/bin/sh
# Builds the hostile driver images:  build.sh OUTPUT_FOLDER
# One image for each source here; doorbell-flood.c and privileged.c give one for each doorbell and instruction.
set -eu
out=$(realpath -m "${1:?"usage: build.sh OUTPUT_FOLDER"}")
cd "$(dirname "$0")"
driver=$PWD/../../../../driver-vm/src/main/c
. "$driver/flags.sh"
need_compiler
mkdir -p "$out"
objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT

# The driver's own objects, all but its main().
for source in "$driver"/*.c "$driver/start.S"; do
    name=$(basename "$source")
    [ "$name" = main.c ] || $IMAGE_CC $IMAGE_CFLAGS -c -o "$objects/$name.o" "$source"
done

# image NAME SOURCE DEFINES...
image() {
    name=$1
    source=$2
    shift 2
    $IMAGE_CC $IMAGE_CFLAGS -Wno-infinite-recursion -I"$driver" "$@" $IMAGE_LDFLAGS -T "$driver/nano.ld" \
        -o "$out/$name.elf" "$source" "$objects"/*.o
}

for source in *.c; do
    case $source in
        doorbell-flood.c | privileged.c) ;;
        *) image "${source%.c}" "$source" ;;
    esac
done

for bell in WAIT YIELD STATUS NOTIFY FAULT PANIC; do
    image "doorbell-flood-$(echo $bell | tr A-Z a-z)" doorbell-flood.c -DBELL=DOORBELL_$bell
done

privileged() {
    image "privileged-$1" privileged.c -DINSTRUCTION="\"$2\""
}
privileged cli 'cli'
privileged sti 'sti'
privileged in 'inb $0x60, %%al'
privileged out 'outb %%al, $0x80'
privileged rdmsr 'rdmsr'
privileged wrmsr 'wrmsr'
privileged read-cr3 'movq %%cr3, %%rax'
privileged write-cr3 'movq %%rax, %%cr3'
privileged write-cr0 'movq %%rax, %%cr0'
privileged lgdt 'lgdt (%%rsi)'
privileged lidt 'lidt (%%rsi)'
privileged ltr 'ltr %%ax'
privileged invlpg 'invlpg (%%rsi)'
privileged wbinvd 'wbinvd'
privileged swapgs 'swapgs'
privileged sysenter 'sysenter'
privileged syscall 'syscall'
privileged int80 'int $0x80'
privileged int3 'int3'
privileged iretq 'iretq'
privileged vmcall 'vmcall'
privileged vmmcall 'vmmcall'
privileged cpuid 'cpuid'
privileged single-step 'pushfq; orq $0x100, (%%rsp); popfq; nop'
privileged alignment-check 'pushfq; orq $0x40000, (%%rsp); popfq; movl 1(%%rsi), %%eax'

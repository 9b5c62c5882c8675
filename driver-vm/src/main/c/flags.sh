# Compiler and linker flags of every image, and the check that the tools are there. Sourced, not run.

IMAGE_CC=${CC:-gcc}
IMAGE_CFLAGS="-std=c17 -O2 -Wall -Wextra -Werror -ffreestanding -fno-pic -fno-pie -static -mcmodel=small
 -mgeneral-regs-only -mno-red-zone -fno-stack-protector -fno-asynchronous-unwind-tables -fcf-protection=none
 -fno-ident -fno-strict-aliasing -fno-common"
IMAGE_LDFLAGS="-nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,max-page-size=4096 -Wl,-z,noexecstack -s"

need_compiler() {
    for tool in "$IMAGE_CC" ld objcopy; do
        if ! command -v "$tool" >/dev/null 2>&1; then
            echo "driver images: $tool is missing; install it with: apt-get install -y gcc libc6-dev binutils make" >&2
            exit 3
        fi
    done
}

/*
 * Forwards for a moment, then executes the instruction of the build (INSTRUCTION). Must: FAULT on record and domain
 * restarted. cpuid forwards on; vmcall and vmmcall do so or fault, by back end.
 */
#include "hostile.h"

static u8 operand[16] __attribute__((aligned(16)));

int main(void) {
    u64 a = 0, c = 0x10, d = 0;
    start_honest();
    __asm__ volatile(INSTRUCTION : "+a"(a), "+c"(c), "+d"(d) : "S"(operand) : "rbx", "r11", "memory", "cc");
    serve();
}

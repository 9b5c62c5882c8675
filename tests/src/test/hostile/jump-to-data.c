/* Writes instructions into its data and jumps there. Must: FAULT with vector 14 (fetch) on record, restart. */
#include "hostile.h"

static u8 code[16] = {0xeb, 0xfe}; /* jmp to itself */

int main(void) {
    start_honest();
    ((void (*)(void))(u64)code)();
    serve();
}

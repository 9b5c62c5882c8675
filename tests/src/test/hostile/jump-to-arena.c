/* The same in the DMA arena, where the card could write the instructions. Must: FAULT with vector 14, restart. */
#include "hostile.h"

int main(void) {
    start_honest();
    u8 *code = (u8 *)(boot_page()->arena + ARENA_END);
    code[0] = 0xeb;
    code[1] = 0xfe;
    ((void (*)(void))code)();
    serve();
}

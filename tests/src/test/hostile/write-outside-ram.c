/* Writes behind its RAM. Must: FAULT with vector 14 and the address on record, domain restarted. */
#include "hostile.h"

int main(void) {
    start_honest();
    *(volatile u32 *)BEHIND_RAM = 0x48535550;
    serve();
}

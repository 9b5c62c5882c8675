/* Reads behind its RAM. Must: FAULT with vector 14 and the address on record, domain restarted. */
#include "hostile.h"

int main(void) {
    start_honest();
    u32 value = *(volatile u32 *)BEHIND_RAM;
    status_page()->heartbeat += value;
    serve();
}

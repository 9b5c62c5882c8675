/*
 * Stores of 1, 2 and 8 bytes, unaligned ones and ones to doorbells that do not exist, and loads from the page. Must:
 * on record as refused, loads read something harmless, domain stopped or restarted by policy.
 */
#include "hostile.h"

int main(void) {
    start_honest();
    volatile u8 *page = (volatile u8 *)boot_page()->doorbells;
    for (u32 i = 0;; i++) {
        page[i % 4096] = (u8)i;
        *(volatile u16 *)(page + 2) = (u16)i;
        *(volatile u64 *)(page + 0x10) = i;
        *(volatile u32 *)(page + 1) = i;
        *(volatile u32 *)(page + 0x18) = i;
        *(volatile u32 *)(page + 0xffc) = i;
        status_page()->heartbeat += *(volatile u32 *)(page + 4);
    }
}

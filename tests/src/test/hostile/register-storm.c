/*
 * Reads and writes card registers of all offsets, with widths of 1, 2, 4 and 8 bytes and values from a generator.
 * Must: the emulated card stays within its rules (no exception, no access outside the DMA window), on record.
 */
#include "hostile.h"

int main(void) {
    u64 random = 0x106689d45497fdb5ull;
    start_honest();
    for (;;) {
        u64 value = next_random(&random);
        volatile u8 *at = (volatile u8 *)(boot_page()->bar0 + next_random(&random) % (128 * 1024 - 8));
        switch (next_random(&random) % 6) {
            case 0: *at = (u8)value; break;
            case 1: *(volatile u16 *)at = (u16)value; break;
            case 2: *(volatile u32 *)((u64)at & ~3ull) = (u32)value; break;
            case 3: *(volatile u64 *)at = value; break;
            case 4: status_page()->heartbeat += *(volatile u64 *)at; break;
            default: status_page()->heartbeat += *(volatile u32 *)((u64)at & ~3ull); break;
        }
    }
}

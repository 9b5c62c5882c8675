/*
 * Gives the card receive buffers in the page tables, the fault stub, its own code (to be changed by a frame from the
 * wire), behind RAM and far away. Must: no frame is written there, each is refused and on record.
 */
#include "hostile.h"

int main(void) {
    static const u64 places[] = {PAGE_TABLES, FAULT_STUB, OWN_CODE, BEHIND_RAM, BEHIND_RAM - 32, FAR_AWAY};
    start_honest();
    struct card_descriptor *ring = (struct card_descriptor *)(boot_page()->arena + ARENA_RX_RING);
    for (u32 i = 0;; i++) {
        for (u32 slot = 0; slot < CARD_RX_DESCRIPTORS; slot++) {
            ring[slot].low = places[(slot + i) % 6];
            ring[slot].high = 0;
        }
        compiler_barrier();
        card_write(REG_RDT, (CARD_RX_DESCRIPTORS - 1 + i) % CARD_RX_DESCRIPTORS);
        ring_doorbell(DOORBELL_YIELD, 0);
    }
}

/*
 * Makes the card read or write one place, which is put into the built image behind the mark (the lab's scripts do so,
 * since a physical address is known only there). Must: the IOMMU refuses, the kernel's report of it is on record, the
 * place stays as it was. As built it aims at the domain's own page tables.
 */
#include "hostile.h"

#define AIM_WRITES 1

static const volatile struct {
    char mark[8];
    u64 address;
    u64 kind;
} aim = {.mark = {'a', 'i', 'm', ' ', 'h', 'e', 'r', 'e'}, .address = PAGE_TABLES, .kind = 0};

int main(void) {
    start_honest();
    if (aim.kind == AIM_WRITES) {
        struct card_descriptor *ring = (struct card_descriptor *)(boot_page()->arena + ARENA_RX_RING);
        for (u32 i = 0;; i++) {
            for (u32 slot = 0; slot < CARD_RX_DESCRIPTORS; slot++) {
                ring[slot].low = aim.address;
                ring[slot].high = 0;
            }
            compiler_barrier();
            card_write(REG_RDT, (CARD_RX_DESCRIPTORS - 1 + i) % CARD_RX_DESCRIPTORS);
            ring_doorbell(DOORBELL_YIELD, 0);
        }
    }
    tx_start(); /* an empty ring of its own */
    for (;;) {
        if (tx_room() > 0) {
            tx_put(aim.address, 64 | TXD_EOP | TXD_IFCS);
            tx_end_frame(0);
            tx_flush();
        }
        (void)tx_reclaim();
        ring_doorbell(DOORBELL_YIELD, 0);
    }
}

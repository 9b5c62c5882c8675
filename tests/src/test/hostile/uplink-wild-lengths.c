/*
 * Offers frames of 0, 1, 11, 12, 13 and 25 bytes, 64 KiB, 2 GiB, 4 GiB less one, and chains whose sum exceeds 32
 * bits. Must: refused or dropped with a reason on record, no access outside the arena, no endless copy.
 */
#include "hostile.h"

int main(void) {
    static const u32 lengths[] = {0, 1, 11, 12, 13, 25, 0x10000, 0x80000000u, 0xffffffffu, 0x7fffffff};
    const struct queue_place *queue = &boot_page()->tx;
    claim_ready();
    for (u32 i = 0;; i++) {
        u64 address = boot_page()->arena + (i % 2 == 0 ? 0 : boot_page()->arena_bytes - 16);
        if (i % 16 == 15) {
            for (u16 id = 0; id < 8; id++) {
                set_descriptor(queue, id, boot_page()->arena, 0xfffffff0u, id < 7 ? VIRTQ_DESC_F_NEXT : 0, id + 1);
            }
        } else {
            set_descriptor(queue, 0, address, lengths[i % 10], 0, 0);
        }
        make_available(queue, 0);
        ring_doorbell(DOORBELL_YIELD, 0);
    }
}

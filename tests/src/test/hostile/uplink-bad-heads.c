/*
 * Makes heads available that lie outside the table or are offered twice, and nexts outside the table. Must: refused
 * and on record, no access outside the rings.
 */
#include "hostile.h"

int main(void) {
    static const u16 heads[] = {512, 513, 1023, 0x7fff, 0x8000, 0xffff, 0, 0};
    const struct queue_place *queue = &boot_page()->tx;
    claim_ready();
    for (u32 i = 0;; i++) {
        set_descriptor(queue, 0, boot_page()->arena, 64, VIRTQ_DESC_F_NEXT, heads[i / 8 % 6]);
        make_available(queue, heads[i % 8]);
        ring_doorbell(DOORBELL_YIELD, 0);
    }
}

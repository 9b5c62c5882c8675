/*
 * Offers chains that never end: a descriptor that is its own next, two that follow each other, and a ring of all 512.
 * Must: refused after a bounded walk, on record; nothing hangs.
 */
#include "hostile.h"

int main(void) {
    const struct queue_place *queues[2] = {&boot_page()->rx, &boot_page()->tx};
    claim_ready();
    for (u32 i = 0;; i++) {
        const struct queue_place *queue = queues[i % 2];
        u16 write = i % 2 == 0 ? VIRTQ_DESC_F_WRITE : 0;
        u16 period = (u16)(i / 2 % 3 == 0 ? 1 : i / 2 % 3 == 1 ? 2 : queue->size);
        for (u16 id = 0; id < period; id++) {
            set_descriptor(queue, id, boot_page()->arena, 16, VIRTQ_DESC_F_NEXT | write, (u16)((id + 1) % period));
        }
        make_available(queue, 0);
        ring_doorbell(DOORBELL_YIELD, 0);
    }
}

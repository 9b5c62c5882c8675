/*
 * Offers descriptors with flags that do not belong: device-writable ones to be read, readable ones to be written,
 * indirect ones though the feature is not there, indirect inside indirect, undefined bits. Must: refused, on record.
 */
#include "hostile.h"

int main(void) {
    const struct queue_place *queues[2] = {&boot_page()->rx, &boot_page()->tx};
    u64 table = boot_page()->arena;
    struct virtq_desc *indirect = (struct virtq_desc *)table;
    indirect[0] = (struct virtq_desc){table, 32, VIRTQ_DESC_F_INDIRECT | VIRTQ_DESC_F_NEXT, 1};
    indirect[1] = (struct virtq_desc){table, 32, VIRTQ_DESC_F_INDIRECT | VIRTQ_DESC_F_NEXT, 0};
    claim_ready();
    for (u32 i = 0;; i++) {
        const struct queue_place *queue = queues[i % 2];
        u16 id = (u16)(i / 2 % queue->size);
        set_descriptor(queue, id, table, 32, (u16)(i / 2), id);
        make_available(queue, id);
        ring_doorbell(DOORBELL_YIELD, 0);
    }
}

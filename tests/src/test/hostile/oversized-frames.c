/*
 * Sends the host frames of 1519 to 65,535 bytes, with and without a segmentation header that would excuse them.
 * Must: what exceeds the limit is dropped as DROP_SIZE and on record; no access outside the arena.
 */
#include "hostile.h"

int main(void) {
    const struct queue_place *queue = &boot_page()->tx;
    struct virtio_net_hdr *header = (struct virtio_net_hdr *)boot_page()->arena;
    u8 *frame = (u8 *)(header + 1);
    static const u8 start[14] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 9, 8, 0};
    memcpy(frame, start, sizeof start);
    claim_ready();
    for (u32 i = 0;; i++) {
        u16 id = (u16)(i % queue->size);
        *header = (struct virtio_net_hdr){0};
        if (i % 2 == 1) {
            header->flags = NET_HDR_F_NEEDS_CSUM;
            header->gso_type = (u8)(i / 2);
            header->gso_size = (u16)(i * 37);
            header->csum_start = (u16)(i * 11);
            header->csum_offset = (u16)(i * 5);
        }
        set_descriptor(queue, id, boot_page()->arena, NET_HDR_BYTES + 1519 + i * 257 % (65535 - 1519), 0, 0);
        make_available(queue, id);
        ring_doorbell(DOORBELL_YIELD, 0);
    }
}

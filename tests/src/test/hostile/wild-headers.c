/*
 * Sends the host frames of good size whose virtio headers lie: checksum start and offset beyond the frame, segment
 * size 0, unknown gso types. Must: dropped as DROP_MALFORMED and on record, or cleaned; the host's kernel sees none.
 */
#include "hostile.h"

int main(void) {
    const struct queue_place *queue = &boot_page()->tx;
    u64 random = 0xd1342543de82ef95ull;
    claim_ready();
    for (u16 i = 0;; i++) {
        u16 id = i % (u16)queue->size;
        u64 *buffer = (u64 *)(boot_page()->arena + 2048ull * id);
        for (u32 word = 0; word < 16; word++) {
            buffer[word] = next_random(&random);
        }
        set_descriptor(queue, id, (u64)buffer, 128, 0, 0);
        make_available(queue, id);
        ring_doorbell(DOORBELL_YIELD, 0);
    }
}

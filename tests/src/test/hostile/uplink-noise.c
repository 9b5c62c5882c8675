/*
 * Fills descriptor tables and available rings of both queues with numbers from a generator, without end, also while
 * the monitor reads them. Must: whatever comes of it, nothing outside the arena is touched and the monitor lives.
 */
#include "hostile.h"

int main(void) {
    u64 random = 0x2545f4914f6cdd1dull;
    claim_ready();
    for (u32 i = 0;; i++) {
        const struct queue_place *queue = next_random(&random) % 2 == 0 ? &boot_page()->rx : &boot_page()->tx;
        u64 near = boot_page()->arena + next_random(&random) % boot_page()->arena_bytes;
        u64 address = next_random(&random) % 4 == 0 ? next_random(&random) : near;
        u16 id = (u16)(next_random(&random) % queue->size);
        set_descriptor(queue, id, address, (u32)(next_random(&random) >> (next_random(&random) % 64)),
                       (u16)(next_random(&random) & 7), (u16)(next_random(&random) % (queue->size + 8)));
        make_available(queue, id);
        if (next_random(&random) % 64 == 0) {
            jump_available(queue, (u16)next_random(&random));
        }
        if (i % 16 == 0) {
            ring_doorbell(DOORBELL_YIELD, 0);
        }
    }
}

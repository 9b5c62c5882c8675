/*
 * Moves the available index by more than the queue's size, backwards, and by 65535, on both queues. Must: refused, on
 * record; the monitor does not run through 65,535 descriptors again and again.
 */
#include "hostile.h"

int main(void) {
    static const u16 jumps[] = {513, 0xffff, 0x8000, 1024, 512, 1};
    const struct queue_place *queues[2] = {&boot_page()->rx, &boot_page()->tx};
    claim_ready();
    for (u32 i = 0;; i++) {
        jump_available(queues[i % 2], jumps[i / 2 % 6]);
        ring_doorbell(DOORBELL_YIELD, 0);
    }
}

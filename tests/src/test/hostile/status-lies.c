/*
 * Fills the status page with lies: unknown states, a multicast and a zero MAC, a MAC that changes with each STATUS, a
 * link that flaps, counters that run backwards. Must: an unusable MAC is refused and a change of MAC after READY is
 * not followed; on record, aggregated; no other port is affected.
 */
#include "hostile.h"

int main(void) {
    u64 random = 0x94d049bb133111ebull;
    start_honest();
    struct status_page *status = status_page();
    for (;;) {
        u64 bits = next_random(&random);
        memcpy(status->mac, &bits, sizeof status->mac);
        status->state = (u32)(bits % 4 == 3 ? bits >> 8 : bits % 2);
        status->link = (u32)(bits >> 32);
        status->heartbeat = next_random(&random);
        status->rx_frames = next_random(&random);
        compiler_barrier();
        ring_doorbell(DOORBELL_STATUS, (u32)bits);
    }
}

/*
 * Offers the host frames that lie in the page tables, its code, behind RAM, far away and across the end of the arena.
 * Must: none is read, QUEUE_REFUSED on record, the port is stopped or the domain restarted by policy.
 */
#include "hostile.h"

int main(void) {
    static const u64 places[] = {PAGE_TABLES, OWN_CODE, BOOT_PAGE_ADDRESS, BEHIND_RAM, BEHIND_RAM - 32, FAR_AWAY,
                                 0xffffffffffffffffull, 0};
    const struct queue_place *queue = &boot_page()->tx;
    claim_ready();
    for (u16 i = 0;; i++) {
        u16 id = i % (u16)queue->size;
        set_descriptor(queue, id, places[i % 8], 1000, 0, 0);
        make_available(queue, id);
        ring_doorbell(DOORBELL_YIELD, 0);
    }
}

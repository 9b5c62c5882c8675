/*
 * Offers buffers for frames to the wire that lie in the page tables, the fault stub, its code and behind RAM, so that
 * the monitor would write there for it. Must: nothing is written, QUEUE_REFUSED on record.
 */
#include "hostile.h"

int main(void) {
    static const u64 places[] = {PAGE_TABLES, FAULT_STUB, OWN_CODE, BOOT_PAGE_ADDRESS, BEHIND_RAM, BEHIND_RAM - 32,
                                 FAR_AWAY, 0};
    const struct queue_place *queue = &boot_page()->rx;
    claim_ready();
    for (u16 i = 0;; i++) {
        u16 id = i % (u16)queue->size;
        set_descriptor(queue, id, places[i % 8], 4096, VIRTQ_DESC_F_WRITE, 0);
        make_available(queue, id);
        ring_doorbell(DOORBELL_YIELD, 0);
    }
}

/*
 * Sends the host frames that claim to come from the host itself (the card's address is the host's), from a multicast
 * address and from address zero. Must: dropped as DROP_SPOOFED_MAC and on record; the host's other traffic goes on.
 */
#include "hostile.h"

int main(void) {
    const struct queue_place *queue = &boot_page()->tx;
    u8 mac[6];
    card_reset();
    card_read_mac(mac);
    claim_ready();
    memcpy(status_page()->mac, mac, sizeof mac);
    ring_doorbell(DOORBELL_STATUS, 0);
    for (u16 i = 0;; i++) {
        u16 id = i % (u16)queue->size;
        u8 *buffer = (u8 *)(boot_page()->arena + 2048ull * id);
        memset(buffer, 0, NET_HDR_BYTES + 64);
        u8 *frame = buffer + NET_HDR_BYTES;
        memset(frame, 0xff, 6);
        if (i % 3 == 0) {
            memcpy(frame + 6, mac, 6);
        } else if (i % 3 == 1) {
            memset(frame + 6, 0x33, 6);
        }
        frame[12] = 0x08;
        set_descriptor(queue, id, (u64)buffer, NET_HDR_BYTES + 64, 0, 0);
        make_available(queue, id);
        ring_doorbell(DOORBELL_YIELD, 0);
    }
}

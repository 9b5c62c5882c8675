/*
 * Sends frames whose bytes lie in the page tables, the code, the boot page, behind RAM and far away, by legacy and by
 * data descriptors. Must: no such byte leaves by the wire, each is refused and on record.
 */
#include "hostile.h"

int main(void) {
    static const u64 places[] = {PAGE_TABLES, OWN_CODE, BOOT_PAGE_ADDRESS, 0x00400000ull, BEHIND_RAM, BEHIND_RAM - 32,
                                 FAR_AWAY, 0ull};
    start_honest();
    tx_start(); /* an empty ring of its own */
    for (u32 i = 0;; i++) {
        u64 kind = i % 2 == 0 ? 0 : TXD_DTYP_DATA | TXD_DEXT;
        if (tx_room() > 0) {
            tx_put(places[i % 8], 1000 | kind | TXD_EOP | TXD_IFCS);
            tx_end_frame(0);
            tx_flush();
        }
        (void)tx_reclaim();
        ring_doorbell(DOORBELL_YIELD, 0);
    }
}

/*
 * Context descriptors with header lengths, segment sizes and checksum places that make no sense, before data of any
 * length. Must: the card drops or sends what it can, reads nothing outside, never loops.
 */
#include "hostile.h"

int main(void) {
    start_honest();
    tx_start();
    u64 random = 0x9e3779b97f4a7c15ull;
    for (;;) {
        while (tx_room() > 4) {
            u64 low = next_random(&random);
            u64 high = (next_random(&random) & ~TXD_DTYP_DATA) | TXD_DEXT;
            tx_put(low, high & ~(TXD_EOP | TXD_DD));
            u64 length = next_random(&random) & 0xfffff;
            u64 end = next_random(&random) & (TXD_TSE | TXD_IFCS | TXD_POPTS_IXSM | TXD_POPTS_TXSM);
            tx_put(boot_page()->arena + ARENA_TX_BUFFERS, length | TXD_DTYP_DATA | TXD_DEXT | TXD_EOP | end);
            tx_end_frame(0);
        }
        tx_flush();
        (void)tx_reclaim();
        ring_doorbell(DOORBELL_YIELD, 0);
    }
}

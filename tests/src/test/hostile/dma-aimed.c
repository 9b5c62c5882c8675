/*
 * Makes the card read or write one place, which is put into the built image behind the mark (the lab's scripts do so,
 * since a physical address is known only there). Must: the IOMMU refuses, the kernel's report of it is on record, the
 * place stays as it was. As built it aims at the domain's own page tables.
 */
#include "hostile.h"

#define AIM_WRITES 1
#define AIM_INTERRUPTS 2

#define RCTL_BSIZE_256 (3u << 16) /* [E] 13.4.22 */
#define RXD_DD (1ull << 32)

static const volatile struct {
    char mark[8];
    u64 address;
    u64 kind;
} aim = {.mark = {'a', 'i', 'm', ' ', 'h', 'e', 'r', 'e'}, .address = PAGE_TABLES, .kind = 0};

/*
 * A message-signalled interrupt is a write of four bytes, and only one of the remappable format (address bit 4 set,
 * VT-d 5.1.2.2) reaches the interrupt remapping table. So the frame's first 256 bytes go to a buffer of the arena, and
 * the 16 behind them to the place: four such writes, if all frames have 272 bytes. Only those for the card's own address
 * are received, for that reason.
 */
static _Noreturn void interrupt_at(u64 address) {
    volatile struct card_descriptor *ring = (struct card_descriptor *)(boot_page()->arena + ARENA_RX_RING);
    for (;;) {
        card_write(REG_RCTL, 0);
        ring[0].low = rx_frame_address(0);
        ring[0].high = 0;
        ring[1].low = address;
        ring[1].high = 0;
        compiler_barrier();
        card_write(REG_RDH, 0);
        card_write(REG_RDT, 2);
        card_write(REG_RCTL, RCTL_EN | RCTL_SECRC | RCTL_BSIZE_256);
        while ((ring[1].high & RXD_DD) == 0) {
            ring_doorbell(DOORBELL_YIELD, 0);
        }
    }
}

int main(void) {
    start_honest();
    if (aim.kind == AIM_INTERRUPTS) {
        interrupt_at(aim.address);
    }
    if (aim.kind == AIM_WRITES) {
        struct card_descriptor *ring = (struct card_descriptor *)(boot_page()->arena + ARENA_RX_RING);
        for (u32 i = 0;; i++) {
            for (u32 slot = 0; slot < CARD_RX_DESCRIPTORS; slot++) {
                ring[slot].low = aim.address;
                ring[slot].high = 0;
            }
            compiler_barrier();
            card_write(REG_RDT, (CARD_RX_DESCRIPTORS - 1 + i) % CARD_RX_DESCRIPTORS);
            ring_doorbell(DOORBELL_YIELD, 0);
        }
    }
    tx_start(); /* an empty ring of its own */
    for (;;) {
        if (tx_room() > 0) {
            tx_put(aim.address, 64 | TXD_EOP | TXD_IFCS);
            tx_end_frame(0);
            tx_flush();
        }
        (void)tx_reclaim();
        ring_doorbell(DOORBELL_YIELD, 0);
    }
}

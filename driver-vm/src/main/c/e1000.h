/*
 * The card: bring-up, link, interrupts and counters (e1000.c), receive ring (e1000_rx.c), transmit ring
 * (e1000_tx.c).
 *
 * Trusts: nothing that the card writes. Lengths and bits from descriptors are checked where they are read.
 */
#ifndef COFFERDAM_E1000_H
#define COFFERDAM_E1000_H

#include "arena.h"
#include "e1000_regs.h"

static inline u32 card_read(u32 reg) {
    return *(volatile const u32 *)(boot_page()->bar0 + reg);
}

static inline void card_write(u32 reg, u32 value) {
    *(volatile u32 *)(boot_page()->bar0 + reg) = value;
}

/* The whole second word of a descriptor, once: the card may be writing it. */
static inline u64 descriptor_state(const struct card_descriptor *descriptor) {
    return *(volatile const u64 *)&descriptor->high;
}

/* e1000.c. Panics with a sentence if the card is not one of the two, or does not answer. */
void card_reset(void);
void card_read_mac(u8 mac[6]);
void card_enable(void);
u32 card_link(void);                                  /* the status page's link word, from STATUS */
void card_count_losses(struct status_page *status);   /* reads and so clears the card's own */
static inline u32 card_causes(void) { return card_read(REG_ICR); }
static inline void card_unmask(u32 causes) { card_write(REG_IMS, causes); }
static inline void card_mask_all(void) { card_write(REG_IMC, 0xffffffffu); }

/* e1000_rx.c */
struct received {
    u16 buffer; /* receive buffer number; now the caller's */
    u16 length; /* frame bytes without CRC; 0 when the frame is to be dropped */
};
void rx_start(void);
bool rx_waiting(void);                   /* a descriptor is done */
void rx_take(struct received *frame);    /* only after rx_waiting() */
void rx_rearm(u16 buffer);               /* one for each rx_take(): fills the slot taken longest ago */
void rx_flush(void);                     /* tells the card of all rearmed slots */

/* e1000_tx.c */
void tx_start(void);
u32 tx_room(void);                       /* free descriptors */
bool tx_busy(void);                      /* descriptors the card has not reported done */
void tx_put(u64 low, u64 high);          /* one descriptor; only while tx_room() > 0 */
void tx_end_frame(u16 position);         /* the last put was the frame's last; position: see tx_reclaim */
void tx_drop_frame(u16 position);        /* a frame that is not sent, at its place in the order */
void tx_flush(void);                     /* marks the batch's end and tells the card */
bool tx_done_waiting(void);              /* tx_reclaim() would move */
u16 tx_reclaim(void);                    /* position of the last frame whose buffers the card has read */

#endif

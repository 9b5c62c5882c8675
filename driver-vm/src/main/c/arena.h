/*
 * How the driver lays out its DMA arena. Only this memory is inside the card's DMA window, and only from here
 * does the monitor accept packet buffers.
 *
 *   arena + 0x000000  card RX ring, 2048 descriptors    32 KiB
 *         + 0x008000  card TX ring, 1024 descriptors    16 KiB
 *         + 0x010000  2560 receive buffers of 2304 bytes (wire to host)
 *         + 0x5b0000  512 transmit buffers of 4096 bytes (host to wire)
 *
 * A receive buffer:  0 .. 51 unused | 52 .. 63 virtio header | 64 .. frame, written by the card (at most 2048)
 * 2560 receive buffers fill the card's ring and the whole uplink queue at once, so the ring is never short. The ring is
 * what frames wait in while the domain's thread does not run: 2048 are a quarter of a second at 8,000 a second.
 *
 * Trusts: the boot page's arena address; arena_check() says whether it is large enough.
 */
#ifndef COFFERDAM_ARENA_H
#define COFFERDAM_ARENA_H

#include "platform.h"

#define CARD_RX_DESCRIPTORS 2048u
#define CARD_TX_DESCRIPTORS 1024u
#define RX_BUFFERS 2560u
#define RX_BUFFER_BYTES 2304u
#define RX_FRAME_OFFSET 64u
#define RX_FRAME_BYTES 2048u
#define TX_BUFFERS 512u
#define TX_BUFFER_BYTES 4096u

#define ARENA_RX_RING 0x000000u
#define ARENA_TX_RING 0x008000u
#define ARENA_RX_BUFFERS 0x010000u
#define ARENA_TX_BUFFERS 0x5b0000u
#define ARENA_END (ARENA_TX_BUFFERS + TX_BUFFERS * TX_BUFFER_BYTES)

_Static_assert(ARENA_RX_RING + CARD_RX_DESCRIPTORS * 16 <= ARENA_TX_RING, "arena layout");
_Static_assert(ARENA_TX_RING + CARD_TX_DESCRIPTORS * 16 <= ARENA_RX_BUFFERS, "arena layout");
_Static_assert(ARENA_RX_BUFFERS + RX_BUFFERS * RX_BUFFER_BYTES <= ARENA_TX_BUFFERS, "arena layout");
_Static_assert(RX_FRAME_OFFSET + RX_FRAME_BYTES <= RX_BUFFER_BYTES, "arena layout");

static inline bool arena_check(void) {
    return boot_page()->arena % 4096 == 0 && boot_page()->arena_bytes >= ARENA_END;
}

/* Address of the frame in receive buffer number `buffer`. */
static inline u64 rx_frame_address(u16 buffer) {
    return boot_page()->arena + ARENA_RX_BUFFERS + (u64)buffer * RX_BUFFER_BYTES + RX_FRAME_OFFSET;
}

static inline u64 tx_buffer_address(u16 buffer) {
    return boot_page()->arena + ARENA_TX_BUFFERS + (u64)buffer * TX_BUFFER_BYTES;
}

#endif

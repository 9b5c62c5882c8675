/*
 * The card's receive ring: 2048 legacy descriptors over buffers of the arena.
 *
 * Trusts: nothing in a descriptor. The index of the next descriptor and the buffer of each slot are kept here,
 * not read back; status and length are read in one load and checked.
 *
 *      filled            next             RDT = filled - 1: one slot stays with the driver, so that a full
 *   ------|--- taken -----|--- card's ---- ring differs from an empty one ([E] 3.2.6)
 */
#include "e1000.h"

#define MASK (CARD_RX_DESCRIPTORS - 1)
#define FRAME_MIN 14u

static struct card_descriptor *ring;
static u16 slot_buffer[CARD_RX_DESCRIPTORS];
static u32 next;   /* slot to look at; counts on without wrapping, like the other two */
static u32 filled; /* slot to fill next; filled <= next */
static u32 told;   /* `filled` when RDT was last written */
static bool skipping; /* inside a frame that spans descriptors, which no frame here may */

static void fill(u32 slot, u16 buffer) {
    slot_buffer[slot & MASK] = buffer;
    ring[slot & MASK].low = rx_frame_address(buffer);
    ring[slot & MASK].high = 0; /* clears DD before RDT can reach the slot */
}

void rx_start(void) {
    u64 base = boot_page()->arena + ARENA_RX_RING;
    ring = (struct card_descriptor *)base;
    for (u32 slot = 0; slot < CARD_RX_DESCRIPTORS; slot++) {
        fill(slot, (u16)slot);
    }
    next = 0;
    filled = 0;
    told = 0;
    skipping = false;
    card_write(REG_RDBAL, (u32)base);
    card_write(REG_RDBAH, (u32)(base >> 32));
    card_write(REG_RDLEN, CARD_RX_DESCRIPTORS * DESCRIPTOR_BYTES);
    card_write(REG_RDTR, 0); /* an interrupt, when asked for, comes at once */
    card_write(REG_RADV, 0);
    card_write(REG_RDH, 0);
    compiler_barrier();
    card_write(REG_RDT, CARD_RX_DESCRIPTORS - 1);
}

bool rx_waiting(void) {
    return (descriptor_state(&ring[next & MASK]) & RXD_DD) != 0;
}

void rx_take(struct received *frame) {
    u64 state = descriptor_state(&ring[next & MASK]);
    u32 length = (u32)(state & RXD_LENGTH_MASK);
    bool last = (state & RXD_EOP) != 0;
    bool usable = last && !skipping && ((state >> RXD_ERRORS_SHIFT) & RXD_ERRORS_FRAME) == 0
                  && length >= FRAME_MIN && length <= RX_FRAME_BYTES;
    frame->buffer = slot_buffer[next & MASK];
    frame->length = usable ? (u16)length : 0;
    skipping = !last;
    next++;
}

void rx_rearm(u16 buffer) {
    if (filled == next) {
        panic(PANIC_INVARIANT, "receive ring: more slots rearmed than taken");
    }
    fill(filled, buffer);
    filled++;
}

void rx_flush(void) {
    if (told != filled) {
        told = filled;
        compiler_barrier();
        card_write(REG_RDT, (filled - 1) & MASK);
    }
}

/*
 * The card's transmit ring: 1024 descriptors of any kind, completion by the DD bit of marked ones.
 *
 * Trusts: nothing in a descriptor but DD, and DD only of the descriptor whose report was asked for. What to give
 * back is kept here.
 *
 * RS (report status) is set on the last descriptor of a batch and on one frame's end in MARK_EVERY descriptors:
 * the card then writes back a few descriptors, not all ([E] 3.3.3.1, [L] 7.2.10.1.2).
 *
 * A position counts the uplink's buffers in the order taken. Each frame's end remembers the position after its
 * last buffer; when a mark is done, all buffers up to its position have been read by the card.
 */
#include "e1000.h"

#define MASK (CARD_TX_DESCRIPTORS - 1)
#define MARK_EVERY 64u

static struct card_descriptor *ring;
static u16 position_after[CARD_TX_DESCRIPTORS];
static u32 marks[CARD_TX_DESCRIPTORS]; /* counters of the marked descriptors, a queue */
static u32 mark_head;
static u32 mark_tail;
static u32 next;     /* descriptor to write; counts on without wrapping, like all here */
static u32 clean;    /* all before it are done */
static u32 told;     /* `next` when TDT was last written */
static u32 last_end; /* last descriptor of the last frame */
static u32 unmarked; /* first descriptor after the last mark */
static u16 done_position;

void tx_start(void) {
    u64 base = boot_page()->arena + ARENA_TX_RING;
    ring = (struct card_descriptor *)base;
    mark_head = mark_tail = next = clean = told = last_end = unmarked = 0;
    done_position = 0;
    card_write(REG_TDBAL, (u32)base);
    card_write(REG_TDBAH, (u32)(base >> 32));
    card_write(REG_TDLEN, CARD_TX_DESCRIPTORS * DESCRIPTOR_BYTES);
    card_write(REG_TIDV, 0);
    card_write(REG_TADV, 0);
    card_write(REG_TDH, 0);
    card_write(REG_TDT, 0);
}

u32 tx_room(void) {
    return CARD_TX_DESCRIPTORS - 1 - (next - clean); /* TDT == TDH means empty: one stays unused */
}

bool tx_busy(void) {
    return next != clean;
}

void tx_put(u64 low, u64 high) {
    if (tx_room() == 0) {
        panic(PANIC_INVARIANT, "transmit ring: no room for a descriptor");
    }
    ring[next & MASK].low = low;
    ring[next & MASK].high = high;
    next++;
}

static void mark(void) {
    ring[last_end & MASK].high |= TXD_RS;
    marks[mark_tail++ & MASK] = last_end;
    unmarked = last_end + 1;
}

void tx_end_frame(u16 position) {
    last_end = next - 1;
    position_after[last_end & MASK] = position;
    if (next - unmarked >= MARK_EVERY) {
        mark();
    }
}

void tx_drop_frame(u16 position) {
    if (tx_busy()) {
        position_after[last_end & MASK] = position; /* goes back with the frame before it */
    } else {
        done_position = position;
    }
}

void tx_flush(void) {
    if (told == next) {
        return;
    }
    if (unmarked != next) {
        mark();
    }
    told = next;
    compiler_barrier();
    card_write(REG_TDT, next & MASK);
}

bool tx_done_waiting(void) {
    return mark_head != mark_tail && (descriptor_state(&ring[marks[mark_head & MASK] & MASK]) & TXD_DD) != 0;
}

u16 tx_reclaim(void) {
    while (tx_done_waiting()) {
        u32 done = marks[mark_head++ & MASK];
        clean = done + 1;
        done_position = position_after[done & MASK];
    }
    return done_position;
}

/*
 * What hostile images share: the real driver to start with, and bare hands on the uplink's rings.
 *
 * Each image is one main() that is linked with the driver's own objects (all but its main), flags and linker script.
 * The comment on top of each says what it does and what must come of it. For all of them: the host and the monitor
 * live, other domains' and guests' traffic goes on, and the audit log says what happened.
 */
#ifndef COFFERDAM_HOSTILE_H
#define COFFERDAM_HOSTILE_H

#include "arena.h"
#include "driver.h"
#include "e1000.h"
#include "virtio_net.h"

/* Addresses that no image has business with. */
#define PAGE_TABLES 0x00100000ull
#define FAULT_STUB 0x00122000ull
#define OWN_CODE 0x00200000ull
#define BEHIND_RAM 0x01000000ull
#define FAR_AWAY 0xffffffffff000000ull

/* Serves as the real driver does, but never sleeps, for so many milliseconds. */
static inline void serve_for(u64 milliseconds) {
    u64 start = time_stamp();
    while (time_stamp() - start < microseconds(milliseconds * 1000)) {
        if (driver_pass() == 0) {
            driver_yield();
        }
    }
}

static inline _Noreturn void serve(void) {
    for (;;) {
        serve_for(1000);
    }
}

/* Comes up and forwards for a moment, so that the monitor has a running domain when the attack begins. */
static inline void start_honest(void) {
    driver_start();
    serve_for(100);
}

/* Says READY with a link and the card's address, without starting the card or touching the rings. */
static inline void claim_ready(void) {
    struct status_page *status = status_page();
    card_read_mac(status->mac);
    status->link = LINK_UP | LINK_FULL_DUPLEX | (1000u << LINK_SPEED_SHIFT);
    status->state = STATE_READY;
    compiler_barrier();
    ring_doorbell(DOORBELL_STATUS, 0);
}

/* Stops both rings of the card, puts them elsewhere and starts them with descriptors to fetch. */
static inline void move_rings(u64 receive, u64 transmit) {
    card_write(REG_RCTL, 0);
    card_write(REG_TCTL, TCTL_PSP);
    card_write(REG_RDBAL, (u32)receive);
    card_write(REG_RDBAH, (u32)(receive >> 32));
    card_write(REG_RDH, 0);
    card_write(REG_RDT, 5);
    card_write(REG_TDBAL, (u32)transmit);
    card_write(REG_TDBAH, (u32)(transmit >> 32));
    card_write(REG_TDH, 0);
    card_write(REG_RCTL, RCTL_EN | RCTL_UPE | RCTL_MPE | RCTL_BAM);
    card_write(REG_TCTL, TCTL_EN | TCTL_PSP);
    card_write(REG_TDT, 5);
}

static inline _Noreturn void yield_for_ever(void) {
    for (;;) {
        status_page()->heartbeat++;
        ring_doorbell(DOORBELL_YIELD, 0);
    }
}

/* Bare hands on a queue; the image must not have started the driver. */
static inline volatile struct virtq_desc *descriptors(const struct queue_place *queue) {
    return (volatile struct virtq_desc *)queue->desc;
}

static inline void set_descriptor(const struct queue_place *queue, u16 id, u64 addr, u32 len, u16 flags, u16 next) {
    volatile struct virtq_desc *descriptor = &descriptors(queue)[id];
    descriptor->addr = addr;
    descriptor->len = len;
    descriptor->flags = flags;
    descriptor->next = next;
}

static inline void make_available(const struct queue_place *queue, u16 head) {
    struct virtq_avail *avail = (struct virtq_avail *)queue->avail;
    u16 index = avail->idx;
    avail->ring[index % queue->size] = head;
    store_release16(&avail->idx, (u16)(index + 1));
}

static inline void jump_available(const struct queue_place *queue, u16 by) {
    struct virtq_avail *avail = (struct virtq_avail *)queue->avail;
    store_release16(&avail->idx, (u16)(avail->idx + by));
}

#define VIRTQ_DESC_F_NEXT 1
#define VIRTQ_DESC_F_INDIRECT 4

/* xorshift64: the same numbers in each run */
static inline u64 next_random(u64 *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

#endif

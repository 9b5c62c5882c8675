/*
 * The uplink: driver side of two split virtqueues with virtio-net headers (virtio 1.2, sections 2.7 and 5.1).
 *
 * Trusts: the boot page for places, sizes and features. What the device side writes (used index, used elements,
 * headers of frames for the wire) is read once and checked; an impossible value ends in panic(), never in a wild
 * access or an endless loop.
 */
#ifndef COFFERDAM_VIRTIO_NET_H
#define COFFERDAM_VIRTIO_NET_H

#include "arena.h"

#define VIRTQ_DESC_F_WRITE 2
#define VIRTQ_AVAIL_F_NO_INTERRUPT 1
#define VIRTQ_USED_F_NO_NOTIFY 1
#define UPLINK_QUEUE_MAX 512u

#define VIRTIO_F_IN_ORDER 35

struct virtq_desc { /* virtio 1.2, 2.7.5 */
    u64 addr;
    u32 len;
    u16 flags;
    u16 next;
};

struct virtq_avail { /* 2.7.6 */
    u16 flags;
    u16 idx;
    u16 ring[];
};

struct virtq_used_elem {
    u32 id;
    u32 len;
};

struct virtq_used { /* 2.7.8 */
    u16 flags;
    u16 idx;
    struct virtq_used_elem ring[];
};

#define NET_HDR_BYTES 12u
#define NET_HDR_F_NEEDS_CSUM 1
#define NET_HDR_GSO_NONE 0
#define NET_HDR_GSO_TCPV4 1
#define NET_HDR_GSO_TCPV6 4

struct virtio_net_hdr { /* 5.1.6 */
    u8 flags;
    u8 gso_type;
    u16 hdr_len;
    u16 gso_size;
    u16 csum_start;
    u16 csum_offset;
    u16 num_buffers;
};
_Static_assert(sizeof(struct virtio_net_hdr) == NET_HDR_BYTES, "virtio-net header");

/* One queue as this side keeps it. Indices are the ring's free-running 16-bit ones. */
struct uplink_queue {
    struct virtq_desc *desc;
    struct virtq_avail *avail;
    const struct virtq_used *used;
    u16 size;
    u16 mask;
    u16 available; /* next avail.idx; published by uplink_publish() */
    u16 published;
    u16 seen;      /* used elements taken */
    u16 number;
};

/* virtio_net.c: what both queues share */
void uplink_queue_start(struct uplink_queue *queue, u16 number, const struct queue_place *place);
u16 uplink_used_waiting(const struct uplink_queue *queue); /* elements not yet seen; panics if impossible */
void uplink_publish(struct uplink_queue *queue);           /* avail.idx, then NOTIFY only if asked for */
void uplink_want_wakeups(struct uplink_queue *queue, bool wanted);

static inline struct virtq_used_elem uplink_used(const struct uplink_queue *queue, u16 index) {
    const volatile struct virtq_used_elem *element = &queue->used->ring[index & queue->mask];
    struct virtq_used_elem copy = {element->id, element->len};
    return copy;
}

/* uplink_tx.c: wire to host. Buffers are receive buffers of the arena, whole frames, one descriptor each. */
void to_host_start(u16 first_free_buffer); /* the card's ring holds the buffers below it */
u16 to_host_room(void);
void to_host_put(u16 buffer, u16 length);
bool to_host_reclaim_waiting(void);
void to_host_reclaim(void);                /* takes back what the monitor has read */
u16 to_host_free_buffer(void);             /* one for the card; there always is one */
void to_host_keep_buffer(u16 buffer);      /* gives one back unused */
void to_host_publish(void);
void to_host_want_wakeups(bool wanted);

/* uplink_rx.c: host to wire. A frame is one or more buffers of 4096 bytes. */
#define FRAME_PARTS_MAX 18u /* 64 KiB and a header over 4096-byte buffers, one to spare */

struct frame_part {
    u64 address;
    u32 length;
};

struct host_frame {
    struct virtio_net_hdr header;
    u32 length; /* of the frame, without the virtio header */
    u32 parts;
    u16 position; /* after this frame's last buffer: for tx_end_frame() */
    struct frame_part part[FRAME_PARTS_MAX];
};

void from_host_start(void);
bool from_host_waiting(void);                   /* at least one used buffer is there */
u32 from_host_next_parts(void);                 /* buffers of the next frame; 0 if none is complete */
void from_host_take(struct host_frame *frame, u32 parts); /* parts: what from_host_next_parts() said */
void from_host_give_back(u16 position);         /* the card is done with all buffers before it */
void from_host_want_wakeups(bool wanted);

#endif

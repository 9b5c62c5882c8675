/*
 * Host to wire: 512 buffers of 4096 bytes are posted in uplink queue 0; the monitor fills them with frames, merged
 * over several buffers where one does not do (VIRTIO_NET_F_MRG_RXBUF, virtio 1.2, 5.1.6.4).
 *
 * Trusts: nothing in a used element or header: ids must be posted, lengths fit the buffer, num_buffers be small.
 * The monitor publishes all buffers of a frame together; until they are there the frame is left where it is.
 *
 * Positions count buffers in the order taken. Buffers are posted again in that order, once the card has read
 * them: so descriptors stay in ring order as VIRTIO_F_IN_ORDER demands.
 */
#include "virtio_net.h"

static struct uplink_queue queue;
static u16 order[UPLINK_QUEUE_MAX]; /* buffer id by position */
static bool posted[UPLINK_QUEUE_MAX];
static u16 given_back; /* position: all buffers before it are posted again */

static void post(u16 id) {
    posted[id] = true;
    queue.avail->ring[queue.available++ & queue.mask] = id;
}

void from_host_start(void) {
    uplink_queue_start(&queue, 0, &boot_page()->rx);
    given_back = 0;
    for (u16 id = 0; id < queue.size; id++) {
        queue.desc[id].addr = tx_buffer_address(id);
        queue.desc[id].len = TX_BUFFER_BYTES;
        queue.desc[id].flags = VIRTQ_DESC_F_WRITE;
        queue.desc[id].next = 0;
        post(id);
    }
    uplink_publish(&queue);
}

bool from_host_waiting(void) {
    return uplink_used_waiting(&queue) > 0;
}

/* The element at `index`, checked: a posted buffer, and no more bytes than it holds. */
static struct virtq_used_elem checked_element(u16 index) {
    struct virtq_used_elem element = uplink_used(&queue, index);
    if (element.id >= queue.size || !posted[element.id]) {
        panic(PANIC_UPLINK, "uplink: a used element of queue 0 names a buffer that is not posted");
    }
    if (element.len > TX_BUFFER_BYTES) {
        panic(PANIC_UPLINK, "uplink: a used element of queue 0 is longer than its buffer");
    }
    return element;
}

u32 from_host_next_parts(void) {
    u16 waiting = uplink_used_waiting(&queue);
    if (waiting == 0) {
        return 0;
    }
    struct virtq_used_elem first = checked_element(queue.seen);
    const struct virtio_net_hdr *header = (const struct virtio_net_hdr *)tx_buffer_address((u16)first.id);
    u32 parts = *(const volatile u16 *)&header->num_buffers;
    if (first.len < NET_HDR_BYTES || parts == 0 || parts > FRAME_PARTS_MAX || parts > queue.size) {
        panic(PANIC_UPLINK, "uplink: a frame for the wire has no header or an impossible num_buffers");
    }
    return parts <= waiting ? parts : 0;
}

void from_host_take(struct host_frame *frame, u32 parts) {
    frame->parts = 0;
    frame->length = 0;
    for (u32 i = 0; i < parts; i++) {
        struct virtq_used_elem element = checked_element(queue.seen);
        u16 id = (u16)element.id;
        u32 skip = 0;
        if (i == 0) {
            frame->header = *(const struct virtio_net_hdr *)tx_buffer_address(id);
            skip = NET_HDR_BYTES;
        }
        order[queue.seen & queue.mask] = id;
        posted[id] = false;
        queue.seen++;
        if (element.len > skip) { /* the card takes no empty descriptor */
            frame->part[frame->parts].address = tx_buffer_address(id) + skip;
            frame->part[frame->parts].length = element.len - skip;
            frame->length += element.len - skip;
            frame->parts++;
        }
    }
    frame->position = queue.seen;
}

void from_host_give_back(u16 position) {
    if (given_back == position) {
        return;
    }
    while (given_back != position) {
        post(order[given_back++ & queue.mask]);
    }
    uplink_publish(&queue);
}

void from_host_want_wakeups(bool wanted) {
    uplink_want_wakeups(&queue, wanted);
}

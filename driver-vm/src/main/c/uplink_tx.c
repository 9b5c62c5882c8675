/*
 * Wire to host: received buffers go into uplink queue 1 as they are, and come back by its used ring.
 *
 * Trusts: nothing in a used element: its id must name a descriptor that is out. With VIRTIO_F_IN_ORDER the device
 * may write one element for a batch (virtio 1.2, 2.7.9), so then only the used index counts.
 *
 * Descriptor ids wait in a queue, not on a stack: while buffers return in order, they are taken in ring order, as
 * IN_ORDER demands. Free buffers are on a stack: the one used last is still in the cache.
 *
 * The virtio header in front of each frame is all zero (no offload is claimed: the host need not believe this
 * domain about checksums). It is never written: the arena starts zeroed and neither the card nor the monitor writes
 * there. So the driver touches no page of a received frame, and start-up takes no page faults for the buffers.
 */
#include "virtio_net.h"

#define NO_BUFFER 0xffffu

static struct uplink_queue queue;
static bool in_order;
static u16 free_ids[UPLINK_QUEUE_MAX];
static u16 ids_taken; /* free-running: position of the next id to take */
static u16 ids_given; /* ids that came back; ids_taken - ids_given are out */
static u16 buffer_of[UPLINK_QUEUE_MAX];
static u16 free_buffers[RX_BUFFERS];
static u16 free_count;

void to_host_start(u16 first_free_buffer) {
    uplink_queue_start(&queue, 1, &boot_page()->tx);
    in_order = (boot_page()->features >> VIRTIO_F_IN_ORDER & 1) != 0;
    ids_taken = 0;
    ids_given = 0;
    for (u16 id = 0; id < queue.size; id++) {
        free_ids[id] = id;
        buffer_of[id] = NO_BUFFER;
        queue.desc[id].flags = 0;
        queue.desc[id].next = 0;
    }
    free_count = 0;
    for (u16 buffer = RX_BUFFERS; buffer-- > 0;) {
        if (buffer >= first_free_buffer) {
            free_buffers[free_count++] = buffer;
        }
    }
}

u16 to_host_room(void) {
    return (u16)(queue.size - (u16)(ids_taken - ids_given));
}

void to_host_put(u16 buffer, u16 length) {
    if (to_host_room() == 0) {
        panic(PANIC_INVARIANT, "uplink: no descriptor for a received frame");
    }
    u16 id = free_ids[ids_taken++ & queue.mask];
    buffer_of[id] = buffer;
    queue.desc[id].addr = rx_frame_address(buffer) - NET_HDR_BYTES;
    queue.desc[id].len = NET_HDR_BYTES + length;
    queue.avail->ring[queue.available++ & queue.mask] = id;
}

bool to_host_reclaim_waiting(void) {
    return uplink_used_waiting(&queue) > 0;
}

void to_host_reclaim(void) {
    for (u16 waiting = uplink_used_waiting(&queue); waiting > 0; waiting--) {
        u32 id = in_order ? free_ids[ids_given & queue.mask] : uplink_used(&queue, queue.seen).id;
        queue.seen++;
        if (id >= queue.size || buffer_of[id] == NO_BUFFER) {
            panic(PANIC_UPLINK, "uplink: a used element of queue 1 names a descriptor that is not out");
        }
        to_host_keep_buffer(buffer_of[id]);
        buffer_of[id] = NO_BUFFER;
        free_ids[ids_given++ & queue.mask] = (u16)id; /* this place was emptied by an earlier take */
    }
}

u16 to_host_free_buffer(void) {
    if (free_count == 0) {
        panic(PANIC_INVARIANT, "uplink: a receive buffer is lost");
    }
    return free_buffers[--free_count];
}

void to_host_keep_buffer(u16 buffer) {
    if (free_count == RX_BUFFERS) {
        panic(PANIC_INVARIANT, "uplink: a receive buffer came back twice");
    }
    free_buffers[free_count++] = buffer;
}

void to_host_publish(void) {
    uplink_publish(&queue);
}

void to_host_want_wakeups(bool wanted) {
    uplink_want_wakeups(&queue, wanted);
}

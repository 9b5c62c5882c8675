/*
 * What the uplink's two queues share: set-up from the boot page, used index, publishing, wishes for wake-ups.
 *
 * Trusts: the boot page's places and sizes (checked all the same: a wrong one would be a silent corruption).
 * The used index is the device's word: it may move forward by no more than what is outstanding.
 */
#include "virtio_net.h"

void uplink_queue_start(struct uplink_queue *queue, u16 number, const struct queue_place *place) {
    u32 size = place->size;
    if (size == 0 || size > UPLINK_QUEUE_MAX || (size & (size - 1)) != 0) {
        panic(PANIC_BOOT_PAGE, "boot page: a queue size is not a power of two up to 512");
    }
    if (place->desc % 16 != 0 || place->avail % 2 != 0 || place->used % 4 != 0 || place->desc == 0) {
        panic(PANIC_BOOT_PAGE, "boot page: a queue is not aligned as virtio 1.2 section 2.7 demands");
    }
    queue->desc = (struct virtq_desc *)place->desc;
    queue->avail = (struct virtq_avail *)place->avail;
    queue->used = (const struct virtq_used *)place->used;
    queue->size = (u16)size;
    queue->mask = (u16)(size - 1);
    queue->available = 0;
    queue->published = 0;
    queue->seen = 0;
    queue->number = number;
    queue->avail->flags = VIRTQ_AVAIL_F_NO_INTERRUPT;
    store_release16(&queue->avail->idx, 0);
}

u16 uplink_used_waiting(const struct uplink_queue *queue) {
    u16 waiting = (u16)(load_acquire16(&queue->used->idx) - queue->seen);
    u16 outstanding = (u16)(queue->published - queue->seen);
    if (waiting > outstanding) {
        panic(PANIC_UPLINK, "uplink: the used index is ahead of what was made available");
    }
    return waiting;
}

void uplink_publish(struct uplink_queue *queue) {
    if (queue->published == queue->available) {
        return;
    }
    queue->published = queue->available;
    store_release16(&queue->avail->idx, queue->available);
    /* The index must be visible before the wish is read (2.7.13.4.1), or both sides could sleep. */
    full_barrier();
    if ((*(const volatile u16 *)&queue->used->flags & VIRTQ_USED_F_NO_NOTIFY) == 0) {
        ring_doorbell(DOORBELL_NOTIFY, queue->number);
    }
}

void uplink_want_wakeups(struct uplink_queue *queue, bool wanted) {
    *(volatile u16 *)&queue->avail->flags = wanted ? 0 : VIRTQ_AVAIL_F_NO_INTERRUPT;
}

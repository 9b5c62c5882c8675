/*
 * The two ways of a frame: card ring to uplink, uplink to card ring.
 *
 * Trusts: the rings' files, which check what card and monitor write. When the ring ahead is full, frames stay
 * where they are: nothing is taken that cannot be passed on, so nothing is lost in the domain.
 *
 * Each call moves at most what the uplink's queue holds, then the other direction has its turn.
 */
#include "paths.h"

#include "e1000.h"
#include "tx_offload.h"
#include "virtio_net.h"

u32 wire_to_host(struct status_page *status) {
    u32 moved = 0;
    u64 frames = 0;
    u64 bytes = 0;
    to_host_reclaim();
    u32 room = to_host_room();
    while (moved < UPLINK_QUEUE_MAX && frames < room && rx_waiting()) {
        struct received frame;
        rx_take(&frame);
        moved++;
        if (frame.length == 0) {
            status->rx_errors++;
            rx_rearm(frame.buffer);
            continue;
        }
        rx_rearm(to_host_free_buffer());
        to_host_put(frame.buffer, frame.length);
        frames++;
        bytes += frame.length;
    }
    if (moved > 0) {
        rx_flush();
        to_host_publish();
        status->rx_frames += frames;
        status->rx_bytes += bytes;
    }
    return moved;
}

/* The last checksum context the card was given; it keeps it until the next context ([E] 3.3.5). */
static u64 context_low;
static u64 context_high;
static bool context_known;

static void send(const struct host_frame *frame, const struct offload *offload) {
    if (offload->kind == OFFLOAD_NONE) {
        for (u32 i = 0; i < frame->parts; i++) {
            u64 end = i + 1 == frame->parts ? TXD_EOP : 0;
            tx_put(frame->part[i].address, frame->part[i].length | TXD_IFCS | end);
        }
    } else {
        bool same = offload->kind == OFFLOAD_CHECKSUM && context_known && context_low == offload->context_low
                    && context_high == offload->context_high;
        if (!same) {
            tx_put(offload->context_low, offload->context_high);
            context_low = offload->context_low;
            context_high = offload->context_high;
            context_known = offload->kind == OFFLOAD_CHECKSUM;
        }
        u64 command = TXD_DTYP_DATA | TXD_DEXT | TXD_IFCS | offload->data_command;
        for (u32 i = 0; i < frame->parts; i++) {
            u64 end = i + 1 == frame->parts ? TXD_EOP : 0;
            u64 options = i == 0 ? offload->data_options : 0;
            tx_put(frame->part[i].address, frame->part[i].length | command | options | end);
        }
    }
    tx_end_frame(frame->position);
}

u32 host_to_wire(struct status_page *status) {
    u32 moved = 0;
    u64 frames = 0;
    u64 bytes = 0;
    from_host_give_back(tx_reclaim());
    while (moved < UPLINK_QUEUE_MAX) {
        u32 parts = from_host_next_parts();
        if (parts == 0 || parts + 1 > tx_room()) {
            break;
        }
        struct host_frame frame;
        struct offload offload;
        from_host_take(&frame, parts);
        moved += parts;
        plan_offload(&frame, &offload);
        if (offload.kind == OFFLOAD_REFUSED) {
            status->tx_errors++;
            tx_drop_frame(frame.position);
            continue;
        }
        send(&frame, &offload);
        frames++;
        bytes += frame.length;
    }
    if (moved > 0) {
        tx_flush();
        from_host_give_back(tx_reclaim()); /* dropped frames, and what the card did meanwhile */
        status->tx_frames += frames;
        status->tx_bytes += bytes;
    }
    return moved;
}

bool host_blocked(void) {
    return rx_waiting() && to_host_room() == 0;
}

bool wire_blocked(void) {
    return tx_busy();
}

bool paths_have_work(void) {
    u32 parts = from_host_next_parts();
    return (rx_waiting() && to_host_room() > 0) || to_host_reclaim_waiting() || tx_done_waiting()
           || (parts > 0 && parts + 1 <= tx_room());
}

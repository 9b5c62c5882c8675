/*
 * From a virtio-net header and a frame to the card's context descriptor.
 *
 * Trusts: nothing in the header; every offset is checked against the first part before a byte is touched.
 */
#ifndef COFFERDAM_TX_OFFLOAD_H
#define COFFERDAM_TX_OFFLOAD_H

#include "virtio_net.h"

enum offload_kind {
    OFFLOAD_REFUSED, /* the frame cannot be sent right: drop it */
    OFFLOAD_NONE,    /* legacy descriptors */
    OFFLOAD_CHECKSUM,
    OFFLOAD_SEGMENTS
};

struct offload {
    enum offload_kind kind;
    u64 context_low; /* context descriptor */
    u64 context_high;
    u64 data_command; /* TSE, and POPTS of the first data descriptor is data_options */
    u64 data_options;
};

/* Fills `offload`; for segmentation it also prepares the headers in place, as the card wants them. */
void plan_offload(struct host_frame *frame, struct offload *offload);

#endif

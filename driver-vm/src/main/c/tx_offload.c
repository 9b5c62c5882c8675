/*
 * Checksum and TCP segmentation by the card's context descriptors ([E] 3.3.6 and 3.5, [L] 7.2.10.2 and 7.2.11).
 *
 * Trusts: nothing in the virtio header or the frame. Headers must lie whole in the frame's first buffer, which
 * the monitor always fills with up to 4084 bytes; hdr_len is a hint only and is not read (virtio 1.2, 5.1.6.2).
 * A frame that cannot be sent right is refused, not sent wrong.
 */
#include "tx_offload.h"
#include "e1000_regs.h"

#define ETHERNET_BYTES 14u
#define VLAN_TAG_BYTES 4u
#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define ETHERTYPE_VLAN 0x8100
#define IPV4_HEADER_MIN 20u
#define IPV6_HEADER_BYTES 40u
#define TCP_HEADER_MIN 20u
#define TCP_CHECKSUM_OFFSET 16u
#define PROTOCOL_TCP 6
#define FRAME_MIN 17u /* [E] 3.3.3: the hardware pads to 60 only what has at least this */

static u16 big_endian16(const u8 *at) {
    return (u16)((at[0] << 8) | at[1]);
}

static void put_big_endian16(u8 *at, u32 value) {
    at[0] = (u8)(value >> 8);
    at[1] = (u8)value;
}

/* Ones' complement sum of an even number of bytes, folded to 16 bits (RFC 1071). */
static u32 sum16(const u8 *at, u32 bytes, u32 sum) {
    for (u32 i = 0; i < bytes; i += 2) {
        sum += big_endian16(at + i);
    }
    sum = (sum & 0xffff) + (sum >> 16);
    return (sum & 0xffff) + (sum >> 16);
}

/* Offset of the network header, past one VLAN tag; the ethertype goes to `type`. Needs 18 bytes. */
static u32 network_offset(const u8 *bytes, u16 *type) {
    *type = big_endian16(bytes + 12);
    if (*type == ETHERTYPE_VLAN) {
        *type = big_endian16(bytes + 16);
        return ETHERNET_BYTES + VLAN_TAG_BYTES;
    }
    return ETHERNET_BYTES;
}

static u32 largest_frame(void) {
    return boot_page()->mtu + ETHERNET_BYTES + VLAN_TAG_BYTES;
}

static void plan_checksum(const struct host_frame *frame, struct offload *offload) {
    u32 start = frame->header.csum_start;
    u32 field = start + frame->header.csum_offset;
    /* The fields of the descriptor have 8 bits; two bytes are written at `field`. */
    if (start < ETHERNET_BYTES || field > 0xff || field + 2 > frame->part[0].length) {
        return;
    }
    bool tcp = frame->header.csum_offset == TCP_CHECKSUM_OFFSET;
    /*
     * IPCSS to IPCSE are not used (no IXSM in the data descriptor) but kept sane. TUCSE 0 is "to the end". The
     * pseudo-header's sum from the host is in the field already, as the card wants it.
     */
    offload->context_low = ((u64)ETHERNET_BYTES << TXC_IPCSS_SHIFT) | ((u64)start << TXC_TUCSS_SHIFT)
                           | ((u64)field << TXC_TUCSO_SHIFT);
    offload->context_high = TXD_DTYP_CONTEXT | TXD_DEXT | (tcp ? TXC_TUCMD_TCP : 0);
    offload->data_options = TXD_POPTS_TXSM;
    offload->kind = OFFLOAD_CHECKSUM;
}

/* Length of the headers up to the TCP header if frame is what its gso_type says; 0 if not. */
static u32 transport_offset(const struct host_frame *frame, const u8 *bytes, u32 network) {
    u32 present = frame->part[0].length;
    u32 transport;
    if (frame->header.gso_type == NET_HDR_GSO_TCPV4) {
        if (present < network + IPV4_HEADER_MIN) {
            return 0;
        }
        u32 header = (bytes[network] & 0xfu) * 4u;
        if (bytes[network] >> 4 != 4 || header < IPV4_HEADER_MIN || bytes[network + 9] != PROTOCOL_TCP) {
            return 0;
        }
        transport = network + header;
    } else {
        /* Extension headers may stand between; the host says where TCP starts, and only that is used. */
        transport = frame->header.csum_start;
        if (present < network + IPV6_HEADER_BYTES || bytes[network] >> 4 != 6
            || transport < network + IPV6_HEADER_BYTES) {
            return 0;
        }
    }
    bool agrees = transport == frame->header.csum_start && frame->header.csum_offset == TCP_CHECKSUM_OFFSET;
    return agrees && present >= transport + TCP_HEADER_MIN ? transport : 0;
}

static void plan_segments(struct host_frame *frame, struct offload *offload) {
    u8 *bytes = (u8 *)frame->part[0].address;
    u16 type;
    u32 network = network_offset(bytes, &type);
    bool v4 = frame->header.gso_type == NET_HDR_GSO_TCPV4;
    u32 transport = transport_offset(frame, bytes, network);
    if (type != (v4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6) || transport == 0) {
        return;
    }
    u32 tcp_bytes = (bytes[transport + 12] >> 4) * 4u;
    u32 headers = transport + tcp_bytes;
    u32 mss = frame->header.gso_size;
    if (tcp_bytes < TCP_HEADER_MIN || headers > 0xff || headers > frame->part[0].length
        || headers >= frame->length || mss == 0 || headers + mss > largest_frame()) {
        return;
    }
    u32 payload = frame->length - headers;
    if (payload > TXC_PAYLEN_MAX) {
        return;
    }
    /*
     * The card fills in the length of each segment, so lengths and IPv4 checksum start from zero and the TCP
     * checksum from the pseudo-header without its length ([E] 3.5.7, [L] 7.2.11.6).
     */
    u32 pseudo;
    u64 ip_fields;
    if (v4) {
        put_big_endian16(bytes + network + 2, 0);
        put_big_endian16(bytes + network + 10, 0);
        pseudo = sum16(bytes + network + 12, 8, PROTOCOL_TCP);
        ip_fields = ((u64)(network + 10) << TXC_IPCSO_SHIFT) | ((u64)(transport - 1) << TXC_IPCSE_SHIFT);
    } else {
        put_big_endian16(bytes + network + 4, 0);
        pseudo = sum16(bytes + network + 8, 32, PROTOCOL_TCP);
        ip_fields = 0;
    }
    put_big_endian16(bytes + transport + TCP_CHECKSUM_OFFSET, pseudo);
    offload->context_low = ((u64)network << TXC_IPCSS_SHIFT) | ip_fields | ((u64)transport << TXC_TUCSS_SHIFT)
                           | ((u64)(transport + TCP_CHECKSUM_OFFSET) << TXC_TUCSO_SHIFT);
    offload->context_high = payload | TXD_DTYP_CONTEXT | TXD_DEXT | TXC_TUCMD_TCP | TXC_TUCMD_TSE
                            | (v4 ? TXC_TUCMD_IP : 0) | ((u64)headers << TXC_HDRLEN_SHIFT)
                            | ((u64)mss << TXC_MSS_SHIFT);
    offload->data_command = TXD_TSE;
    offload->data_options = TXD_POPTS_TXSM | (v4 ? TXD_POPTS_IXSM : 0);
    offload->kind = OFFLOAD_SEGMENTS;
}

void plan_offload(struct host_frame *frame, struct offload *offload) {
    *offload = (struct offload){.kind = OFFLOAD_REFUSED};
    if (frame->parts == 0 || frame->part[0].length < FRAME_MIN + 1) {
        return; /* FRAME_MIN + 1: also enough for the ethertype behind a VLAN tag */
    }
    bool checksum = (frame->header.flags & NET_HDR_F_NEEDS_CSUM) != 0;
    switch (frame->header.gso_type) {
        case NET_HDR_GSO_NONE:
            if (frame->length > largest_frame()) {
                return;
            }
            if (checksum) {
                plan_checksum(frame, offload);
            } else {
                offload->kind = OFFLOAD_NONE;
            }
            return;
        case NET_HDR_GSO_TCPV4:
        case NET_HDR_GSO_TCPV6:
            if (checksum) { /* virtio 1.2, 5.1.6.2: segmentation needs it */
                plan_segments(frame, offload);
            }
            return;
        default:
            return;
    }
}

// SPDX-License-Identifier: Apache-2.0
/*
 * The kernel half of the proxy, and all that Cofferdam runs in the host kernel.
 *
 * The tap is the card's network device for the host: what the domain sends enters by it, what the host sends
 * to the card leaves by it. A port is another interface, such as the host's end of a container's veth pair.
 *
 *     domain -> tap:  cofd_tap_xdp, cofd_tap_in -> the host's stack, a port, or nowhere
 *     host   -> tap:  cofd_tap_out              -> the domain, a port, or nowhere
 *     port   -> port: cofd_port_in              -> the domain, the host's stack, another port, or nowhere
 *
 * Trusted: the maps, which only the monitor writes, and what the kernel says about a frame (its length,
 * segmentation, the interface it came by). Not trusted: every byte of every frame. The Ethernet header is
 * copied to the stack once, checked, then used; nothing behind it is read. Zeroed maps let nothing through.
 * Every refusal is counted by direction and reason in `drops`; its event may be lost, which is counted too.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Apache-2.0"; /* no helper below asks for the GPL */
#define MAX_PORTS 8
#define MAX_ETHERTYPES 8
#define UDP_HEADERS 42 /* bytes, with IPv4's and Ethernet's: the least that a UDP frame has */
#define SECOND 1000000000ULL
#define PASS TC_ACT_UNSPEC /* on to the operator's own filters, if there are any */

/* These numbers are also those of the Java enums in org.cofferdam.proxy.kernel. */
enum direction { FROM_DOMAIN, FROM_HOST, FROM_PORT, TO_PORT, WIRE_IN, WIRE_OUT, DIRECTIONS };
enum reason { NOT_READY, SIZE, ETHERTYPE, SPOOFED_SOURCE, UNKNOWN_DESTINATION, RATE, NOT_ALLOWED, BLOCKED,
              COPY_FAILED, WIRE_CLOSED, REASONS, GOOD };
enum way { DOMAIN_TO_HOST, DOMAIN_TO_PORT, HOST_TO_DOMAIN, HOST_TO_PORT, PORT_TO_DOMAIN, PORT_TO_HOST,
           PORT_TO_PORT, WAYS };
enum action { NOWHERE, TO_HOST, TO_INTERFACE };
enum flag { TALKS_TO_HOST = 1, TALKS_TO_PORTS = 2 };
enum bucket_index { DOMAIN_BUCKET, HOST_BUCKET, FIRST_PORT_BUCKET };

struct config {
    __u32 tap;                        /* its interface index */
    __u32 max_frame, max_gso;         /* bytes of a frame on the wire; of one that is still to be segmented */
    __u16 ethertypes[MAX_ETHERTYPES]; /* host byte order; 0 marks an unused place */
};
struct mac { __u8 bytes[ETH_ALEN]; };
struct header { struct mac dst, src; __be16 protocol; }; /* of an Ethernet frame, 14 bytes */
struct station { __u32 action, ifindex, flags, bucket; }; /* who has a MAC address */
struct port { __u32 ifindex, flags; };
struct bucket {
    struct bpf_spin_lock lock;
    __u32 burst;  /* frames */
    __u64 rate;   /* frames a second, at most 10^9; 0 = no limit */
    __u64 last;   /* ns, CLOCK_MONOTONIC */
    __s64 credit; /* frames * SECOND; a coalesced frame may overdraw it */
};
struct drop_counts { __u64 frames[REASONS], events_lost; };
struct traffic { __u64 frames, bytes; };
struct drop_event { __u64 ktime; __u32 ifindex, length; __u16 ethertype; __u8 reason, direction; struct mac dst, src; };

#define MAP(name, kind, entries, k, v)                                                                       \
    struct { __uint(type, kind); __uint(max_entries, entries); __type(key, k); __type(value, v); } name SEC(".maps")
MAP(config, BPF_MAP_TYPE_ARRAY, 1, __u32, struct config);
MAP(fdb, BPF_MAP_TYPE_HASH, 256, struct mac, struct station);
MAP(ports, BPF_MAP_TYPE_ARRAY, MAX_PORTS, __u32, struct port);
MAP(buckets, BPF_MAP_TYPE_ARRAY, FIRST_PORT_BUCKET + MAX_PORTS, __u32, struct bucket);
MAP(drops, BPF_MAP_TYPE_PERCPU_ARRAY, DIRECTIONS, __u32, struct drop_counts);
MAP(forwarded, BPF_MAP_TYPE_PERCPU_ARRAY, WAYS, __u32, struct traffic);
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 1 << 16); } events SEC(".maps");

struct frame { /* what the checks need of a frame, on the stack */
    struct header eth;
    __u16 ethertype;
    __u32 length, segments, ifindex, direction, tap;
    struct station *from, *to; /* NULL = not known here */
};

static int is_group(struct mac mac) { return mac.bytes[0] & 1; }
static int is_host(const struct station *s) { return s && s->action == TO_HOST; }
static int is_port(const struct station *s) { return s && s->action == TO_INTERFACE; }

static struct drop_counts *count_drop(__u32 direction, __u32 reason)
{
    struct drop_counts *d = bpf_map_lookup_elem(&drops, &direction);
    if (d && reason < REASONS)
        d->frames[reason]++;
    return d;
}

static int drop(const struct frame *f, __u32 reason)
{
    struct drop_counts *d = count_drop(f->direction, reason);
    struct drop_event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
    if (e) {
        *e = (struct drop_event){bpf_ktime_get_ns(), f->ifindex, f->length, f->ethertype, reason, f->direction,
                                 f->eth.dst, f->eth.src};
        bpf_ringbuf_submit(e, 0);
    } else if (d) {
        d->events_lost++;
    }
    return TC_ACT_SHOT;
}

static int pass(const struct frame *f, __u32 way)
{
    struct traffic *t = bpf_map_lookup_elem(&forwarded, &way);
    if (t) {
        t->frames += f->segments;
        t->bytes += f->length;
    }
    return PASS;
}

static int send(const struct frame *f, __u32 way, __u32 ifindex, __u64 flags)
{
    pass(f, way);
    return bpf_redirect(ifindex, flags);
}

static void copy(struct __sk_buff *skb, const struct frame *f, __u32 way, __u32 ifindex, __u64 flags)
{
    if (bpf_clone_redirect(skb, ifindex, flags))
        drop(f, COPY_FAILED);
    else
        pass(f, way);
}

/* Copies a broadcast or multicast frame to each port with these flags but the one it came by. */
static void flood(struct __sk_buff *skb, const struct frame *f, __u32 way, __u32 flags)
{
    for (__u32 i = 0; i < MAX_PORTS; i++) {
        __u32 key = i;
        struct port *p = bpf_map_lookup_elem(&ports, &key);
        if (p && p->ifindex && p->ifindex != f->ifindex && (p->flags & flags) == flags)
            copy(skb, f, way, p->ifindex, 0);
    }
}

/* A token bucket that two CPUs may use at once. With the rate's bound and a second's, nothing overflows. */
static int over_rate(__u32 index, const struct frame *f)
{
    struct bucket *b = bpf_map_lookup_elem(&buckets, &index);
    __u64 now, since;
    int over;
    if (!b || !b->rate)
        return 0;
    now = bpf_ktime_get_ns();
    bpf_spin_lock(&b->lock);
    since = now > b->last ? now - b->last : 0;
    b->last += since;
    b->credit += (since < SECOND ? since : SECOND) * b->rate;
    if (b->credit > (__s64)(b->burst * SECOND))
        b->credit = b->burst * SECOND;
    over = b->credit <= 0;
    if (!over)
        b->credit -= f->segments * SECOND;
    bpf_spin_unlock(&b->lock);
    return over;
}

/* What holds in every direction: size, type, an individual source address. Finds both stations. */
static int check(struct frame *f, __be16 protocol, int coalesced)
{
    __u32 zero = 0, known = 0;
    struct config *c = bpf_map_lookup_elem(&config, &zero);
    f->ethertype = bpf_ntohs(protocol);
    if (!c || !c->max_frame)
        return NOT_READY;
    if (f->length < ETH_HLEN || f->length > (coalesced ? c->max_gso : c->max_frame))
        return SIZE;
    for (int i = 0; i < MAX_ETHERTYPES; i++)
        known |= c->ethertypes[i] == f->ethertype;
    if (!known || f->ethertype < ETH_P_802_3_MIN)
        return ETHERTYPE;
    f->tap = c->tap;
    f->segments = f->segments ? f->segments : 1 + (f->length - 1) / c->max_frame;
    f->from = bpf_map_lookup_elem(&fdb, &f->eth.src);
    f->to = bpf_map_lookup_elem(&fdb, &f->eth.dst);
    return is_group(f->eth.src) ? SPOOFED_SOURCE : GOOD;
}

static int examine(struct __sk_buff *skb, struct frame *f)
{
    f->length = skb->len;
    f->ifindex = skb->ifindex;
    f->segments = skb->gso_segs;
    if (!f->segments && skb->gso_size && skb->len > UDP_HEADERS) /* asked for by virtio-net: not counted */
        f->segments = (skb->len - UDP_HEADERS + skb->gso_size / 2) / skb->gso_size;
    if (bpf_skb_load_bytes(skb, 0, &f->eth, sizeof(f->eth)))
        return SIZE;
    return check(f, skb->vlan_present ? (__be16)skb->vlan_proto : f->eth.protocol, skb->gso_size);
}

/* Native XDP on the tap: the first that sees a frame from the domain, before a socket buffer is made of it. */
SEC("xdp")
int cofd_tap_xdp(struct xdp_md *ctx)
{
    void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    struct frame f = {.length = end - data, .ifindex = ctx->ingress_ifindex, .direction = FROM_DOMAIN};
    int why = SIZE;
    if (data + sizeof(f.eth) <= end) {
        f.eth = *(struct header *)data;
        why = check(&f, f.eth.protocol, 1); /* cofd_tap_in knows whether it is coalesced */
    }
    if (why == GOOD && f.from) /* the host's and the ports' addresses cannot come from the wire */
        why = f.from->action == NOWHERE ? BLOCKED : SPOOFED_SOURCE;
    if (why == GOOD && !f.to && !is_group(f.eth.dst))
        why = UNKNOWN_DESTINATION;
    if (why == GOOD && over_rate(DOMAIN_BUCKET, &f))
        why = RATE;
    return why == GOOD ? XDP_PASS : (drop(&f, why), XDP_DROP);
}

/* tc ingress on the tap: forwards what the XDP program let pass. */
SEC("tc")
int cofd_tap_in(struct __sk_buff *skb)
{
    struct frame f = {.direction = FROM_DOMAIN};
    int why = examine(skb, &f);
    if (why != GOOD)
        return drop(&f, why);
    if (is_port(f.from))
        return PASS; /* from cofd_port_in: XDP lets no such source pass from the domain */
    if (is_group(f.eth.dst))
        flood(skb, &f, DOMAIN_TO_PORT, 0);
    else if (is_port(f.to))
        return send(&f, DOMAIN_TO_PORT, f.to->ifindex, 0);
    else if (!is_host(f.to))
        return drop(&f, f.to ? BLOCKED : UNKNOWN_DESTINATION);
    return pass(&f, DOMAIN_TO_HOST);
}

/* tc egress on the tap: what the host's stack sends, and what cofd_port_in sends on to the domain. */
SEC("tc")
int cofd_tap_out(struct __sk_buff *skb)
{
    struct frame f = {.direction = FROM_HOST};
    int why = examine(skb, &f);
    if (why != GOOD)
        return drop(&f, why);
    if (is_port(f.from) && f.from->ifindex == skb->ingress_ifindex)
        return PASS; /* checked, charged and counted where it came in */
    if (!is_host(f.from))
        return drop(&f, SPOOFED_SOURCE);
    if (over_rate(HOST_BUCKET, &f))
        return drop(&f, RATE);
    if (is_group(f.eth.dst))
        flood(skb, &f, HOST_TO_PORT, TALKS_TO_HOST);
    else if (is_port(f.to) && (f.to->flags & TALKS_TO_HOST))
        return send(&f, HOST_TO_PORT, f.to->ifindex, 0);
    else if (f.to)
        return drop(&f, f.to->action == NOWHERE ? BLOCKED : NOT_ALLOWED);
    return pass(&f, HOST_TO_DOMAIN);
}

/* tc ingress on a port. Nothing passes to the host's stack here: what the host may have, it gets from the tap. */
SEC("tc")
int cofd_port_in(struct __sk_buff *skb)
{
    struct frame f = {.direction = FROM_PORT};
    int why = examine(skb, &f);
    if (why != GOOD)
        return drop(&f, why);
    if (!is_port(f.from) || f.from->ifindex != skb->ifindex)
        return drop(&f, SPOOFED_SOURCE);
    if (over_rate(f.from->bucket, &f))
        return drop(&f, RATE);
    if (is_group(f.eth.dst)) {
        if (f.from->flags & TALKS_TO_PORTS)
            flood(skb, &f, PORT_TO_PORT, TALKS_TO_PORTS);
        if (f.from->flags & TALKS_TO_HOST)
            copy(skb, &f, PORT_TO_HOST, f.tap, BPF_F_INGRESS);
    } else if (is_host(f.to) && (f.from->flags & TALKS_TO_HOST)) {
        return send(&f, PORT_TO_HOST, f.tap, BPF_F_INGRESS);
    } else if (is_port(f.to) && f.to->ifindex != skb->ifindex && (f.from->flags & f.to->flags & TALKS_TO_PORTS)) {
        return send(&f, PORT_TO_PORT, f.to->ifindex, 0);
    } else if (f.to) {
        return drop(&f, f.to->action == NOWHERE ? BLOCKED : NOT_ALLOWED);
    }
    return send(&f, PORT_TO_DOMAIN, f.tap, 0);
}

/* tc egress on a port: the host's own stack reaches it by the tap, that is with the tap's address, or not. */
SEC("tc")
int cofd_port_out(struct __sk_buff *skb)
{
    struct frame f = {.direction = TO_PORT};
    int why = examine(skb, &f);
    if (skb->ingress_ifindex || (why == GOOD && is_host(f.from)))
        return PASS;
    return drop(&f, why == GOOD ? NOT_ALLOWED : why);
}

/* tc both ways on the emulated card's wire: the host's stack neither hears nor speaks there; a packet socket does. */
SEC("tc")
int cofd_wire(struct __sk_buff *skb)
{
    count_drop(skb->ingress_ifindex == skb->ifindex ? WIRE_IN : WIRE_OUT, WIRE_CLOSED);
    return TC_ACT_SHOT;
}

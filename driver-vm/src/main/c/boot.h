/*
 * The contract between the monitor and an image: boot page, status page, doorbells, memory map.
 *
 * Trusts: the boot page, which the monitor wrote before the first instruction ran and which this side cannot
 * write. The monitor in turn believes nothing of the status page. Java has the same layout in DomainLayout,
 * BootPage and StatusPage. All fields are little-endian.
 */
#ifndef COFFERDAM_BOOT_H
#define COFFERDAM_BOOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define BOOT_PAGE_ADDRESS 0x00300000ull
#define BOOT_MAGIC 0x31304d4144464f43ull /* "COFDAM01" */
#define BOOT_VERSION 1u

/* Where one virtqueue lies in the domain's memory. */
struct queue_place {
    u64 desc;
    u64 avail;
    u64 used;
    u32 size;
    u32 reserved;
};

struct boot_page {
    u64 magic;
    u32 version;
    u32 flags;
    u64 tsc_khz;
    u64 bar0;
    u16 pci_vendor;
    u16 pci_device;
    u32 mtu;
    u64 status_page;
    u64 doorbells;
    u64 arena;
    u64 arena_bytes;
    u64 features;          /* virtio feature bits of the uplink; nothing is negotiated */
    struct queue_place rx; /* queue 0: host to wire */
    struct queue_place tx; /* queue 1: wire to host */
    u32 idle_passes;
};
_Static_assert(offsetof(struct boot_page, mtu) == 0x24, "boot page layout");
_Static_assert(offsetof(struct boot_page, features) == 0x48, "boot page layout");
_Static_assert(offsetof(struct boot_page, tx) == 0x70, "boot page layout");
_Static_assert(offsetof(struct boot_page, idle_passes) == 0x90, "boot page layout");

enum domain_state { STATE_BOOT = 0, STATE_READY = 1, STATE_PANICKED = 2 };

#define LINK_UP 0x1u
#define LINK_FULL_DUPLEX 0x2u
#define LINK_SPEED_SHIFT 16 /* Mbit/s in the upper half */

#define PANIC_TEXT_BYTES 256

struct status_page {
    u32 state;
    u32 link;
    u8 mac[6];
    u16 reserved0;
    u64 heartbeat;
    u64 rx_frames;
    u64 rx_bytes;
    u64 tx_frames;
    u64 tx_bytes;
    u64 rx_errors;
    u64 tx_errors;
    u64 rx_no_buffer;
    u64 waits;
    u8 reserved1[0x100 - 0x58];
    char panic_text[PANIC_TEXT_BYTES];
};
_Static_assert(offsetof(struct status_page, heartbeat) == 0x10, "status page layout");
_Static_assert(offsetof(struct status_page, panic_text) == 0x100, "status page layout");

/* A 32-bit store to doorbells + one of these leaves the domain. */
enum doorbell {
    DOORBELL_WAIT = 0x00,
    DOORBELL_YIELD = 0x04,
    DOORBELL_STATUS = 0x08,
    DOORBELL_NOTIFY = 0x0c,
    DOORBELL_FAULT = 0x10, /* only the monitor's own fault stub writes it */
    DOORBELL_PANIC = 0x14
};

static inline const struct boot_page *boot_page(void) {
    return (const struct boot_page *)BOOT_PAGE_ADDRESS;
}

static inline struct status_page *status_page(void) {
    return (struct status_page *)boot_page()->status_page;
}

static inline void ring_doorbell(enum doorbell bell, u32 value) {
    *(volatile u32 *)(boot_page()->doorbells + (u64)bell) = value;
}

#endif

/*
 * Start-up, one pass, and the way to sleep.
 *
 * Trusts: the boot page, after its magic and version were checked.
 *
 * Sleeping is signal-then-check-again: first the interrupt and the wake-ups are asked for, then all rings are
 * looked at once more, then WAIT. What comes after the look raises the interrupt; what came before it is found.
 */
#include "driver.h"

#include "e1000.h"
#include "paths.h"
#include "virtio_net.h"

#define LINK_CHECK_US 1000000u
#define CLOCK_EVERY 64u /* passes between two looks at the clock */

static u64 link_checked; /* time stamp */

void driver_check_link(void) {
    struct status_page *status = status_page();
    link_checked = time_stamp();
    u32 link = card_link();
    if (link != status->link) {
        status->link = link;
        compiler_barrier();
        ring_doorbell(DOORBELL_STATUS, 0);
    }
}

void driver_start(void) {
    const struct boot_page *boot = boot_page();
    if (boot->magic != BOOT_MAGIC || boot->version != BOOT_VERSION) {
        panic(PANIC_BOOT_PAGE, "boot page: wrong magic or version");
    }
    if (!arena_check() || boot->tsc_khz == 0 || boot->mtu < 68 || boot->mtu > 1500) {
        panic(PANIC_BOOT_PAGE, "boot page: arena too small, no tsc_khz, or an mtu outside 68 to 1500");
    }
    struct status_page *status = status_page();
    status->state = STATE_BOOT;
    card_reset();
    card_read_mac(status->mac);
    to_host_start(CARD_RX_DESCRIPTORS);
    from_host_start();
    card_enable();
    link_checked = time_stamp();
    status->link = card_link();
    status->state = STATE_READY;
    compiler_barrier();
    ring_doorbell(DOORBELL_STATUS, 0);
}

u32 driver_pass(void) {
    struct status_page *status = status_page();
    u64 passes = status->heartbeat + 1;
    *(volatile u64 *)&status->heartbeat = passes;
    if (passes % CLOCK_EVERY == 0 && time_stamp() - link_checked > microseconds(LINK_CHECK_US)) {
        card_count_losses(status);
        driver_check_link();
    }
    u32 moved = wire_to_host(status);
    moved += host_to_wire(status);
    return moved;
}

void driver_yield(void) {
    ring_doorbell(DOORBELL_YIELD, 0);
}

void driver_sleep(void) {
    /* Everything is masked while the driver polls, so this read clears all causes on both cards ([L] 10.2.4.1). */
    if ((card_causes() & INT_LSC) != 0) {
        driver_check_link();
    }
    card_unmask(INT_LSC | INT_RXT0 | INT_RXDMT0 | INT_RXO | (wire_blocked() ? INT_TXDW : 0));
    from_host_want_wakeups(true);
    to_host_want_wakeups(host_blocked());
    full_barrier();
    if (!paths_have_work()) {
        status_page()->waits++;
        ring_doorbell(DOORBELL_WAIT, 0);
    }
    card_mask_all();
    from_host_want_wakeups(false);
    to_host_want_wakeups(false);
}

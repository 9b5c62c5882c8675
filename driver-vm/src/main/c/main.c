/*
 * The nano image: the driver's loop. Entered at _start with the monitor's stack, at CPL 3, with nothing under it.
 *
 * Trusts: the monitor for the entry state (RSP, flat segments, the boot page at its fixed address).
 */
#include "driver.h"

int main(void) {
    driver_start();
    u32 empty = 0;
    for (;;) {
        if (driver_pass() > 0) {
            empty = 0;
        } else if (++empty < boot_page()->idle_passes) {
            driver_yield();
        } else {
            empty = 0;
            driver_sleep();
        }
    }
}

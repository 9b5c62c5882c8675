/*
 * The driver as a whole: started once, then passes without end. main.c is the loop; a test image may put its own
 * main() on the same driver.
 *
 * Trusts: see the files that do the work.
 */
#ifndef COFFERDAM_DRIVER_H
#define COFFERDAM_DRIVER_H

#include "platform.h"

void driver_start(void);  /* card and uplink up, state 1, STATUS rung */
u32 driver_pass(void);    /* both directions once; frames moved plus buffers taken back */
void driver_yield(void);  /* nothing found: let the monitor's agents run */
void driver_sleep(void);  /* arms the card's interrupt, looks again, WAITs if there is still nothing */
void driver_check_link(void);

#endif

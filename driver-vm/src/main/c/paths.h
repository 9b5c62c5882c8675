/*
 * The two ways of a frame through the domain; both copy no byte.
 *
 * Trusts: nothing of its own; the rings' files check what comes in.
 */
#ifndef COFFERDAM_PATHS_H
#define COFFERDAM_PATHS_H

#include "boot.h"

u32 wire_to_host(struct status_page *status); /* frames and buffers moved; 0: nothing to do or no room */
u32 host_to_wire(struct status_page *status);

/* Would the next pass find something to do that it can do? */
bool paths_have_work(void);
bool host_blocked(void); /* received frames wait for room in the uplink */
bool wire_blocked(void); /* frames from the host wait for room in the card's ring, or the card still sends */

#endif

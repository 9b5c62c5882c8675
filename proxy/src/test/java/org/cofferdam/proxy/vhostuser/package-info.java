/** Guests' sessions against front ends of all kinds: DPDK's, one of our own that does as it likes, and random bytes. */
@NullMarked
package org.cofferdam.proxy.vhostuser;

import org.jspecify.annotations.NullMarked;

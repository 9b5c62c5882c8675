/**
 * The port of the driver domain: the device side of its two network queues (virtio 1.2, section 5.1).
 *
 * <p>Lives here: {@link UplinkPort}, which copies frames out of the domain's memory and into it, and keeps what the
 * watchdog wants to know. The monitor attaches it when a domain starts and detaches it when the domain ends; the port,
 * its policy and its counters outlive any number of domains.
 *
 * <p>Runs on the switch's thread. Trusts nothing in the domain's memory: the queue refuses what virtio forbids, and
 * frames are judged on the copy.
 */
@NullMarked
package org.cofferdam.proxy.uplink;

import org.jspecify.annotations.NullMarked;

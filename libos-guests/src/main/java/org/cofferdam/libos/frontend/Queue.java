package org.cofferdam.libos.frontend;

import org.cofferdam.libos.ring.RingPlace;

/**
 * A queue as a back end is told of it.
 *
 * @param place where it lies in the shared memory
 * @param position where the back end goes on
 * @param kickFd an eventfd by which the back end is told of new chains
 * @param callFd an eventfd by which it tells of returned ones
 */
public record Queue(RingPlace place, int position, int kickFd, int callFd) {}

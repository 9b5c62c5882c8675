/**
 * The driver side of a split virtqueue (virtio 1.2, section 2.7): how a library-OS guest will reach its network card.
 *
 * <p>Lives here: where a ring's parts lie ({@link RingPlace}) and the ring itself ({@link DriverRing}).
 *
 * <p>A ring belongs to one thread; nothing here locks, and nothing allocates once a ring is made.
 *
 * <p>The device is not trusted either: what it writes into the used ring is read once and checked, and a device that
 * returns what it was not given is refused ({@link RingError}). What the driver must remember of a descriptor, it keeps
 * in its own memory and never reads back from the shared one.
 */
@NullMarked
package org.cofferdam.libos.ring;

import org.jspecify.annotations.NullMarked;

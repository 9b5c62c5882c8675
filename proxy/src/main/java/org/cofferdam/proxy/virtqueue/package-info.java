/**
 * The device side of a virtqueue, split or packed (virtio 1.2, sections 2.7 and 2.8).
 *
 * <p>Lives here: the check of where a queue lies ({@link QueueConfig}), the running queue ({@link DeviceQueue}: {@link
 * SplitQueue}, {@link PackedQueue}), the chains that were taken from it ({@link TakenChains}) and the memory that a peer may name ({@link QueueMemory}). The
 * same classes serve the driver domain's uplink and every guest.
 *
 * <p>Called by ports. A queue belongs to one thread; nothing here locks, and nothing allocates after {@link
 * QueueConfig#activate}.
 *
 * <p>Trusts nothing in the peer's memory: every index, address, length and flag is read once into a local, checked,
 * and only the checked value is used. A queue that is refused stays refused ({@link QueueError}): its owner loses the
 * port, and nobody else notices.
 */
@NullMarked
package org.cofferdam.proxy.virtqueue;

import org.jspecify.annotations.NullMarked;

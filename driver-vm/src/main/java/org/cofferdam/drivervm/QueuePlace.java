package org.cofferdam.drivervm;

/**
 * Where one virtqueue of the uplink lies (virtio 1.2, 2.7).
 *
 * @param descriptors descriptor table, 16 bytes an entry
 * @param available available ring, written by the domain
 * @param used used ring, written by the monitor
 * @param size entries, a power of two
 */
public record QueuePlace(
        GuestAddress descriptors, GuestAddress available, GuestAddress used, int size) {}

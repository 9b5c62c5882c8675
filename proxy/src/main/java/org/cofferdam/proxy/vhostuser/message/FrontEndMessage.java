package org.cofferdam.proxy.vhostuser.message;

import java.util.List;

/**
 * A message of a front end whose form was checked: every field is in its range, as far as that can be seen without
 * knowing the session. Descriptors are named by number only; the session owns them.
 */
public sealed interface FrontEndMessage {

    record GetFeatures() implements FrontEndMessage {}

    record SetFeatures(long features) implements FrontEndMessage {}

    record SetOwner() implements FrontEndMessage {}

    record ResetOwner() implements FrontEndMessage {}

    record GetProtocolFeatures() implements FrontEndMessage {}

    record SetProtocolFeatures(long features) implements FrontEndMessage {}

    record GetQueueNumber() implements FrontEndMessage {}

    /** Regions in the order of their descriptors, none overlapping another. */
    record SetMemoryTable(List<MemoryRegion> regions) implements FrontEndMessage {
        public SetMemoryTable {
            regions = List.copyOf(regions);
        }
    }

    record GetMemorySlots() implements FrontEndMessage {}

    record AddMemoryRegion(MemoryRegion region) implements FrontEndMessage {}

    record RemoveMemoryRegion(MemoryRegion region) implements FrontEndMessage {}

    /** How many descriptors a ring has: a power of two from 1 to 32768. */
    record SetQueueSize(int queue, int size) implements FrontEndMessage {}

    /** User addresses, aligned to 16, 2 and 4 bytes; {@code log} is whether the front end wants writes logged. */
    record SetQueueAddress(int queue, long descriptors, long available, long used, boolean log)
            implements FrontEndMessage {}

    /** Where the device goes on: 16 bits for a split queue, twice 16 for a packed one. */
    record SetQueueBase(int queue, int index) implements FrontEndMessage {}

    record GetQueueBase(int queue) implements FrontEndMessage {}

    /** The guest's kicks; without a descriptor the ring is to be polled. */
    record SetKick(int queue, boolean hasDescriptor) implements FrontEndMessage {}

    record SetCall(int queue, boolean hasDescriptor) implements FrontEndMessage {}

    record SetError(int queue, boolean hasDescriptor) implements FrontEndMessage {}

    record SetQueueEnable(int queue, boolean enabled) implements FrontEndMessage {}

    /** The guest's MTU, 68 to 65535. */
    record SetMtu(int mtu) implements FrontEndMessage {}

    /** A connection for what this end has to say of its own accord. */
    record SetBackEndChannel() implements FrontEndMessage {}

    /** A part of the configuration space, which has 256 bytes. */
    record GetConfig(int offset, int size) implements FrontEndMessage {}

    record SetConfig(int offset, int size) implements FrontEndMessage {}

    /** Asks for an in-flight buffer for at least one queue, none larger than {@code queueSize} from 1 to 32768. */
    record GetInflight(int queues, int queueSize) implements FrontEndMessage {}

    /** An in-flight buffer: 64 bytes or more for each queue, at a multiple of 64, both below 2^31. */
    record SetInflight(long bytes, long offset, int queues, int queueSize)
            implements FrontEndMessage {}

    record ResetDevice() implements FrontEndMessage {}

    record SetStatus(int status) implements FrontEndMessage {}

    record GetStatus() implements FrontEndMessage {}

    /** A log of writes: more than no bytes, at a multiple of 8, both below 2^31. */
    record SetLogBase(long bytes, long offset) implements FrontEndMessage {}

    /** Who is to be told when something was logged. */
    record SetLogSignal() implements FrontEndMessage {}
}

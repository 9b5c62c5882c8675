package org.cofferdam.proxy.vhostuser.message;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * From a payload to a message. Reads every byte once, from a buffer of ours; the section titles are those of the
 * vhost-user specification.
 */
public final class MessageDecoder {
    /** Most regions of a memory table. */
    public static final int MOST_REGIONS = 8;

    private static final int REGION_BYTES = 32;
    private static final int CONFIG_SPACE_BYTES = 256;
    private static final int SMALLEST_MTU = 68;
    private static final int INFLIGHT_ALIGNMENT = 64;

    // "A vring descriptor": bits 0 to 7 are the ring, bit 8 says that there is no descriptor.
    private static final long VRING_INDEX_MASK = 0xff;
    private static final long VRING_NO_DESCRIPTOR = 0x100;

    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final int queues;

    /** @param queues rings that exist: twice the number of queue pairs */
    public MessageDecoder(int queues) {
        this.queues = queues;
    }

    /**
     * Checks and reads one message.
     *
     * @param payload as many bytes as the header says
     * @param descriptors how many came with the message
     * @throws ProtocolFaultException for anything that the specification does not allow
     */
    public FrontEndMessage decode(MessageHeader header, MemorySegment payload, int descriptors)
            throws ProtocolFaultException {
        RequestCode request = header.request();
        if (payload.byteSize() != header.size() || !request.fitsBytes(header.size())) {
            throw fault(ProtocolFault.SIZE, request + " with " + payload.byteSize());
        }
        if (!request.fitsDescriptors(descriptors)) {
            throw fault(ProtocolFault.DESCRIPTORS, request + " with " + descriptors);
        }
        return switch (request) {
            case GET_FEATURES -> new FrontEndMessage.GetFeatures();
            case SET_FEATURES -> new FrontEndMessage.SetFeatures(payload.get(U64, 0));
            case SET_OWNER -> new FrontEndMessage.SetOwner();
            case RESET_OWNER -> new FrontEndMessage.ResetOwner();
            case SET_MEM_TABLE -> memoryTable(payload, descriptors);
            case SET_LOG_BASE -> logBase(payload);
            case SET_LOG_FD -> new FrontEndMessage.SetLogSignal();
            case SET_VRING_NUM -> queueSize(payload);
            case SET_VRING_ADDR -> queueAddress(payload);
            case SET_VRING_BASE -> queueBase(payload);
            case GET_VRING_BASE -> new FrontEndMessage.GetQueueBase(queue(payload.get(U32, 0)));
            case SET_VRING_KICK ->
                    new FrontEndMessage.SetKick(
                            ringOf(payload, descriptors), hasDescriptor(payload));
            case SET_VRING_CALL ->
                    new FrontEndMessage.SetCall(
                            ringOf(payload, descriptors), hasDescriptor(payload));
            case SET_VRING_ERR ->
                    new FrontEndMessage.SetError(
                            ringOf(payload, descriptors), hasDescriptor(payload));
            case GET_PROTOCOL_FEATURES -> new FrontEndMessage.GetProtocolFeatures();
            case SET_PROTOCOL_FEATURES ->
                    new FrontEndMessage.SetProtocolFeatures(payload.get(U64, 0));
            case GET_QUEUE_NUM -> new FrontEndMessage.GetQueueNumber();
            case SET_VRING_ENABLE -> queueEnable(payload);
            case NET_SET_MTU -> mtu(payload.get(U64, 0));
            case SET_BACKEND_REQ_FD -> new FrontEndMessage.SetBackEndChannel();
            case GET_CONFIG -> getConfig(payload);
            case SET_CONFIG -> setConfig(payload);
            case GET_INFLIGHT_FD -> getInflight(u16(payload, 16), u16(payload, 18));
            case SET_INFLIGHT_FD -> setInflight(payload);
            case RESET_DEVICE -> new FrontEndMessage.ResetDevice();
            case GET_MAX_MEM_SLOTS -> new FrontEndMessage.GetMemorySlots();
            case ADD_MEM_REG -> new FrontEndMessage.AddMemoryRegion(region(payload, 8));
            case REM_MEM_REG -> new FrontEndMessage.RemoveMemoryRegion(region(payload, 8));
            case SET_STATUS -> status(payload.get(U64, 0));
            case GET_STATUS -> new FrontEndMessage.GetStatus();
        };
    }

    // "Memory regions description": a count, padding, the regions; one descriptor each, in the same
    // order.
    private static FrontEndMessage memoryTable(MemorySegment payload, int descriptors)
            throws ProtocolFaultException {
        int count = payload.get(U32, 0);
        if (count < 0 || count > MOST_REGIONS || count != descriptors) {
            throw fault(
                    ProtocolFault.REGION_COUNT,
                    Integer.toUnsignedString(count) + " regions, " + descriptors + " descriptors");
        }
        if (payload.byteSize() != 8 + (long) REGION_BYTES * count) {
            throw fault(ProtocolFault.SIZE, count + " regions in " + payload.byteSize() + " bytes");
        }
        List<MemoryRegion> regions = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            MemoryRegion region = region(payload, 8 + (long) REGION_BYTES * i);
            for (MemoryRegion other : regions) {
                if (region.overlaps(other)) {
                    throw fault(ProtocolFault.REGION_OVERLAP, other + " and " + region);
                }
            }
            regions.add(region);
        }
        return new FrontEndMessage.SetMemoryTable(regions);
    }

    private static MemoryRegion region(MemorySegment payload, long at)
            throws ProtocolFaultException {
        return MemoryRegion.checked(
                payload.get(U64, at),
                payload.get(U64, at + 8),
                payload.get(U64, at + 16),
                payload.get(U64, at + 24));
    }

    private int queue(int index) throws ProtocolFaultException {
        if (index < 0 || index >= queues) {
            throw fault(ProtocolFault.QUEUE_INDEX, Integer.toUnsignedString(index));
        }
        return index;
    }

    private FrontEndMessage queueSize(MemorySegment payload) throws ProtocolFaultException {
        int size = payload.get(U32, 4);
        // virtio 1.2, 2.7 and 2.8; that a split queue's is a power of two is asked when the layout
        // is known.
        if (size < 1 || size > 32768) {
            throw fault(ProtocolFault.QUEUE_SIZE, Integer.toUnsignedString(size));
        }
        return new FrontEndMessage.SetQueueSize(queue(payload.get(U32, 0)), size);
    }

    // "A vring address description": index, flags, then descriptor table, used ring, available ring
    // and log address.
    private FrontEndMessage queueAddress(MemorySegment payload) throws ProtocolFaultException {
        int index = queue(payload.get(U32, 0));
        int flags = payload.get(U32, 4);
        if ((flags & ~1) != 0) {
            throw fault(ProtocolFault.FLAGS, "vring flags 0x" + Integer.toHexString(flags));
        }
        long descriptors = payload.get(U64, 8);
        long used = payload.get(U64, 16);
        long available = payload.get(U64, 24);
        // Addresses with bit 63 are nobody's: no region reaches there.
        boolean wrong =
                (descriptors & 15) != 0
                        || (available & 1) != 0
                        || (used & 3) != 0
                        || descriptors < 0
                        || available < 0
                        || used < 0;
        if (wrong) {
            throw fault(
                    ProtocolFault.RING_ALIGNMENT,
                    "0x%x, 0x%x, 0x%x".formatted(descriptors, available, used));
        }
        return new FrontEndMessage.SetQueueAddress(
                index, descriptors, available, used, (flags & 1) != 0);
    }

    // "A vring state description": what the number means depends on the layout, which may be
    // negotiated later.
    private FrontEndMessage queueBase(MemorySegment payload) throws ProtocolFaultException {
        return new FrontEndMessage.SetQueueBase(queue(payload.get(U32, 0)), payload.get(U32, 4));
    }

    private FrontEndMessage queueEnable(MemorySegment payload) throws ProtocolFaultException {
        int value = payload.get(U32, 4);
        if (value != 0 && value != 1) {
            throw fault(ProtocolFault.ORDER, "enable " + Integer.toUnsignedString(value));
        }
        return new FrontEndMessage.SetQueueEnable(queue(payload.get(U32, 0)), value == 1);
    }

    private int ringOf(MemorySegment payload, int descriptors) throws ProtocolFaultException {
        long value = payload.get(U64, 0);
        if ((value & ~(VRING_INDEX_MASK | VRING_NO_DESCRIPTOR)) != 0) {
            throw fault(ProtocolFault.QUEUE_INDEX, "0x" + Long.toHexString(value));
        }
        // "SET_VRING_KICK": with the no-descriptor bit none comes, without it one does.
        if ((descriptors == 1) != hasDescriptor(payload)) {
            throw fault(ProtocolFault.DESCRIPTORS, "0x%x with %d".formatted(value, descriptors));
        }
        return queue((int) (value & VRING_INDEX_MASK));
    }

    private static boolean hasDescriptor(MemorySegment payload) {
        return (payload.get(U64, 0) & VRING_NO_DESCRIPTOR) == 0;
    }

    private static FrontEndMessage mtu(long value) throws ProtocolFaultException {
        if (value < SMALLEST_MTU || value > 0xffff) {
            throw fault(ProtocolFault.MTU, Long.toUnsignedString(value));
        }
        return new FrontEndMessage.SetMtu((int) value);
    }

    private static FrontEndMessage status(long value) throws ProtocolFaultException {
        // virtio 1.2, 2.1: the device status field has 8 bits.
        if ((value & ~0xffL) != 0) {
            throw fault(ProtocolFault.FLAGS, "status 0x" + Long.toHexString(value));
        }
        return new FrontEndMessage.SetStatus((int) value);
    }

    // "Log description": size and mmap offset.
    private static FrontEndMessage logBase(MemorySegment payload) throws ProtocolFaultException {
        long bytes = payload.get(U64, 0);
        long offset = payload.get(U64, 8);
        if (!isPart(bytes, offset, Long.BYTES)) {
            throw fault(ProtocolFault.LOG, "%d bytes at %d".formatted(bytes, offset));
        }
        return new FrontEndMessage.SetLogBase(bytes, offset);
    }

    // "Inflight description": size, mmap offset, queues, queue size. In a GET the first two mean
    // nothing.
    private FrontEndMessage getInflight(int count, int size) throws ProtocolFaultException {
        if (count < 1 || count > queues || size < 1 || size > 32768) {
            throw fault(ProtocolFault.INFLIGHT, count + " queues of " + size);
        }
        return new FrontEndMessage.GetInflight(count, size);
    }

    private FrontEndMessage setInflight(MemorySegment payload) throws ProtocolFaultException {
        long bytes = payload.get(U64, 0);
        long offset = payload.get(U64, 8);
        int count = u16(payload, 16);
        int size = u16(payload, 18);
        if (count < 1
                || count > queues
                || !isPart(bytes, offset, INFLIGHT_ALIGNMENT)
                || bytes / count < INFLIGHT_ALIGNMENT) {
            throw fault(
                    ProtocolFault.INFLIGHT,
                    "%d bytes at %d for %d queues of %d".formatted(bytes, offset, count, size));
        }
        return new FrontEndMessage.SetInflight(bytes, offset, count, size);
    }

    /** Whether a part of a file is possible; the sum of the two is below 2^32 then. */
    private static boolean isPart(long bytes, long offset, int alignment) {
        return bytes > 0
                && bytes <= Integer.MAX_VALUE
                && offset >= 0
                && offset <= Integer.MAX_VALUE
                && offset % alignment == 0;
    }

    // "Virtio device config space": offset, size, flags, then that many bytes. A GET may carry none
    // of them.
    private static FrontEndMessage getConfig(MemorySegment payload) throws ProtocolFaultException {
        int offset = payload.get(U32, 0);
        int size = payload.get(U32, 4);
        checkConfig(offset, size);
        if (payload.byteSize() != 12 && payload.byteSize() != 12L + size) {
            throw fault(ProtocolFault.SIZE, size + " bytes of configuration");
        }
        return new FrontEndMessage.GetConfig(offset, size);
    }

    private static FrontEndMessage setConfig(MemorySegment payload) throws ProtocolFaultException {
        int offset = payload.get(U32, 0);
        int size = payload.get(U32, 4);
        checkConfig(offset, size);
        if (payload.byteSize() != 12L + size) {
            throw fault(ProtocolFault.SIZE, size + " bytes of configuration");
        }
        return new FrontEndMessage.SetConfig(offset, size);
    }

    private static void checkConfig(int offset, int size) throws ProtocolFaultException {
        // Both are below 257 before they are added.
        if (offset < 0
                || offset > CONFIG_SPACE_BYTES
                || size < 1
                || size > CONFIG_SPACE_BYTES
                || offset + size > CONFIG_SPACE_BYTES) {
            throw fault(
                    ProtocolFault.CONFIG,
                    Integer.toUnsignedString(size)
                            + " bytes at "
                            + Integer.toUnsignedString(offset));
        }
    }

    private static int u16(MemorySegment payload, long at) {
        return Short.toUnsignedInt(payload.get(U16, at));
    }

    private static ProtocolFaultException fault(ProtocolFault fault, String detail) {
        return new ProtocolFaultException(fault, detail);
    }
}

package org.cofferdam.proxy.vhostuser;

import java.lang.foreign.MemorySegment;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.memory.PassedMemory;
import org.cofferdam.binding.memory.SharedMemory;
import org.cofferdam.binding.socket.PassedDescriptor;
import org.cofferdam.proxy.vhostuser.message.FrontEndMessage;
import org.cofferdam.proxy.vhostuser.message.ProtocolFault;
import org.cofferdam.proxy.vhostuser.message.ProtocolFaultException;
import org.cofferdam.proxy.virtqueue.InflightRegion;
import org.cofferdam.proxy.virtqueue.QueueConfig;

/**
 * The in-flight buffer of a session, as the front end passed it: one part for each queue, all of one size. This end
 * makes it when asked, keeps nothing of it, and gets it back from whoever holds it (vhost-user specification, "Inflight
 * I/O tracking"). The guest's thread.
 */
final class InflightBuffer implements AutoCloseable {
    private static final int PAGE = 4096;
    private static final int ALIGNMENT = 64;

    private final PassedMemory memory;
    private final long offset;
    private final long partBytes;
    private final int queues;

    private InflightBuffer(PassedMemory memory, FrontEndMessage.SetInflight message) {
        this.memory = memory;
        this.offset = message.offset();
        this.queues = message.queues();
        this.partBytes = message.bytes() / message.queues() / ALIGNMENT * ALIGNMENT;
    }

    /** A new buffer of zeros for queues of either layout; the caller's. */
    static SharedMemory create(int queues, int queueSize) {
        long bytes = queues * InflightRegion.bytes(QueueConfig.Layout.PACKED, queueSize);
        return SharedMemory.create("cofferdam-inflight", (bytes + PAGE - 1) / PAGE * PAGE);
    }

    /** Maps one and takes the descriptor over; on a fault the descriptor is still the caller's. */
    static InflightBuffer map(FrontEndMessage.SetInflight message, PassedDescriptor descriptor)
            throws ProtocolFaultException {
        try {
            // Neither is negative, and both are below 2^31: the decoder saw to it.
            return new InflightBuffer(
                    PassedMemory.map(descriptor, message.offset() + message.bytes()), message);
        } catch (IllegalArgumentException e) {
            throw new ProtocolFaultException(
                    ProtocolFault.INFLIGHT, String.valueOf(e.getMessage()));
        } catch (NativeCallException e) {
            throw new ProtocolFaultException(ProtocolFault.KERNEL, e.getMessage());
        }
    }

    /** A queue's part. */
    InflightRegion part(int queue, QueueConfig config) throws ProtocolFaultException {
        long bytes = InflightRegion.bytes(config.layout(), config.size());
        if (queue >= queues || bytes > partBytes) {
            throw new ProtocolFaultException(
                    ProtocolFault.INFLIGHT,
                    "queue %d of %d, %d bytes of %d".formatted(queue, queues, bytes, partBytes));
        }
        MemorySegment part = memory.segment().asSlice(offset + queue * partBytes, bytes);
        return new InflightRegion(part);
    }

    @Override
    public void close() {
        memory.close();
    }
}

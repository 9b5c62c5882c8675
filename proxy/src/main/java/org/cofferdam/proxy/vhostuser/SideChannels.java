package org.cofferdam.proxy.vhostuser;

import java.util.List;
import org.cofferdam.binding.event.PeerSignal;
import org.cofferdam.binding.socket.PassedDescriptor;
import org.cofferdam.proxy.vhostuser.message.FrontEndMessage;
import org.cofferdam.proxy.vhostuser.message.ProtocolFault;
import org.cofferdam.proxy.vhostuser.message.ProtocolFaultException;
import org.cofferdam.proxy.vhostuser.message.ReplyEncoder;
import org.cofferdam.proxy.virtqueue.InflightRegion;
import org.cofferdam.proxy.virtqueue.QueueConfig;
import org.cofferdam.proxy.virtqueue.QueueMemory;
import org.jspecify.annotations.Nullable;

/**
 * What a session may hold beside memory and queues, each by a protocol feature of its own: the in-flight buffer, the log
 * of writes, the connection for what this end has to say. What queues use of it is replaced and closed only while none
 * runs; the session sees to that. The guest's thread.
 */
final class SideChannels implements AutoCloseable {
    private @Nullable InflightBuffer inflight;
    private @Nullable MigrationLog log;
    private @Nullable PeerSignal logged;
    private @Nullable BackEndChannel channel;

    void inflight(FrontEndMessage.SetInflight message, List<PassedDescriptor> descriptors)
            throws ProtocolFaultException {
        InflightBuffer next = InflightBuffer.map(message, descriptors.getFirst());
        descriptors.removeFirst();
        if (inflight != null) {
            inflight.close();
        }
        inflight = next;
    }

    void log(FrontEndMessage.SetLogBase message, List<PassedDescriptor> descriptors)
            throws ProtocolFaultException {
        MigrationLog next = MigrationLog.map(message, descriptors.getFirst());
        descriptors.removeFirst();
        if (log != null) {
            log.close();
        }
        log = next;
    }

    void logSignal(@Nullable PeerSignal next) {
        if (logged != null) {
            logged.close();
        }
        logged = next;
    }

    void channel(List<PassedDescriptor> descriptors) throws ProtocolFaultException {
        BackEndChannel next = BackEndChannel.of(descriptors.getFirst());
        descriptors.removeFirst();
        if (channel != null) {
            channel.close();
        }
        channel = next;
    }

    /** A queue's part of the in-flight buffer; null without one. */
    @Nullable InflightRegion part(int queue, QueueConfig config) throws ProtocolFaultException {
        return inflight == null ? null : inflight.part(queue, config);
    }

    /**
     * The memory as a queue is to use it.
     *
     * @param logging whether the front end wants writes logged; it may say so before it says where
     */
    QueueMemory memory(MemoryTable table, boolean logging) throws ProtocolFaultException {
        QueueMemory memory = table.queueMemory();
        if (!logging || log == null) {
            return memory;
        }
        try {
            return memory.withLog(log.writes());
        } catch (IllegalArgumentException e) {
            throw new ProtocolFaultException(ProtocolFault.LOG, String.valueOf(e.getMessage()));
        }
    }

    /** Something was logged. May block for as long as the guest wants. */
    void ringLog() {
        if (logged != null) {
            logged.ring();
        }
    }

    /** The configuration space has changed; whether the front end was told. */
    boolean configurationChanged(ReplyEncoder encoder) {
        return channel != null && channel.configurationChanged(encoder);
    }

    /** Lets go of all; no queue may run. */
    @Override
    public void close() {
        if (channel != null) {
            channel.close();
        }
        channel = null;
        if (logged != null) {
            logged.close();
        }
        logged = null;
        if (log != null) {
            log.close();
        }
        log = null;
        if (inflight != null) {
            inflight.close();
        }
        inflight = null;
    }
}

package org.cofferdam.proxy.vhostuser;

import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.memory.PassedMemory;
import org.cofferdam.binding.socket.PassedDescriptor;
import org.cofferdam.proxy.vhostuser.message.FrontEndMessage;
import org.cofferdam.proxy.vhostuser.message.ProtocolFault;
import org.cofferdam.proxy.vhostuser.message.ProtocolFaultException;
import org.cofferdam.proxy.virtqueue.WriteLog;

/**
 * The memory in which a front end wants to find what was written to its own (vhost-user specification, SET_LOG_BASE).
 * The guest's thread makes and closes it, the latter while no queue runs.
 */
final class MigrationLog implements AutoCloseable {
    private final PassedMemory memory;
    private final WriteLog writes;

    private MigrationLog(PassedMemory memory, FrontEndMessage.SetLogBase message) {
        this.memory = memory;
        this.writes = new WriteLog(memory.segment().asSlice(message.offset(), message.bytes()));
    }

    /** Maps one and takes the descriptor over; on a fault the descriptor is still the caller's. */
    static MigrationLog map(FrontEndMessage.SetLogBase message, PassedDescriptor descriptor)
            throws ProtocolFaultException {
        try {
            // Neither is negative, and both are below 2^31: the decoder saw to it.
            return new MigrationLog(
                    PassedMemory.map(descriptor, message.offset() + message.bytes()), message);
        } catch (IllegalArgumentException e) {
            throw new ProtocolFaultException(ProtocolFault.LOG, String.valueOf(e.getMessage()));
        } catch (NativeCallException e) {
            throw new ProtocolFaultException(ProtocolFault.KERNEL, e.getMessage());
        }
    }

    WriteLog writes() {
        return writes;
    }

    @Override
    public void close() {
        memory.close();
    }
}

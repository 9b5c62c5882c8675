package org.cofferdam.proxy.vhostuser;

import java.lang.foreign.MemorySegment;
import org.cofferdam.binding.socket.PassedDescriptor;
import org.cofferdam.binding.socket.UnixStream;
import org.cofferdam.proxy.vhostuser.message.ProtocolFault;
import org.cofferdam.proxy.vhostuser.message.ProtocolFaultException;
import org.cofferdam.proxy.vhostuser.message.ReplyEncoder;

/**
 * The second connection of a session, over which this end speaks first (vhost-user specification, "Back-end
 * communication"). No answer is asked for, so nothing is read from it. The guest's thread.
 */
final class BackEndChannel implements AutoCloseable {
    private final UnixStream stream;
    private boolean broken;

    private BackEndChannel(UnixStream stream) {
        this.stream = stream;
    }

    /** Takes the descriptor over; if it is no Unix stream socket, it stays the caller's. */
    static BackEndChannel of(PassedDescriptor descriptor) throws ProtocolFaultException {
        try {
            return new BackEndChannel(UnixStream.adopt(descriptor));
        } catch (IllegalArgumentException e) {
            throw new ProtocolFaultException(
                    ProtocolFault.NOT_A_SOCKET, String.valueOf(e.getMessage()));
        }
    }

    /**
     * Says that the configuration space has changed; the front end reads it again by GET_CONFIG.
     *
     * @return whether that was sent. A front end that does not read has enough of these waiting, all alike
     */
    boolean configurationChanged(ReplyEncoder encoder) {
        if (broken) {
            return false;
        }
        MemorySegment message = encoder.configurationChanged();
        int bytes = (int) message.byteSize();
        int sent = stream.send(message, 0, bytes);
        // After half a message nothing that follows could be understood.
        broken = sent == UnixStream.END || (sent > 0 && sent < bytes);
        return sent == bytes;
    }

    @Override
    public void close() {
        stream.close();
    }
}

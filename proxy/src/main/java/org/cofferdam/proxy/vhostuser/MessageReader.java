package org.cofferdam.proxy.vhostuser;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.cofferdam.binding.socket.PassedDescriptor;
import org.cofferdam.binding.socket.UnixStream;
import org.cofferdam.proxy.vhostuser.message.MessageHeader;
import org.cofferdam.proxy.vhostuser.message.ProtocolFault;
import org.cofferdam.proxy.vhostuser.message.ProtocolFaultException;
import org.cofferdam.proxy.vhostuser.message.RequestCode;
import org.jspecify.annotations.Nullable;

/**
 * Makes messages of a stream: the header's 12 bytes first, then as many as it says and no more, so that descriptors of
 * the next message are never taken for this one's. Bytes may come one by one. The guest's thread.
 */
final class MessageReader implements AutoCloseable {
    /** What a look at the stream found. */
    enum Found {
        /** Nothing more for now. */
        NOTHING,
        /** A whole message: {@link #header}, {@link #payload}, {@link #descriptors}. */
        MESSAGE,
        /** The peer has closed, between two messages. */
        END
    }

    private final UnixStream stream;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment buffer =
            arena.allocate(MessageHeader.BYTES + RequestCode.MOST_BYTES, 8);
    private final List<PassedDescriptor> descriptors = new ArrayList<>();
    private @Nullable MessageHeader header;
    private int read;

    MessageReader(UnixStream stream) {
        this.stream = stream;
    }

    /**
     * Reads on without waiting.
     *
     * @throws ProtocolFaultException for a header that is none, too many descriptors, or an end inside a message
     */
    Found poll() throws ProtocolFaultException {
        while (true) {
            int wanted = MessageHeader.BYTES + (header == null ? 0 : header.size());
            if (read == wanted && header != null) {
                return Found.MESSAGE;
            }
            int n;
            try {
                n = stream.receive(buffer, read, wanted - read, descriptors);
            } catch (UnixStream.TooManyDescriptorsException e) {
                throw new ProtocolFaultException(
                        ProtocolFault.DESCRIPTORS, String.valueOf(e.getMessage()));
            }
            if (n == UnixStream.END) {
                if (read == 0) {
                    return Found.END;
                }
                throw new ProtocolFaultException(ProtocolFault.TRUNCATED, read + " bytes");
            }
            // A message that is cut may bring its descriptors in pieces, too.
            if (descriptors.size() > UnixStream.MOST_DESCRIPTORS) {
                throw new ProtocolFaultException(
                        ProtocolFault.DESCRIPTORS, descriptors.size() + " with one message");
            }
            if (n == 0) {
                return Found.NOTHING;
            }
            read += n;
            if (header == null && read == MessageHeader.BYTES) {
                header = MessageHeader.decode(buffer, 0);
            }
        }
    }

    /** Whether a message was begun and has not come to its end. */
    boolean isInside() {
        return read > 0;
    }

    /** Whether a header was read and not forgotten. */
    boolean hasMessage() {
        return header != null;
    }

    MessageHeader header() {
        MessageHeader whole = header;
        if (whole == null) {
            throw new IllegalStateException("No message");
        }
        return whole;
    }

    MemorySegment payload() {
        return buffer.asSlice(MessageHeader.BYTES, header().size());
    }

    /** The message's descriptors; whoever keeps one takes it out. */
    List<PassedDescriptor> descriptors() {
        return descriptors;
    }

    /** Forgets the message and closes what is left of its descriptors. */
    void next() {
        descriptors.forEach(PassedDescriptor::close);
        descriptors.clear();
        header = null;
        read = 0;
    }

    @Override
    public void close() {
        next();
        arena.close();
    }
}

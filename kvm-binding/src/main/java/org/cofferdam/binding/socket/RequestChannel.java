package org.cofferdam.binding.socket;

import static org.cofferdam.binding.libc.Constants.MSG_PEEK;
import static org.cofferdam.binding.libc.Libc.C;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.libc.Errno;
import org.cofferdam.binding.libc.Libc;

/**
 * A socket of packets (unix(7), SOCK_SEQPACKET) that this process was started with: a request of 32-bit words in one
 * packet, then one word as the answer, with a descriptor beside it where one was asked for. Any thread; one request at a
 * time, and who asks waits.
 */
public final class RequestChannel {
    private static final int ANSWER_BYTES = 4;

    private final UnixStream stream;

    /** @param fd its number; stays open for as long as the process lives */
    public RequestChannel(int fd) {
        this.stream = new UnixStream(fd);
    }

    /**
     * What the other side answered.
     *
     * @param descriptor the receiver's from now on
     */
    public record Answer(int result, Optional<PassedDescriptor> descriptor) {}

    /**
     * Asks, and waits for the answer.
     *
     * @throws NativeCallException if the other side is gone
     */
    public synchronized Answer ask(int... words) {
        List<PassedDescriptor> descriptors = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocateFrom(ValueLayout.JAVA_INT, words);
            MemorySegment answer = arena.allocate(ANSWER_BYTES, 4);
            if (C.write(stream.fd(), request.address(), request.byteSize()) != request.byteSize()) {
                throw Libc.failure("write", "to the starter");
            }
            awaitPacket(arena);
            if (stream.receive(answer, 0, ANSWER_BYTES, descriptors) != ANSWER_BYTES) {
                throw new NativeCallException("recvmsg", Errno.EPIPE.code(), "from the starter");
            }
            Optional<PassedDescriptor> first =
                    descriptors.isEmpty()
                            ? Optional.empty()
                            : Optional.of(descriptors.removeFirst());
            return new Answer(answer.get(ValueLayout.JAVA_INT, 0), first);
        } finally {
            descriptors.forEach(PassedDescriptor::close);
        }
    }

    /** Blocks until there is a packet or the end, and leaves it there; what reads it does not block. */
    private void awaitPacket(Arena arena) {
        MemorySegment nowhere = arena.allocate(UnixStream.MESSAGE_BYTES, 8);
        while (C.recvmsg(stream.fd(), nowhere.address(), MSG_PEEK) < 0) {
            if (Libc.errno() != Errno.EINTR.code()) {
                throw Libc.failure("recvmsg", "from the starter");
            }
        }
    }
}

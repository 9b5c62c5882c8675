package org.cofferdam.libos.nic;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.cofferdam.binding.memory.PassedMemory;
import org.cofferdam.binding.socket.PassedDescriptor;
import org.cofferdam.binding.socket.UnixListener;
import org.cofferdam.binding.socket.UnixStream;
import org.cofferdam.libos.ring.RingPlace;
import org.jspecify.annotations.Nullable;

/**
 * A back end that knows how to talk, unless a test tells it to answer otherwise, and that writes what it likes into the
 * receive ring. The test's thread writes there; a thread of its own talks.
 */
final class HostileBackEnd implements AutoCloseable {
    private static final int GET_FEATURES = 1;
    private static final int SET_MEM_TABLE = 5;
    private static final int GET_PROTOCOL_FEATURES = 15;
    private static final int GET_CONFIG = 24;
    private static final int HEADER = 12;
    private static final int NEED_REPLY = 8;
    private static final int REPLY = 5;
    private static final long REPLY_ACK_AND_CONFIG = 1L << 3 | 1L << 9;
    private static final long OFFERED = NetFeatures.PLAIN | 1L << 30;

    private final Path folder;
    private final UnixListener listener;
    private final Map<Integer, byte[]> answers = new HashMap<>();
    private final RingPlace ring = RingPlace.packed(QueuePair.SIZE, 0);
    private final Thread thread = Thread.ofPlatform().daemon().unstarted(this::talk);
    private volatile @Nullable PassedMemory memory;
    private volatile boolean ending;
    private int used;

    HostileBackEnd() {
        try {
            folder = Files.createTempDirectory("cofferdam-backend-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        listener = UnixListener.bind(socket(), 4);
    }

    Path socket() {
        return folder.resolve("card");
    }

    /** A request is answered with these bytes, header included; none: not at all. */
    HostileBackEnd answers(int request, byte... bytes) {
        answers.put(request, bytes);
        return this;
    }

    HostileBackEnd start() {
        thread.start();
        return this;
    }

    private void talk() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment message = arena.allocate(512, 8);
            Optional<UnixStream> peer = Optional.empty();
            while (peer.isEmpty() && !ending) {
                peer = listener.accept();
                LockSupport.parkNanos(1_000_000);
            }
            if (peer.isEmpty()) {
                return;
            }
            try (UnixStream stream = peer.get()) {
                while (!ending && hears(stream, message)) {
                    answer(stream, message);
                }
            }
        }
    }

    private boolean hears(UnixStream stream, MemorySegment message) {
        List<PassedDescriptor> descriptors = new ArrayList<>();
        int wanted = HEADER;
        for (int read = 0; read < wanted; ) {
            int n = stream.receive(message, read, wanted - read, descriptors);
            if (n == UnixStream.END || ending) {
                return false;
            }
            read += n;
            if (read == HEADER) {
                wanted = HEADER + message.get(ValueLayout.JAVA_INT, 8);
            }
            if (n == 0) {
                LockSupport.parkNanos(100_000);
            }
        }
        if (message.get(ValueLayout.JAVA_INT, 0) == SET_MEM_TABLE) {
            long bytes = message.get(ValueLayout.JAVA_LONG_UNALIGNED, HEADER + 16);
            memory = PassedMemory.map(descriptors.removeFirst(), bytes);
        }
        descriptors.forEach(PassedDescriptor::close);
        return true;
    }

    private void answer(UnixStream stream, MemorySegment message) {
        int request = message.get(ValueLayout.JAVA_INT, 0);
        byte[] other = answers.get(request);
        if (other != null) {
            MemorySegment.copy(other, 0, message, ValueLayout.JAVA_BYTE, 0, other.length);
            send(stream, message, other.length);
            return;
        }
        boolean needed = (message.get(ValueLayout.JAVA_INT, 4) & NEED_REPLY) != 0;
        message.set(ValueLayout.JAVA_INT, 4, REPLY);
        switch (request) {
            case GET_FEATURES -> number(stream, message, OFFERED);
            case GET_PROTOCOL_FEATURES -> number(stream, message, REPLY_ACK_AND_CONFIG);
            case GET_CONFIG -> {
                int size = message.get(ValueLayout.JAVA_INT, 8);
                message.set(ValueLayout.JAVA_SHORT, HEADER + 12L + 10, (short) 1500);
                send(stream, message, HEADER + size);
            }
            default -> {
                if (needed) {
                    number(stream, message, 0);
                }
            }
        }
    }

    private static void number(UnixStream stream, MemorySegment message, long value) {
        message.set(ValueLayout.JAVA_INT, 8, 8);
        message.set(ValueLayout.JAVA_LONG_UNALIGNED, HEADER, value);
        send(stream, message, HEADER + 8);
    }

    private static void send(UnixStream stream, MemorySegment message, int bytes) {
        if (bytes > 0 && stream.send(message, 0, bytes) != bytes) {
            throw new IllegalStateException("the card does not read");
        }
    }

    private MemorySegment shared() {
        PassedMemory passed = memory;
        if (passed == null) {
            throw new IllegalStateException("no memory was passed");
        }
        return passed.segment();
    }

    /** Writes a header with this number of buffers into the buffer of a descriptor. */
    HostileBackEnd header(int descriptor, int buffers) {
        long buffer =
                shared().get(
                                ValueLayout.JAVA_LONG_UNALIGNED,
                                ring.descriptors() + 16L * descriptor);
        shared().set(ValueLayout.JAVA_SHORT_UNALIGNED, buffer + 10, (short) buffers);
        return this;
    }

    /** Returns a descriptor as if so many bytes had been written; shown by {@link #show}. */
    HostileBackEnd returns(int descriptor, int bytes) {
        long at = ring.used() + 4 + 8L * (used & (QueuePair.SIZE - 1));
        shared().set(ValueLayout.JAVA_INT_UNALIGNED, at, descriptor);
        shared().set(ValueLayout.JAVA_INT_UNALIGNED, at + 4, bytes);
        used++;
        return this;
    }

    /** Shows what was returned. */
    void show() {
        shows(used);
    }

    /** Sets the used index to any value. */
    void shows(int index) {
        shared().set(ValueLayout.JAVA_SHORT, ring.used() + 2, (short) index);
    }

    @Override
    public void close() {
        ending = true;
        listener.close();
        try {
            thread.join();
            Files.deleteIfExists(socket());
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        PassedMemory passed = memory;
        if (passed != null) {
            passed.close();
        }
    }
}

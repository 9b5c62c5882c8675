package org.cofferdam.proxy.vhostuser;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.cofferdam.binding.event.EventFd;
import org.cofferdam.binding.file.NativeFile;
import org.cofferdam.binding.socket.PassedDescriptor;
import org.cofferdam.binding.socket.UnixStream;
import org.cofferdam.libos.ring.DriverRing;
import org.cofferdam.libos.ring.RingPlace;
import org.cofferdam.proxy.frame.NetHeader;
import org.cofferdam.proxy.frame.TestFrame;
import org.cofferdam.proxy.guestport.GuestFeatures;

/**
 * A front end of our own: honest where a test wants that, and otherwise able to send any bytes, any descriptors, and to
 * write anything into its rings.
 *
 * <pre>
 * 0 receive ring | 64 KiB transmit ring | 128 KiB buffers: 256 to receive, 2 KiB each, then one to transmit | 1 MiB
 * </pre>
 */
final class FrontEnd implements AutoCloseable {
    static final int BYTES = 1 << 20;
    static final long GUEST_BASE = 0x1_0000_0000L;
    static final long USER_BASE = 0x7f00_0000_0000L;
    static final int SIZE = 256;
    static final long RECEIVE_RING = 0;
    static final long TRANSMIT_RING = 0x1_0000;
    static final long BUFFERS = 0x2_0000;
    static final int BUFFER_BYTES = 2048;
    static final long TRANSMIT_BUFFER = BUFFERS + SIZE * (long) BUFFER_BYTES;

    static final long FEATURES =
            GuestFeatures.VERSION_1 | GuestFeatures.MRG_RXBUF | ProtocolFeatures.BIT;

    private final UnixStream stream;
    private final Path file;
    private final FileChannel channel;
    private final NativeFile descriptor;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;
    private final MemorySegment wire = arena.allocate(4096, 8);
    private final EventFd kick = EventFd.create();
    private final EventFd call = EventFd.create();
    private final RingPlace receivePlace = RingPlace.packed(SIZE, RECEIVE_RING);
    private final RingPlace transmitPlace = RingPlace.packed(SIZE, TRANSMIT_RING);
    private final DriverRing receive;
    private final DriverRing transmit;

    FrontEnd(Path socket) {
        try {
            file = Files.createTempFile(Path.of("/dev/shm"), "cofferdam-", "");
            channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
            channel.write(ByteBuffer.wrap(new byte[1]), BYTES - 1);
            memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES, arena);
            descriptor = NativeFile.open(file, true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        receive = ring(receivePlace);
        transmit = ring(transmitPlace);
        stream = UnixStream.connect(socket);
    }

    private DriverRing ring(RingPlace place) {
        return new DriverRing(memory, place);
    }

    MemorySegment memory() {
        return memory;
    }

    int memoryFd() {
        return descriptor.fd();
    }

    EventFd kick() {
        return kick;
    }

    EventFd call() {
        return call;
    }

    /** Cuts the file behind the memory short. */
    void truncate(long bytes) {
        try {
            channel.truncate(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes it as long again, with zeros. */
    void grow() {
        try {
            channel.write(ByteBuffer.wrap(new byte[1]), BYTES - 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // --- messages

    /** Little-endian numbers of 64 bits. */
    static byte[] u64(long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : values) {
            bytes.putLong(value);
        }
        return bytes.array();
    }

    /** Little-endian numbers of 32 bits. */
    static byte[] u32(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : values) {
            bytes.putInt(value);
        }
        return bytes.array();
    }

    static byte[] join(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer all = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            all.put(part);
        }
        return all.array();
    }

    /** Sends bytes as they are; false when the other end has hung up or takes no more. */
    boolean raw(byte[] bytes, int... fds) {
        MemorySegment.copy(bytes, 0, wire, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return stream.send(wire, 0, bytes.length, fds) == bytes.length;
    }

    /** Sends a message of protocol version 1. */
    boolean send(int code, byte[] payload, int... fds) {
        return raw(join(u32(code, 1, payload.length), payload), fds);
    }

    /** Sends a message that asks for an answer. */
    boolean sendForAnswer(int code, byte[] payload, int... fds) {
        return raw(join(u32(code, 1 | 8, payload.length), payload), fds);
    }

    /** Asks for a number of 64 bits. */
    long ask(int code, byte[] payload) {
        send(code, payload);
        return answer().orElseThrow(() -> new AssertionError("no answer to " + code));
    }

    /** The number in the next answer, which is waited for; empty at the end of the connection. */
    OptionalLong answer() {
        byte[] bytes = nextAnswer();
        return bytes.length < 20
                ? OptionalLong.empty()
                : OptionalLong.of(
                        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(12));
    }

    /** The next answer with its header, which is waited for; no bytes at the end of the connection. */
    byte[] nextAnswer() {
        return nextAnswer(new ArrayList<>());
    }

    /** The same, with the descriptors that come beside it, the caller's from now on. */
    byte[] nextAnswer(List<PassedDescriptor> descriptors) {
        int read = 0;
        int wanted = 12;
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (read < wanted) {
            int n = stream.receive(wire, read, wanted - read, descriptors);
            if (n == UnixStream.END) {
                return new byte[0];
            }
            read += n;
            if (read == 12) {
                wanted = 12 + wire.get(ValueLayout.JAVA_INT, 8);
            }
            if (n == 0) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("no answer came");
                }
                Thread.onSpinWait();
            }
        }
        return wire.asSlice(0, wanted).toArray(ValueLayout.JAVA_BYTE);
    }

    /** Waits for the other end to hang up; what it still says is passed over. */
    void awaitEnd() {
        GuestPlace.await(
                "the end of the connection",
                () -> {
                    try {
                        return stream.receive(wire, 0, 4096, new ArrayList<>()) == UnixStream.END;
                    } catch (RuntimeException e) {
                        return true;
                    }
                });
    }

    // --- an honest session

    static byte[] region(long guest, long size, long user, long offset) {
        return u64(guest, size, user, offset);
    }

    FrontEnd negotiates(long features) {
        ask(1, new byte[0]);
        send(3, new byte[0]);
        ask(15, new byte[0]);
        send(16, u64(ProtocolFeatures.OFFERED));
        send(2, u64(features));
        return this;
    }

    FrontEnd showsMemory() {
        send(5, join(u32(1, 0), region(GUEST_BASE, BYTES, USER_BASE, 0)), descriptor.fd());
        return this;
    }

    FrontEnd describesQueue(int queue) {
        RingPlace place = queue == 0 ? receivePlace : transmitPlace;
        send(8, u32(queue, SIZE));
        send(10, u32(queue, 0));
        address(queue, place, 0, false);
        return this;
    }

    private void address(int queue, RingPlace place, long moved, boolean logged) {
        send(
                9,
                join(
                        u32(queue, logged ? 1 : 0),
                        u64(
                                USER_BASE + place.descriptors() + moved,
                                USER_BASE + place.used(),
                                USER_BASE + place.available(),
                                GUEST_BASE + place.used())));
    }

    /** Says once more where a queue is, and whether what is written there is to be logged. */
    FrontEnd describesAddress(int queue, boolean logged) {
        address(queue, queue == 0 ? receivePlace : transmitPlace, 0, logged);
        return this;
    }

    /** Says that a queue is elsewhere. */
    FrontEnd describesQueueElsewhere(int queue) {
        address(queue, queue == 0 ? receivePlace : transmitPlace, 4096, false);
        return this;
    }

    FrontEnd startsQueue(int queue) {
        send(13, u64(queue), call.fd());
        send(12, u64(queue), kick.fd());
        send(18, u32(queue, 1));
        return this;
    }

    /** Like {@link #attaches}, for a session that will not come to its end. */
    void attachesWithoutWaiting(long features) {
        negotiates(features).showsMemory();
        describesQueue(0).describesQueue(1).startsQueue(0).startsQueue(1);
    }

    /** Everything, with one pair of queues and buffers to receive into; waits until all of it was done. */
    FrontEnd attaches(long features) {
        negotiates(features).showsMemory();
        for (int i = 0; i < SIZE / 2; i++) {
            receive.offer(GUEST_BASE + BUFFERS + i * (long) BUFFER_BYTES, BUFFER_BYTES, true, i);
        }
        receive.publish();
        describesQueue(0).describesQueue(1).startsQueue(0).startsQueue(1);
        settle();
        return this;
    }

    FrontEnd attaches() {
        return attaches(FEATURES);
    }

    /** A session whose one queue is a packed one to transmit into: its ring, then its two areas. */
    void attachesPacked() {
        negotiates(FEATURES | GuestFeatures.RING_PACKED).showsMemory();
        send(8, u32(1, SIZE));
        // Both wrap counters are 1 in the first round.
        send(10, u32(1, 0x8000_8000));
        long ring = USER_BASE + TRANSMIT_RING;
        send(9, join(u32(1, 0), u64(ring, ring + 0x3000, ring + 0x2000, 0)));
        startsQueue(1);
        settle();
    }

    /** Transmits a frame by the descriptor at a place of the first round. */
    void transmitsPacked(int place, TestFrame frame) {
        memory.asSlice(TRANSMIT_BUFFER, NetHeader.BYTES).fill((byte) 0);
        int length = frame.write(memory, TRANSMIT_BUFFER + NetHeader.BYTES);
        // virtio 1.2, 2.8.1: AVAILABLE as the wrap counter, USED not; they are the highest bits
        // but one and seven.
        descriptorAt(
                TRANSMIT_RING + 16L * place,
                GUEST_BASE + TRANSMIT_BUFFER,
                NetHeader.BYTES + length,
                place,
                1 << 7);
        kick.signal();
    }

    /** Whether the device has returned everything that was transmitted. */
    boolean transmitDone() {
        while (transmit.poll() != DriverRing.NOTHING) {
            // Completed.
        }
        return transmit.free() == SIZE;
    }

    /** Transmits from where the file has ended; the driver's own view is not touched. */
    void offersTruncated() {
        int index = memory.get(ValueLayout.JAVA_SHORT, transmitPlace.available() + 2);
        int slot = index & (SIZE - 1);
        descriptor(0, GUEST_BASE + TRANSMIT_BUFFER, 100, 0, 0);
        memory.set(ValueLayout.JAVA_SHORT, transmitPlace.available() + 4 + 2L * slot, (short) 0);
        memory.set(ValueLayout.JAVA_SHORT, transmitPlace.available() + 2, (short) (index + 1));
        kick.signal();
    }

    /** Waits until the other end has done all that was sent so far. */
    void settle() {
        ask(1, new byte[0]);
    }

    /** Transmits a frame with a header that asks for nothing. */
    void transmits(TestFrame frame) {
        memory.asSlice(TRANSMIT_BUFFER, NetHeader.BYTES).fill((byte) 0);
        transmitsAsItIs(frame);
    }

    /** Transmits a frame with the header that lies in {@link #memory} at {@link #TRANSMIT_BUFFER}. */
    void transmitsAsItIs(TestFrame frame) {
        int length = frame.write(memory, TRANSMIT_BUFFER + NetHeader.BYTES);
        transmitsBytes(NetHeader.BYTES + length);
    }

    /** Transmits this many bytes of the transmit buffer, header included. */
    void transmitsBytes(int bytes) {
        while (transmit.poll() != DriverRing.NOTHING) {
            // Completed; the descriptor is free again.
        }
        transmit.offer(GUEST_BASE + TRANSMIT_BUFFER, bytes, false, 0);
        transmit.publish();
        if (transmit.shouldKick()) {
            kick.signal();
        }
    }

    /** A frame with its header that was received; no bytes if there is none. */
    byte[] received() {
        int buffer = receive.poll();
        if (buffer == DriverRing.NOTHING) {
            return new byte[0];
        }
        byte[] bytes =
                memory.asSlice(BUFFERS + buffer * (long) BUFFER_BYTES, receive.usedLength())
                        .toArray(ValueLayout.JAVA_BYTE);
        receive.offer(
                GUEST_BASE + BUFFERS + buffer * (long) BUFFER_BYTES, BUFFER_BYTES, true, buffer);
        receive.publish();
        return bytes;
    }

    // --- anything at all into the transmit ring

    void descriptor(int index, long address, long length, int flags, int next) {
        descriptorAt(transmitPlace.descriptors() + 16L * index, address, length, flags, next);
    }

    void descriptorAt(long place, long address, long length, int flags, int next) {
        memory.set(ValueLayout.JAVA_LONG_UNALIGNED, place, address);
        memory.set(
                ValueLayout.JAVA_LONG_UNALIGNED,
                place + 8,
                (length & 0xffff_ffffL) | (long) (flags & 0xffff) << 32 | (long) next << 48);
    }

    /** Puts a head into the first place of the available ring, and the index to any value. */
    void offers(int head, int index) {
        memory.set(ValueLayout.JAVA_SHORT, transmitPlace.available() + 4, (short) head);
        memory.set(ValueLayout.JAVA_SHORT, transmitPlace.available() + 2, (short) index);
        kick.signal();
    }

    /** A connection and nothing else. */
    record Bare(UnixStream stream, Arena arena) implements AutoCloseable {
        static Bare connect(Path socket) {
            return new Bare(UnixStream.connect(socket), Arena.ofConfined());
        }

        /** Asks for features, and does not wait. */
        void hello() {
            stream.send(arena.allocateFrom(ValueLayout.JAVA_INT, 1, 1, 0), 0, 12);
        }

        @Override
        public void close() {
            stream.close();
            arena.close();
        }
    }

    @Override
    public void close() {
        stream.close();
        kick.close();
        call.close();
        descriptor.close();
        arena.close();
        try {
            channel.close();
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

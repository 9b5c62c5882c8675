package org.cofferdam.binding.net;

import static org.cofferdam.binding.libc.Constants.*;
import static org.cofferdam.binding.libc.Libc.C;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.libc.Errno;
import org.cofferdam.binding.libc.Libc;

/**
 * A packet(7) socket that hears every frame that arrives on one interface (promiscuous, not those that the
 * host sends there) and sends frames past the interface's queueing discipline.
 *
 * <p>Each frame has a 10-byte native-endian virtio_net_hdr in front (PACKET_VNET_HDR): on receipt it says
 * whether the checksum is still to be made and whether the frame is a coalesced segment; when sending, zeros
 * mean a plain frame. Frames lie in slots of fixed size, a burst is one system call, and nothing is
 * allocated. One thread at a time. The kernel drops what does not fit its socket buffer and counts it.
 */
public final class PacketSocket implements AutoCloseable {
    /** Bytes of the virtio-net header in front of each frame. */
    public static final int HEADER_BYTES = 10;

    private static final int MMSGHDR_BYTES = 64;
    private static final int MSG_IOV = 16;
    private static final int MSG_IOVLEN = 24;
    private static final int MSG_LEN = 56;
    private static final int IOVEC_BYTES = 16;
    private static final int SOCKET_BUFFER_BYTES = 8 << 20;

    private final String name;
    private final int fd;
    private final int batch;
    private final int slotBytes;
    private final Arena arena;
    private final Half in;
    private final Half out;
    private final MemorySegment statistics;
    private final MemorySegment statisticsLength;
    private long drops;
    private long refused;

    /** One direction: slots, an iovec for each, a mmsghdr for each. */
    private static final class Half {
        final MemorySegment slots;
        final MemorySegment vectors;
        final MemorySegment messages;

        Half(Arena arena, int batch, int slotBytes) {
            slots = arena.allocate((long) batch * slotBytes, 64);
            vectors = arena.allocate((long) batch * IOVEC_BYTES, 8);
            messages = arena.allocate((long) batch * MMSGHDR_BYTES, 8);
            for (int i = 0; i < batch; i++) {
                long vector = (long) i * IOVEC_BYTES;
                vectors.set(ValueLayout.JAVA_LONG, vector, slots.address() + (long) i * slotBytes);
                vectors.set(ValueLayout.JAVA_LONG, vector + 8, slotBytes);
                long message = (long) i * MMSGHDR_BYTES;
                messages.set(ValueLayout.JAVA_LONG, message + MSG_IOV, vectors.address() + vector);
                messages.set(ValueLayout.JAVA_LONG, message + MSG_IOVLEN, 1L);
            }
        }
    }

    private PacketSocket(String name, int fd, int batch, int slotBytes) {
        this.name = name;
        this.fd = fd;
        this.batch = batch;
        this.slotBytes = slotBytes;
        this.arena = Arena.ofShared();
        this.in = new Half(arena, batch, slotBytes);
        this.out = new Half(arena, batch, slotBytes);
        this.statistics = arena.allocate(8, 8);
        this.statisticsLength = arena.allocate(4, 4);
    }

    /**
     * Opens a socket on an interface of this network namespace.
     *
     * @param batch frames a system call, both ways
     * @param slotBytes bytes of a slot, header included; a longer frame is cut to it
     */
    public static PacketSocket open(String interfaceName, int batch, int slotBytes) {
        int index = NetDevice.index(interfaceName);
        if (index == 0) {
            throw new NativeCallException(
                    "ioctl", Errno.ENODEV.code(), "SIOCGIFINDEX, " + interfaceName);
        }
        // Protocol 0 hears nothing: no frame of another interface gets in before bind(2).
        int fd = C.socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd < 0) {
            throw Libc.failure("socket", "AF_PACKET, SOCK_RAW");
        }
        try (Arena a = Arena.ofConfined()) {
            option(a, fd, SOL_PACKET, PACKET_VNET_HDR, 1, "PACKET_VNET_HDR");
            option(a, fd, SOL_PACKET, PACKET_QDISC_BYPASS, 1, "PACKET_QDISC_BYPASS");
            option(a, fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1, "PACKET_IGNORE_OUTGOING");
            option(a, fd, SOL_SOCKET, SO_RCVBUFFORCE, SOCKET_BUFFER_BYTES, "SO_RCVBUFFORCE");
            option(a, fd, SOL_SOCKET, SO_SNDBUFFORCE, SOCKET_BUFFER_BYTES, "SO_SNDBUFFORCE");
            MemorySegment address = a.allocate(20, 4); // struct sockaddr_ll
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_PACKET);
            address.set(ValueLayout.JAVA_SHORT, 2, (short) ETH_P_ALL_BE);
            address.set(ValueLayout.JAVA_INT, 4, index);
            if (C.bind(fd, address.address(), 20) != 0) {
                throw Libc.failure("bind", "AF_PACKET, " + interfaceName);
            }
            MemorySegment membership = a.allocate(16, 4); // struct packet_mreq
            membership.set(ValueLayout.JAVA_INT, 0, index);
            membership.set(ValueLayout.JAVA_SHORT, 4, (short) PACKET_MR_PROMISC);
            if (C.setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership.address(), 16)
                    != 0) {
                throw Libc.failure("setsockopt", "PACKET_ADD_MEMBERSHIP, " + interfaceName);
            }
            return new PacketSocket(interfaceName, fd, batch, slotBytes);
        } catch (RuntimeException e) {
            C.close(fd);
            throw e;
        }
    }

    private static void option(Arena a, int fd, int level, int option, int value, String name) {
        MemorySegment v = a.allocateFrom(ValueLayout.JAVA_INT, value);
        if (C.setsockopt(fd, level, option, v.address(), 4) != 0) {
            throw Libc.failure("setsockopt", name);
        }
    }

    /** The descriptor, owned by this object; readable when a frame waits. */
    public int fd() {
        return fd;
    }

    /** Frames that one call moves at most. */
    public int batch() {
        return batch;
    }

    /**
     * Takes up to {@code most} frames (at most the batch) into the slots.
     *
     * @return how many, 0 if there are none
     * @throws NativeCallException when the interface is gone
     */
    public int receive(int most) {
        int n = C.recvmmsg(fd, in.messages.address(), Math.min(most, batch), MSG_DONTWAIT, 0);
        if (n >= 0) {
            return n;
        }
        int errno = Libc.errno();
        // ENETDOWN is told once when the interface goes down; the socket hears again when it comes
        // up.
        if (errno == Errno.EAGAIN.code()
                || errno == Errno.EINTR.code()
                || errno == Errno.ENETDOWN.code()) {
            return 0;
        }
        throw Libc.failure("recvmmsg", name);
    }

    /** {@link #receive(int)} of a whole batch. */
    public int receive() {
        return receive(batch);
    }

    /** Where received frames lie. */
    public MemorySegment slots() {
        return in.slots;
    }

    /** Offset of the i-th slot, in {@link #slots()} and {@link #sendSlots()} alike. */
    public long slotOffset(int i) {
        return (long) i * slotBytes;
    }

    /** Bytes of header and frame in the i-th received slot. */
    public int length(int i) {
        return in.messages.get(ValueLayout.JAVA_INT, (long) i * MMSGHDR_BYTES + MSG_LEN);
    }

    /** Where frames to send are laid, each with its zeroed header. */
    public MemorySegment sendSlots() {
        return out.slots;
    }

    /** Offset of the i-th slot to send. */
    public long sendSlotOffset(int i) {
        return slotOffset(i);
    }

    /** Says how many bytes of header and frame the i-th slot to send holds. */
    public void sendLength(int i, int length) {
        if (length < HEADER_BYTES || length > slotBytes) {
            throw new IllegalArgumentException(
                    "frame of " + length + " bytes in a slot of " + slotBytes);
        }
        out.vectors.set(ValueLayout.JAVA_LONG, (long) i * IOVEC_BYTES + 8, length);
    }

    /**
     * Sends slots {@code first} to {@code count - 1}.
     *
     * @return how many of them are done with: sent, or refused by the kernel for themselves (too long, or the
     *     interface is down), which {@link #refused()} counts; fewer when the kernel has no room now
     */
    public int send(int first, int count) {
        int done = first;
        while (done < count) {
            int n =
                    C.sendmmsg(
                            fd,
                            out.messages.address() + (long) done * MMSGHDR_BYTES,
                            count - done,
                            MSG_DONTWAIT);
            if (n > 0) {
                done += n;
                continue;
            }
            int errno = Libc.errno();
            if (errno == Errno.EAGAIN.code() || errno == Errno.ENOBUFS.code()) {
                break;
            }
            if (errno == Errno.EMSGSIZE.code()
                    || errno == Errno.EINVAL.code()
                    || errno == Errno.ENETDOWN.code()) {
                refused++;
                done++;
            } else if (errno != Errno.EINTR.code()) {
                throw Libc.failure("sendmmsg", name);
            }
        }
        return done - first;
    }

    /** {@link #send(int, int)} from slot 0. */
    public int send(int count) {
        return send(0, count);
    }

    /** Frames to send that the kernel refused for themselves, since opened. */
    public long refused() {
        return refused;
    }

    /** Frames that the kernel dropped because the socket's buffer was full, since opened. One system call. */
    public long drops() {
        statisticsLength.set(ValueLayout.JAVA_INT, 0, 8);
        if (C.getsockopt(
                        fd,
                        SOL_PACKET,
                        PACKET_STATISTICS,
                        statistics.address(),
                        statisticsLength.address())
                != 0) {
            throw Libc.failure("getsockopt", "PACKET_STATISTICS, " + name);
        }
        // The kernel's counter starts again at each reading.
        drops += Integer.toUnsignedLong(statistics.get(ValueLayout.JAVA_INT, 4));
        return drops;
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
            C.close(fd);
        }
    }
}

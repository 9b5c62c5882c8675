package org.cofferdam.binding.net;

import static org.cofferdam.binding.libc.Constants.*;
import static org.cofferdam.binding.libc.Libc.C;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cofferdam.binding.libc.Errno;
import org.cofferdam.binding.libc.Libc;

/**
 * A multi-queue tap interface, Documentation/networking/tuntap.rst. It exists as long as this object (or this
 * process) does.
 *
 * <p>Each frame has a 12-byte little-endian virtio_net_hdr_v1 in front, so checksum and segmentation offloads
 * travel with it. Queues are non-blocking. One thread at a time; {@link #read} and {@link #write} allocate
 * nothing.
 */
public final class Tap implements AutoCloseable {
    /** Bytes of the virtio-net header in front of each frame. */
    public static final int HEADER_BYTES = 12;

    private final String name;
    private final int[] fds;
    private boolean open = true;

    private Tap(String name, int[] fds) {
        this.name = name;
        this.fds = fds;
    }

    /**
     * Makes the interface, down and without an address of its own choice.
     *
     * @param name must not exist (EBUSY if it does)
     * @param queues 1 to 16
     */
    public static Tap create(String name, int queues) {
        if (queues < 1 || queues > 16) {
            throw new IllegalArgumentException("a tap has 1 to 16 queues here, not " + queues);
        }
        int[] fds = new int[queues];
        int made = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = InterfaceRequest.of(arena, name);
            MemorySegment device = Libc.string(arena, "/dev/net/tun");
            MemorySegment number = arena.allocate(4, 4);
            for (; made < queues; made++) {
                int fd = C.open(device.address(), O_RDWR | O_NONBLOCK | O_CLOEXEC, 0);
                if (fd < 0) {
                    throw Libc.failure("open", "/dev/net/tun");
                }
                fds[made] = fd;
                int flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | IFF_MULTI_QUEUE;
                // The first queue makes the interface and must not join somebody else's.
                int exclusive = made == 0 ? IFF_TUN_EXCL : 0;
                request.set(
                        ValueLayout.JAVA_SHORT,
                        InterfaceRequest.UNION,
                        (short) (flags | exclusive));
                if (C.ioctl(fd, TUNSETIFF, request.address()) != 0) {
                    made++;
                    throw Libc.failure("ioctl", "TUNSETIFF, " + name);
                }
                number.set(ValueLayout.JAVA_INT, 0, HEADER_BYTES);
                if (C.ioctl(fd, TUNSETVNETHDRSZ, number.address()) != 0) {
                    made++;
                    throw Libc.failure("ioctl", "TUNSETVNETHDRSZ, " + name);
                }
                number.set(ValueLayout.JAVA_INT, 0, 1);
                if (C.ioctl(fd, TUNSETVNETLE, number.address()) != 0) {
                    made++;
                    throw Libc.failure("ioctl", "TUNSETVNETLE, " + name);
                }
            }
            return new Tap(name, fds);
        } catch (RuntimeException e) {
            for (int i = 0; i < made; i++) {
                C.close(fds[i]);
            }
            throw e;
        }
    }

    public String name() {
        return name;
    }

    /** How many queues. */
    public int queues() {
        return fds.length;
    }

    /** The descriptor of a queue, owned by this object; readable when the host has sent a frame. */
    public int fd(int queue) {
        return fds[queue];
    }

    /** What this side accepts from the host's stack: partial checksums, TCP segments of up to 64 KiB. */
    public void setOffloads(boolean checksum, boolean tso4, boolean tso6) {
        long flags =
                (checksum ? TUN_F_CSUM : 0) | (tso4 ? TUN_F_TSO4 : 0) | (tso6 ? TUN_F_TSO6 : 0);
        if (!setOffloads(flags)) {
            throw Libc.failure("ioctl", "TUNSETOFFLOAD, " + name + ", " + flags);
        }
    }

    /**
     * Whether the kernel knows frames that are to be cut into UDP datagrams (VIRTIO_NET_HDR_GSO_UDP_L4; Linux since
     * 6.2), so that {@link #write} takes them. Asking ends what {@link #setOffloads} set.
     */
    public boolean knowsUdpSegmentation() {
        // Nothing but trying tells; a kernel that does not know a flag refuses it.
        boolean known = setOffloads(TUN_F_CSUM | TUN_F_USO4 | TUN_F_USO6);
        if (!known && Libc.errno() != Errno.EINVAL.code()) {
            throw Libc.failure("ioctl", "TUNSETOFFLOAD, " + name);
        }
        setOffloads(false, false, false);
        return known;
    }

    private boolean setOffloads(long flags) {
        return C.ioctl(fds[0], TUNSETOFFLOAD, flags) == 0;
    }

    /** Sets the carrier that the host sees; the interface must be up. */
    public void setCarrier(boolean up) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment number = arena.allocateFrom(ValueLayout.JAVA_INT, up ? 1 : 0);
            if (C.ioctl(fds[0], TUNSETCARRIER, number.address()) != 0) {
                throw Libc.failure("ioctl", "TUNSETCARRIER, " + name);
            }
        }
    }

    /**
     * Takes one frame that the host sent.
     *
     * @return bytes of header and frame, or -1 if there is none; a frame longer than {@code length} is cut,
     *     so give room for {@link #HEADER_BYTES} + 65,550
     */
    public int read(int queue, MemorySegment buffer, long offset, int length) {
        long n = C.read(fds[queue], buffer.asSlice(offset, length).address(), length);
        if (n >= 0) {
            return (int) n;
        }
        int errno = Libc.errno();
        if (errno == Errno.EAGAIN.code() || errno == Errno.EINTR.code()) {
            return -1;
        }
        throw Libc.failure("read", name + " queue " + queue);
    }

    /**
     * Gives one frame with its header to the host.
     *
     * @return the bytes written; -1 if the kernel has no room now; -2 if it refuses this frame: its
     *     header does not fit it (EINVAL), or the interface is down (EIO)
     */
    public int write(int queue, MemorySegment buffer, long offset, int length) {
        long n = C.write(fds[queue], buffer.asSlice(offset, length).address(), length);
        if (n >= 0) {
            return (int) n;
        }
        int errno = Libc.errno();
        if (errno == Errno.EAGAIN.code()
                || errno == Errno.EINTR.code()
                || errno == Errno.ENOBUFS.code()
                || errno == Errno.ENOMEM.code()) {
            return -1;
        }
        if (errno == Errno.EINVAL.code() || errno == Errno.EIO.code()) {
            return -2;
        }
        throw Libc.failure("write", name + " queue " + queue + ", " + length + " bytes");
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            for (int i = fds.length - 1; i >= 0; i--) {
                C.close(fds[i]);
            }
        }
    }
}

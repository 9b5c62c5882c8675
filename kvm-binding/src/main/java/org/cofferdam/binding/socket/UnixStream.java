package org.cofferdam.binding.socket;

import static org.cofferdam.binding.libc.Constants.*;
import static org.cofferdam.binding.libc.Libc.C;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.libc.Errno;
import org.cofferdam.binding.libc.Libc;

/**
 * One end of a connection that carries bytes and, beside them, up to {@value #MOST_DESCRIPTORS} descriptors at a time.
 * Non-blocking; one thread at a time.
 *
 * <p>A stream glues and cuts what was sent, but the kernel never returns bytes of two senders' calls together when
 * descriptors came with the second: descriptors arrive with the first byte of what they were sent with (unix(7)). So
 * whoever reads a message's header alone, then its body, knows whose they are.
 */
public final class UnixStream implements AutoCloseable {
    /** Most descriptors with one message, as vhost-user has it. */
    public static final int MOST_DESCRIPTORS = 8;

    /** {@link #receive}: the peer has closed. */
    public static final int END = -1;

    // struct msghdr and struct cmsghdr on x86-64, sys/socket.h
    static final int MESSAGE_BYTES = 56;
    private static final int MSG_IOV = 16;
    private static final int MSG_IOVLEN = 24;
    private static final int MSG_CONTROL = 32;
    private static final int MSG_CONTROLLEN = 40;
    private static final int MSG_FLAGS = 48;
    private static final int CONTROL_HEADER_BYTES = 16;

    /** Room for more than is allowed: whoever sends more is seen to, instead of having the rest cut off unseen. */
    private static final int CONTROL_BYTES = CONTROL_HEADER_BYTES + 4 * (MOST_DESCRIPTORS + 8);

    private final int fd;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment vector = arena.allocate(16, 8);
    private final MemorySegment message = arena.allocate(MESSAGE_BYTES, 8);
    private final MemorySegment control = arena.allocate(CONTROL_BYTES, 8);
    private boolean open = true;

    UnixStream(int fd) {
        this.fd = fd;
    }

    /**
     * Connects to a socket in the file system.
     *
     * @throws NativeCallException when nobody listens there (ECONNREFUSED, ENOENT), or too many wait (EAGAIN)
     */
    public static UnixStream connect(Path place) {
        int fd = socket();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = UnixAddress.of(arena, place);
            if (C.connect(fd, address.address(), (int) address.byteSize()) != 0) {
                throw Libc.failure("connect", place.toString());
            }
            return new UnixStream(fd);
        } catch (RuntimeException e) {
            C.close(fd);
            throw e;
        }
    }

    /** Two ends that are connected to each other. */
    public static List<UnixStream> pair() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment fds = arena.allocate(8, 4);
            int type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
            if (C.socketpair(AF_UNIX, type, 0, fds.address()) != 0) {
                throw Libc.failure("socketpair", "AF_UNIX");
            }
            return List.of(
                    new UnixStream(fds.get(ValueLayout.JAVA_INT, 0)),
                    new UnixStream(fds.get(ValueLayout.JAVA_INT, 4)));
        }
    }

    /**
     * Takes over a connected socket that a peer passed.
     *
     * @throws IllegalArgumentException if it is none of this kind; the descriptor is still the caller's then
     */
    public static UnixStream adopt(PassedDescriptor descriptor) {
        // The peer shares the open file and could make it blocking: every call here says
        // MSG_DONTWAIT.
        if (option(descriptor.fd(), SO_DOMAIN) != AF_UNIX
                || option(descriptor.fd(), SO_TYPE) != SOCK_STREAM) {
            throw new IllegalArgumentException("the descriptor is no Unix stream socket");
        }
        return new UnixStream(descriptor.release());
    }

    /**
     * A connected socket that this process was started with.
     *
     * @param fd its number; this object's own from now on
     */
    public static UnixStream inherited(int fd) {
        return new UnixStream(fd);
    }

    /** A socket's option; -1 where there is none, as for what is no socket. */
    private static int option(int fd, int name) {
        try (Arena a = Arena.ofConfined()) {
            MemorySegment value = a.allocate(ValueLayout.JAVA_INT);
            MemorySegment length = a.allocateFrom(ValueLayout.JAVA_INT, 4);
            boolean known =
                    C.getsockopt(fd, SOL_SOCKET, name, value.address(), length.address()) == 0;
            return known ? value.get(ValueLayout.JAVA_INT, 0) : -1;
        }
    }

    static int socket() {
        int fd = C.socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd < 0) {
            throw Libc.failure("socket", "AF_UNIX");
        }
        return fd;
    }

    /** The descriptor, owned by this object. */
    public int fd() {
        return fd;
    }

    /** Who is at the other end. */
    public PeerCredentials peer() {
        try (Arena a = Arena.ofConfined()) {
            MemorySegment credentials = a.allocate(12, 4); // struct ucred
            MemorySegment length = a.allocateFrom(ValueLayout.JAVA_INT, 12);
            if (C.getsockopt(fd, SOL_SOCKET, SO_PEERCRED, credentials.address(), length.address())
                    != 0) {
                throw Libc.failure("getsockopt", "SO_PEERCRED");
            }
            return new PeerCredentials(
                    credentials.get(ValueLayout.JAVA_INT, 0),
                    credentials.get(ValueLayout.JAVA_INT, 4),
                    credentials.get(ValueLayout.JAVA_INT, 8));
        }
    }

    /**
     * Reads what is there, up to {@code bytes}.
     *
     * @param into native memory
     * @param descriptors gets what came beside the bytes, the caller's from now on; also when this method throws
     * @return bytes read; 0 if there are none now; {@link #END} at the end, also by reset
     * @throws TooManyDescriptorsException if more descriptors came than are allowed; none is left open but those in the
     *     list
     */
    public int receive(
            MemorySegment into, long offset, int bytes, List<PassedDescriptor> descriptors) {
        vector.set(ValueLayout.JAVA_LONG, 0, into.asSlice(offset, bytes).address());
        vector.set(ValueLayout.JAVA_LONG, 8, bytes);
        prepare(CONTROL_BYTES);
        long n = C.recvmsg(fd, message.address(), MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (n < 0) {
            int errno = Libc.errno();
            if (errno == Errno.EAGAIN.code() || errno == Errno.EINTR.code()) {
                return 0;
            }
            if (errno == Errno.ECONNRESET.code()) {
                return END;
            }
            throw Libc.failure("recvmsg", "");
        }
        int before = descriptors.size();
        takeDescriptors(descriptors);
        boolean cut = (message.get(ValueLayout.JAVA_INT, MSG_FLAGS) & MSG_CTRUNC) != 0;
        if (cut || descriptors.size() - before > MOST_DESCRIPTORS) {
            throw new TooManyDescriptorsException();
        }
        return n == 0 && bytes > 0 ? END : (int) n;
    }

    private void takeDescriptors(List<PassedDescriptor> descriptors) {
        long length = message.get(ValueLayout.JAVA_LONG, MSG_CONTROLLEN);
        long at = 0;
        while (at + CONTROL_HEADER_BYTES <= length) {
            long piece = control.get(ValueLayout.JAVA_LONG, at); // cmsg_len, header included
            if (control.get(ValueLayout.JAVA_INT, at + 8) == SOL_SOCKET
                    && control.get(ValueLayout.JAVA_INT, at + 12) == SCM_RIGHTS) {
                for (long i = at + CONTROL_HEADER_BYTES; i + 4 <= at + piece; i += 4) {
                    descriptors.add(new PassedDescriptor(control.get(ValueLayout.JAVA_INT, i)));
                }
            }
            at += Math.max(CONTROL_HEADER_BYTES, (piece + 7) & ~7L);
        }
    }

    /**
     * Sends bytes with descriptors beside them, all or nothing of the latter.
     *
     * @param from native memory
     * @param fds open descriptors; they stay the caller's
     * @return bytes sent, 0 if there is no room now; {@link #END} if the peer is gone
     */
    public int send(MemorySegment from, long offset, int bytes, int... fds) {
        vector.set(ValueLayout.JAVA_LONG, 0, from.asSlice(offset, bytes).address());
        vector.set(ValueLayout.JAVA_LONG, 8, bytes);
        MemorySegment rights = control;
        int length = fds.length == 0 ? 0 : CONTROL_HEADER_BYTES + 4 * fds.length;
        try (Arena own = Arena.ofConfined()) {
            if (length > CONTROL_BYTES) {
                rights = own.allocate(length, 8);
            }
            prepare((length + 7) & ~7);
            message.set(ValueLayout.JAVA_LONG, MSG_CONTROL, length == 0 ? 0 : rights.address());
            if (length > 0) {
                rights.set(ValueLayout.JAVA_LONG, 0, length);
                rights.set(ValueLayout.JAVA_INT, 8, SOL_SOCKET);
                rights.set(ValueLayout.JAVA_INT, 12, SCM_RIGHTS);
                for (int i = 0; i < fds.length; i++) {
                    rights.set(ValueLayout.JAVA_INT, CONTROL_HEADER_BYTES + 4L * i, fds[i]);
                }
                message.set(ValueLayout.JAVA_LONG, MSG_CONTROLLEN, length);
            }
            long n = C.sendmsg(fd, message.address(), MSG_DONTWAIT | MSG_NOSIGNAL);
            if (n >= 0) {
                return (int) n;
            }
        }
        int errno = Libc.errno();
        if (errno == Errno.EAGAIN.code() || errno == Errno.EINTR.code()) {
            return 0;
        }
        if (errno == Errno.EPIPE.code() || errno == Errno.ECONNRESET.code()) {
            return END;
        }
        throw Libc.failure("sendmsg", "");
    }

    private void prepare(int controlBytes) {
        message.fill((byte) 0);
        message.set(ValueLayout.JAVA_LONG, MSG_IOV, vector.address());
        message.set(ValueLayout.JAVA_LONG, MSG_IOVLEN, 1);
        message.set(ValueLayout.JAVA_LONG, MSG_CONTROL, control.address());
        message.set(ValueLayout.JAVA_LONG, MSG_CONTROLLEN, controlBytes);
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            arena.close();
            C.close(fd);
        }
    }

    /** More descriptors came with a message than the protocol allows. */
    public static final class TooManyDescriptorsException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooManyDescriptorsException() {
            super("more than " + MOST_DESCRIPTORS + " descriptors with one message");
        }
    }
}

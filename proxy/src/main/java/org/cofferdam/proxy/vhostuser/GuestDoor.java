package org.cofferdam.proxy.vhostuser;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.event.Epoll;
import org.cofferdam.binding.event.EventFd;
import org.cofferdam.binding.socket.PeerCredentials;
import org.cofferdam.binding.socket.UnixStream;
import org.cofferdam.proxy.guestport.GuestBell;
import org.cofferdam.proxy.guestport.GuestPort;
import org.cofferdam.proxy.vhostuser.message.ProtocolFault;
import org.cofferdam.proxy.vhostuser.message.ProtocolFaultException;
import org.cofferdam.proxy.vhostuser.message.ReplyEncoder;
import org.jspecify.annotations.Nullable;

/**
 * A guest's thread: waits for a front end, serves its session to the end, and waits for the next, for as long as the
 * port exists. One front end at a time; others wait in the socket's backlog.
 *
 * <p>{@link #close} may be called from any thread but the switch's, which must still run.
 */
public final class GuestDoor implements AutoCloseable {
    /** A message that was begun must be whole after this long. */
    private static final long MESSAGE_NANOS = 5_000_000_000L;

    /** At most so many messages in {@link #WINDOW_NANOS}: no front end needs a tenth of them. */
    private static final int MOST_MESSAGES = 1000;

    private static final long WINDOW_NANOS = 1_000_000_000L;

    /** How often this end tries to connect where the front end listens. */
    private static final long RETRY_NANOS = 250_000_000L;

    /** How long {@link #close} waits for a thread that its peer holds up. */
    private static final long END_NANOS = 5_000_000_000L;

    private static final long FOR_EVER = -1;
    private static final long ARRIVAL = 1;
    private static final long WAKE = 2;
    private static final long PEER = 3;

    private final GuestPort port;
    private final OptionalInt uid;
    private final Arrivals arrivals;
    private final PacketThread packets;
    private final GuestRecorder recorder;

    private final EventFd wake = EventFd.create();
    private final Epoll epoll = Epoll.create(4);
    private final AtomicInteger calls = new AtomicInteger();
    private final Thread thread;

    // The guest's thread's own: why there is no next arrival.
    private String hindrance = "";

    // Set by others, read by the guest's thread after it was woken.
    private volatile boolean stopping;
    private volatile boolean broken;
    private volatile GuestCard card;

    // For whoever asks how the guest is.
    private volatile @Nullable PeerCredentials peer;
    private volatile SessionState state = SessionState.ENDED;

    private final GuestBell bell =
            new GuestBell() {
                @Override
                public void call(int queues) {
                    if (calls.getAndAccumulate(queues, (a, b) -> a | b) == 0) {
                        wake.signal();
                    }
                }

                @Override
                public void broken() {
                    broken = true;
                    wake.signal();
                }
            };

    private GuestDoor(
            GuestPort port,
            GuestCard card,
            OptionalInt uid,
            Arrivals arrivals,
            PacketThread packets,
            GuestRecorder recorder) {
        this.port = port;
        this.card = card;
        this.uid = uid;
        this.arrivals = arrivals;
        this.packets = packets;
        this.recorder = recorder;
        this.thread =
                Thread.ofPlatform()
                        .name("guest-" + port.id().value())
                        .daemon()
                        .unstarted(this::run);
    }

    /**
     * Opens the door; front ends are served when this returns.
     *
     * @param port in the switch already
     * @param uid the only user who may connect; empty: whoever the socket's file lets in
     * @param arrivals the door's own from now on
     */
    public static GuestDoor open(
            GuestPort port,
            GuestCard card,
            OptionalInt uid,
            Arrivals arrivals,
            PacketThread packets,
            GuestRecorder recorder) {
        GuestDoor door = new GuestDoor(port, card, uid, arrivals, packets, recorder);
        door.epoll.add(door.wake.fd(), Epoll.IN, WAKE);
        door.thread.start();
        return door;
    }

    /** Where the session stands; {@link SessionState#ENDED} while there is none. */
    public SessionState state() {
        return state;
    }

    /** Who is connected, if anybody is. */
    public Optional<PeerCredentials> peer() {
        return Optional.ofNullable(peer);
    }

    /** Gives the guest, and those that come after it, another card of as many queues. Any thread. */
    public void change(GuestCard next) {
        card = next;
        wake.signal();
    }

    private void run() {
        try {
            while (!stopping) {
                Optional<UnixStream> next = nextArrival();
                if (next.isEmpty()) {
                    awaitArrival();
                    continue;
                }
                try (UnixStream stream = next.get()) {
                    serve(stream);
                }
                if (arrivals.fd() < 0 && !stopping) {
                    // Whoever listens and hangs up at once is not to be connected to without end.
                    epoll.await(RETRY_NANOS);
                }
            }
        } finally {
            arrivals.close();
        }
    }

    /** Whoever comes next; nobody while the kernel refuses, which is told once. */
    private Optional<UnixStream> nextArrival() {
        try {
            Optional<UnixStream> next = arrivals.next();
            hindrance = "";
            return next;
        } catch (NativeCallException e) {
            if (!hindrance.equals(e.getMessage())) {
                hindrance = e.getMessage();
                recorder.refused(port.id(), ProtocolFault.KERNEL, hindrance);
            }
            epoll.await(RETRY_NANOS);
            return Optional.empty();
        }
    }

    private void awaitArrival() {
        int fd = arrivals.fd();
        if (fd >= 0) {
            epoll.add(fd, Epoll.IN, ARRIVAL);
        }
        epoll.await(fd >= 0 ? FOR_EVER : RETRY_NANOS);
        if (fd >= 0) {
            epoll.remove(fd);
        }
        wake.drain();
    }

    private void serve(UnixStream stream) {
        PeerCredentials who = stream.peer();
        boolean allowed = uid.isEmpty() || uid.getAsInt() == who.uid();
        recorder.connected(port.id(), who, allowed, arrivals instanceof Arrivals.Connecting);
        if (!allowed) {
            recorder.refused(
                    port.id(),
                    ProtocolFault.CREDENTIALS,
                    "uid " + who.uid() + ", pid " + who.pid());
            return;
        }
        broken = false;
        calls.set(0);
        peer = who;
        String why = "the front end closed";
        try (MessageReader reader = new MessageReader(stream);
                Session session = new Session(port, card, packets, bell, recorder)) {
            epoll.add(stream.fd(), Epoll.IN, PEER);
            try {
                talk(stream, reader, session);
                if (stopping) {
                    why = "the port is removed";
                }
            } catch (ProtocolFaultException e) {
                recorder.refused(port.id(), e.fault(), String.valueOf(e.getMessage()));
                why = e.fault().sentence();
                sayNo(stream, reader);
            } catch (RuntimeException e) {
                // The kernel's refusal, or a fault of ours: either ends this session and not the
                // port.
                recorder.refused(port.id(), ProtocolFault.KERNEL, e.toString());
                why = ProtocolFault.KERNEL.sentence();
            } finally {
                epoll.remove(stream.fd());
            }
        } finally {
            peer = null;
            state = SessionState.ENDED;
        }
        recorder.left(port.id(), why);
    }

    private void talk(UnixStream stream, MessageReader reader, Session session)
            throws ProtocolFaultException {
        long deadline = 0;
        int messages = 0;
        long windowBegan = System.nanoTime();
        while (!stopping) {
            MessageReader.Found found = reader.poll();
            if (found == MessageReader.Found.END) {
                return;
            }
            if (found == MessageReader.Found.MESSAGE) {
                Optional<Answer> answer =
                        session.handle(reader.header(), reader.payload(), reader.descriptors());
                state = session.state();
                if (answer.isPresent()) {
                    try (Answer whole = answer.get()) {
                        send(stream, whole);
                    }
                }
                reader.next();
                deadline = 0;
                if (++messages == MOST_MESSAGES) {
                    // Each message is a record: a flood of them waits here, on its own thread, and
                    // not in the log.
                    LockSupport.parkNanos(windowBegan + WINDOW_NANOS - System.nanoTime());
                    messages = 0;
                    windowBegan = System.nanoTime();
                }
            }
            look(session);
            if (found == MessageReader.Found.NOTHING) {
                long now = System.nanoTime();
                if (reader.isInside() && deadline == 0) {
                    deadline = now + MESSAGE_NANOS;
                }
                if (deadline != 0 && now - deadline > 0) {
                    throw new ProtocolFaultException(
                            ProtocolFault.SLOW,
                            TimeUnit.NANOSECONDS.toSeconds(MESSAGE_NANOS) + " s");
                }
                epoll.await(deadline == 0 ? FOR_EVER : Math.max(1, deadline - now));
                wake.drain();
            }
        }
    }

    /** What the switch's thread has asked for. */
    private void look(Session session) throws ProtocolFaultException {
        if (broken) {
            throw new ProtocolFaultException(ProtocolFault.QUEUE, session.refusal());
        }
        GuestCard now = card;
        if (!now.equals(session.card())) {
            session.change(now);
        }
        int queues = calls.getAndSet(0);
        if (queues != 0) {
            session.ring(queues);
        }
    }

    // The answers are short and the socket takes hundreds of them: whose is full does not read.
    private static void send(UnixStream stream, Answer answer) throws ProtocolFaultException {
        int bytes = (int) answer.bytes().byteSize();
        if (stream.send(answer.bytes(), 0, bytes, answer.descriptors()) != bytes) {
            throw new ProtocolFaultException(ProtocolFault.DEAF, bytes + " bytes");
        }
    }

    /** REPLY_ACK's answer to what failed, for a front end that waits for it; then the connection ends. */
    private static void sayNo(UnixStream stream, MessageReader reader) {
        if (reader.hasMessage() && reader.header().needReply()) {
            MemorySegment no = new ReplyEncoder().number(reader.header().request(), 1);
            int ignored = stream.send(no, 0, (int) no.byteSize());
            assert ignored <= no.byteSize();
        }
    }

    /**
     * Ends the session, closes the door and waits until nothing of the guest's is held, or {@link #END_NANOS} for a peer
     * that holds its own thread up.
     */
    @Override
    public void close() {
        stopping = true;
        wake.signal();
        boolean interrupted = false;
        boolean ended = false;
        long deadline = System.nanoTime() + END_NANOS;
        while (!ended && System.nanoTime() - deadline < 0) {
            try {
                ended = thread.join(Duration.ofMillis(100));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (ended) {
            epoll.close();
            wake.close();
        } else {
            // The peer holds its thread up, in a write to what they share. The switch lets go of
            // its memory; what is
            // mapped stays so until the peer lets go, too.
            packets.post(port::detach);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

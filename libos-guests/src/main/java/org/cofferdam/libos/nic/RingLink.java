package org.cofferdam.libos.nic;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import org.cofferdam.binding.socket.UnixStream;
import org.cofferdam.libos.frontend.BackEnd;
import org.cofferdam.libos.frontend.BackEndException;
import org.cofferdam.libos.net.link.FrameSink;
import org.cofferdam.libos.net.link.Link;
import org.cofferdam.libos.net.link.LinkFeatures;
import org.cofferdam.libos.net.link.Offload;
import org.cofferdam.libos.net.link.OffloadHeader;
import org.cofferdam.libos.net.wire.MacAddress;
import org.jspecify.annotations.Nullable;

/**
 * A card over virtqueues, as the stack's link. Between the two stands the {@link OffloadHeader} of each frame.
 *
 * <p>A back end that goes is looked for again, for as long as it takes; meanwhile there is no carrier, and what was given
 * waits for the next one. The stack's thread; allocation-free but to attach.
 */
public final class RingLink implements Link, AutoCloseable {
    /** Where the next back end comes from; an exception while there is none. */
    private interface BackEnds {
        BackEnd next() throws BackEndException;
    }

    private final BackEnds backEnds;
    private final QueuePair queues;
    private final MacAddress mac;
    private final int mtu;
    private final LinkFeatures features;
    private final Offload offload = new Offload();
    private boolean up = true;

    // Set when somebody else keeps the connection.
    private @Nullable Carrier carrier;

    private RingLink(BackEnds backEnds, QueuePair queues) {
        this.backEnds = backEnds;
        this.queues = queues;
        this.mac = new MacAddress(queues.mac());
        this.mtu = queues.mtu();
        this.features =
                new LinkFeatures(
                        has(NetFeatures.CSUM),
                        has(NetFeatures.HOST_TSO4),
                        has(NetFeatures.HOST_TSO6));
    }

    /**
     * Attaches a new card to a back end that listens.
     *
     * @param patience how long each of its answers may take
     * @throws BackEndException if it cannot or does not want to, or does not say what address and MTU the card has
     */
    public static RingLink attach(Path socket, Duration patience) throws BackEndException {
        return attach(() -> BackEnd.connect(socket, patience));
    }

    /**
     * Attaches a new card over a connection that was made already, and that {@link #handOver} gives up.
     *
     * @param patience how long each answer may take
     * @throws BackEndException as {@link #attach(Path, Duration)}
     */
    public static RingLink attach(UnixStream connection, Duration patience)
            throws BackEndException {
        return attach(() -> BackEnd.over(connection, patience));
    }

    private static RingLink attach(BackEnds backEnds) throws BackEndException {
        QueuePair queues = new QueuePair(NetFeatures.OFFLOADS);
        try {
            queues.attach(backEnds.next());
            if (queues.mac() == 0 || queues.mtu() == 0) {
                throw new BackEndException("the back end does not say the card's address and MTU");
            }
            return new RingLink(backEnds, queues);
        } catch (BackEndException | RuntimeException e) {
            queues.close();
            throw e;
        }
    }

    private boolean has(long feature) {
        return (queues.features() & feature) != 0;
    }

    /**
     * Looks whether the back end is still there, and for the next one if it is not. To be called now and then, some ten
     * times a second: it costs a system call, and the look for another a few.
     *
     * @return whether there is one now
     */
    public boolean maintain() {
        Carrier keeper = carrier;
        if (keeper != null) {
            up = keeper.isThere();
            return up;
        }
        if (queues.isAttached()) {
            return true;
        }
        try {
            queues.attach(backEnds.next());
            up = true;
        } catch (BackEndException notYet) {
            up = false;
        }
        return up;
    }

    /**
     * Closes the connection to the back end, which somebody else keeps open and makes anew when it has to be; the queues
     * run on.
     */
    public void handOver(Carrier keeper) {
        queues.detach();
        carrier = keeper;
    }

    /** The queues, whose descriptor a thread waits for. */
    public QueuePair queues() {
        return queues;
    }

    @Override
    public MacAddress mac() {
        return mac;
    }

    @Override
    public LinkFeatures features() {
        return features;
    }

    @Override
    public int mtu() {
        return mtu;
    }

    @Override
    public boolean isUp() {
        return up;
    }

    @Override
    public int poll(FrameSink sink, int limit) {
        MemorySegment frame = queues.frame();
        for (int n = 0; n < limit; n++) {
            int bytes = queues.receive();
            if (bytes == QueuePair.NONE) {
                return n;
            }
            OffloadHeader.read(frame, 0, offload);
            sink.frame(frame, QueuePair.HEADER_BYTES, bytes - QueuePair.HEADER_BYTES, offload);
        }
        return limit;
    }

    @Override
    public MemorySegment memory() {
        return queues.memory();
    }

    @Override
    public long claim(int bytes) {
        long place = queues.claim(QueuePair.HEADER_BYTES + bytes);
        return place == QueuePair.NONE ? NO_ROOM : place + QueuePair.HEADER_BYTES;
    }

    @Override
    public void commit(int bytes, Offload asked) {
        OffloadHeader.write(queues.memory(), queues.claimed(), asked);
        queues.commit(QueuePair.HEADER_BYTES + bytes);
    }

    @Override
    public void flush() {
        queues.flush();
    }

    @Override
    public void close() {
        queues.close();
    }
}

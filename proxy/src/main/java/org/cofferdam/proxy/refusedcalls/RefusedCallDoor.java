package org.cofferdam.proxy.refusedcalls;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.event.Epoll;
import org.cofferdam.binding.event.EventFd;
import org.cofferdam.binding.socket.PassedDescriptor;
import org.cofferdam.binding.socket.UnixListener;
import org.cofferdam.binding.socket.UnixStream;
import org.cofferdam.proxy.packetswitch.PortId;

/**
 * A thread that takes a guest's reports in: one launcher at a time, others wait in the socket's backlog. {@link #close}
 * from any thread.
 */
public final class RefusedCallDoor implements AutoCloseable {
    /** At most so many reports in {@link #WINDOW_NANOS}; each is a record in the log. */
    private static final int MOST_REPORTS = 1000;

    private static final long WINDOW_NANOS = 1_000_000_000L;

    /** After a refusal of the kernel's, such as too many open files. */
    private static final long RETRY_NANOS = 250_000_000L;

    private static final long FOR_EVER = -1;
    private static final long LISTENER = 1;
    private static final long WAKE = 2;
    private static final long LAUNCHER = 3;

    private final PortId port;
    private final int uid;
    private final UnixListener listener;
    private final RefusedCallRecorder recorder;
    private final EventFd wake = EventFd.create();
    private final Epoll epoll = Epoll.create(4);
    private final Thread thread;
    private volatile boolean stopping;

    private RefusedCallDoor(
            PortId port, int uid, UnixListener listener, RefusedCallRecorder recorder) {
        this.port = port;
        this.uid = uid;
        this.listener = listener;
        this.recorder = recorder;
        this.thread =
                Thread.ofPlatform()
                        .name("guest-calls-" + port.value())
                        .daemon()
                        .unstarted(this::run);
    }

    /**
     * Opens the door.
     *
     * @param uid the only user who may report
     * @param listener the door's own from now on
     */
    public static RefusedCallDoor open(
            PortId port, int uid, UnixListener listener, RefusedCallRecorder recorder) {
        RefusedCallDoor door = new RefusedCallDoor(port, uid, listener, recorder);
        door.epoll.add(door.wake.fd(), Epoll.IN, WAKE);
        door.thread.start();
        return door;
    }

    private void run() {
        try {
            while (!stopping) {
                Optional<UnixStream> next = next();
                if (next.isPresent()) {
                    try (UnixStream stream = next.get()) {
                        serve(stream);
                    }
                } else {
                    epoll.add(listener.fd(), Epoll.IN, LISTENER);
                    sleep();
                    epoll.remove(listener.fd());
                }
            }
        } finally {
            listener.close();
        }
    }

    private Optional<UnixStream> next() {
        try {
            return listener.accept();
        } catch (NativeCallException e) {
            recorder.reportRefused(port, String.valueOf(e.getMessage()));
            LockSupport.parkNanos(RETRY_NANOS);
            return Optional.empty();
        }
    }

    private void sleep() {
        if (!stopping) {
            epoll.await(FOR_EVER);
        }
        wake.drain();
    }

    private void serve(UnixStream stream) {
        int who = stream.peer().uid();
        if (who != uid) {
            recorder.reportRefused(port, "uid " + who + " is not the port's user");
            return;
        }
        epoll.add(stream.fd(), Epoll.IN, LAUNCHER);
        try (Arena arena = Arena.ofConfined()) {
            read(stream, arena.allocate(RefusedCall.BYTES, 8));
        } catch (NativeCallException | UnixStream.TooManyDescriptorsException e) {
            recorder.reportRefused(port, String.valueOf(e.getMessage()));
        } finally {
            epoll.remove(stream.fd());
        }
    }

    /** To the launcher's end, or to the first report that is none: what follows it would be cut anywhere. */
    private void read(UnixStream stream, MemorySegment report) {
        List<PassedDescriptor> unwanted = new ArrayList<>();
        int have = 0;
        int reports = 0;
        long windowBegan = System.nanoTime();
        while (!stopping) {
            int n;
            try {
                n = stream.receive(report, have, RefusedCall.BYTES - have, unwanted);
            } finally {
                unwanted.forEach(PassedDescriptor::close);
                unwanted.clear();
            }
            if (n == UnixStream.END) {
                return;
            }
            have += n;
            if (n == 0) {
                sleep();
            } else if (have == RefusedCall.BYTES) {
                Optional<RefusedCall> call = RefusedCall.read(report);
                if (call.isEmpty()) {
                    recorder.reportRefused(port, "what came is no report");
                    return;
                }
                recorder.callRefused(port, call.get());
                have = 0;
                if (++reports == MOST_REPORTS) {
                    LockSupport.parkNanos(windowBegan + WINDOW_NANOS - System.nanoTime());
                    reports = 0;
                    windowBegan = System.nanoTime();
                }
            }
        }
    }

    @Override
    public void close() {
        stopping = true;
        wake.signal();
        LockSupport.unpark(thread);
        boolean interrupted = false;
        boolean ended = false;
        while (!ended) {
            try {
                // Nothing that the thread does waits for its peer.
                ended = thread.join(Duration.ofSeconds(1));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        epoll.close();
        wake.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

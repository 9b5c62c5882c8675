package org.cofferdam.libos.net.socket;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A socket, as the thread boundary sees it. Another thread asks for something by setting bits; the first bit that is set
 * puts the socket on the {@link Requests} of its stack, which serves all bits together. So however often a thread asks,
 * the socket is on the list once, and asking allocates nothing.
 */
public abstract class Endpoint {
    /** Bytes, a datagram or the stream's end can be read, or a failure. */
    public static final int READABLE = 1;

    /** Something can be written. */
    public static final int WRITABLE = 2;

    /** A connection waits to be accepted. */
    public static final int ACCEPTABLE = 4;

    /** The connection was made, or could not be. */
    public static final int CONNECTABLE = 8;

    private static final VarHandle ASKED;

    static {
        try {
            ASKED = MethodHandles.lookup().findVarHandle(Endpoint.class, "asked", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @Nullable Endpoint nextAsking;

    private final Requests requests;

    @SuppressWarnings("UnusedVariable") // through its VarHandle
    private int asked;

    private volatile ReadinessListener listener = ReadinessListener.NONE;

    /** A socket whose requests go to a stack's list. */
    protected Endpoint(Requests requests) {
        this.requests = requests;
    }

    /** What is ready now: bits of this class. Any thread. */
    public abstract int ready();

    /**
     * Sets who is told of readiness from now on. What is ready already is not told, so {@link #ready} is looked at after
     * this. Any thread.
     */
    public final void listen(ReadinessListener newListener) {
        listener = newListener;
    }

    /** Tells the listener. The stack's thread. */
    protected final void tell(int what) {
        // What became ready is visible before the listener is looked for, and it, and whoever waits
        // behind it, is set before readiness is looked at. So one of the two sees the other.
        VarHandle.fullFence();
        listener.becameReady(this, what);
    }

    /** Asks the stack for something. Any thread. */
    protected final void ask(int bits) {
        if ((int) ASKED.getAndBitwiseOr(this, bits) == 0) {
            requests.put(this);
        }
    }

    /** Does what was asked for. The stack's thread. */
    protected abstract void serve(int bits, long now);

    final void serveAll(long now) {
        serve((int) ASKED.getAndSet(this, 0), now);
    }
}

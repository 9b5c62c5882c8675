package org.cofferdam.libos.net.tcp;

import java.util.random.RandomGenerator;
import org.cofferdam.libos.net.socket.NetError;
import org.cofferdam.libos.net.socket.NetException;
import org.cofferdam.libos.net.wire.SipHash;
import org.jspecify.annotations.Nullable;

/**
 * Who has which local port. Ephemeral ones are chosen by RFC 6056, section 3.3.4: where the search starts depends on the
 * peer by a secret hash, and moves on for groups of peers separately, so nobody can tell the next port from others.
 *
 * <p>The stack's thread.
 */
final class LocalPorts {
    private static final int FIRST_EPHEMERAL = 32_768;
    private static final int EPHEMERAL = 65_536 - FIRST_EPHEMERAL;
    private static final int GROUPS = 256;

    private final boolean[] taken = new boolean[65_536];
    private final @Nullable TcpListener[] listeners = new @Nullable TcpListener[65_536];
    private final RandomGenerator random;
    private final SipHash hash;
    private final int[] moved = new int[GROUPS];

    LocalPorts(RandomGenerator random) {
        this.random = random;
        this.hash = new SipHash(random);
    }

    /** Takes a port, or any ephemeral one for 0. */
    int take(int wanted) throws NetException {
        if (wanted != 0) {
            if (taken[wanted]) {
                throw new NetException(NetError.PORT_IN_USE, "port " + wanted);
            }
            taken[wanted] = true;
            return wanted;
        }
        int start = random.nextInt(EPHEMERAL);
        for (int i = 0; i < EPHEMERAL; i++) {
            int port = FIRST_EPHEMERAL + (start + i) % EPHEMERAL;
            if (!taken[port]) {
                taken[port] = true;
                return port;
            }
        }
        throw new NetException(NetError.NO_PORT, "port 0");
    }

    void setListener(int port, TcpListener listener) {
        listeners[port] = listener;
    }

    @Nullable TcpListener listener(int port) {
        return listeners[port];
    }

    void release(int port) {
        taken[port] = false;
        listeners[port] = null;
    }

    /** A port for a connection whose other ends are set: one that no connection between these ends has. */
    int ephemeral(Tcb t, ConnectionTable table) throws NetException {
        long h =
                hash.begin()
                        .add(t.localHigh)
                        .add(t.localLow)
                        .add(t.remoteHigh)
                        .add(t.remoteLow)
                        .add(t.remotePort)
                        .finish();
        int offset = (int) h & (EPHEMERAL - 1);
        int group = (int) (h >>> 32) & (GROUPS - 1);
        for (int i = 0; i < EPHEMERAL; i++) {
            int port = FIRST_EPHEMERAL + (offset + moved[group]++ & (EPHEMERAL - 1));
            if (!taken[port]
                    && table.find(
                                    t.remoteHigh,
                                    t.remoteLow,
                                    t.remotePort,
                                    t.localHigh,
                                    t.localLow,
                                    port)
                            == null) {
                return port;
            }
        }
        throw new NetException(
                NetError.NO_PORT, t.connection.remoteAddress() + " port " + t.remotePort);
    }
}

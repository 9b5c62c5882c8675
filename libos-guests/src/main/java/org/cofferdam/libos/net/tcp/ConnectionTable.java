package org.cofferdam.libos.net.tcp;

import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.cofferdam.libos.net.wire.SipHash;
import org.jspecify.annotations.Nullable;

/**
 * All connections by their two ends. The hash has a secret key, so that nobody can choose ends that all fall into one
 * bucket. The stack's thread, allocation-free.
 */
final class ConnectionTable {
    private static final int BUCKETS = 1 << 14;

    private final @Nullable Tcb[] buckets = new @Nullable Tcb[BUCKETS];
    private final SipHash hash;
    private int size;

    ConnectionTable(RandomGenerator random) {
        this.hash = new SipHash(random);
    }

    @Nullable Tcb find(
            long remoteHigh,
            long remoteLow,
            int remotePort,
            long localHigh,
            long localLow,
            int localPort) {
        Tcb t = buckets[bucket(remoteHigh, remoteLow, remotePort, localPort)];
        while (t != null
                && !(t.remotePort == remotePort
                        && t.localPort == localPort
                        && t.remoteLow == remoteLow
                        && t.localLow == localLow
                        && t.remoteHigh == remoteHigh
                        && t.localHigh == localHigh)) {
            t = t.nextInBucket;
        }
        return t;
    }

    void add(Tcb t) {
        int b = bucket(t.remoteHigh, t.remoteLow, t.remotePort, t.localPort);
        t.nextInBucket = buckets[b];
        buckets[b] = t;
        size++;
    }

    void remove(Tcb t) {
        int b = bucket(t.remoteHigh, t.remoteLow, t.remotePort, t.localPort);
        Tcb before = null;
        Tcb at = buckets[b];
        while (at != null) {
            if (at.equals(t)) {
                if (before == null) {
                    buckets[b] = t.nextInBucket;
                } else {
                    before.nextInBucket = t.nextInBucket;
                }
                t.nextInBucket = null;
                size--;
                return;
            }
            before = at;
            at = at.nextInBucket;
        }
    }

    int size() {
        return size;
    }

    /** For what is rare: looks at all. An action may remove the connection that it is given. */
    void forEach(Consumer<Tcb> action) {
        for (Tcb head : buckets) {
            Tcb t = head;
            while (t != null) {
                Tcb next = t.nextInBucket;
                action.accept(t);
                t = next;
            }
        }
    }

    private int bucket(long remoteHigh, long remoteLow, int remotePort, int localPort) {
        long h =
                hash.begin()
                        .add(remoteHigh)
                        .add(remoteLow)
                        .add((long) remotePort << 16 | localPort)
                        .finish();
        return (int) h & (BUCKETS - 1);
    }
}

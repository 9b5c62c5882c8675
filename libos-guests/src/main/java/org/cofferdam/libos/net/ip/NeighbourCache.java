package org.cofferdam.libos.net.ip;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.cofferdam.libos.net.count.Counter;
import org.cofferdam.libos.net.count.Counters;
import org.cofferdam.libos.net.link.Link;
import org.cofferdam.libos.net.link.Offload;
import org.cofferdam.libos.net.timer.Timer;
import org.cofferdam.libos.net.timer.TimerWheel;
import org.cofferdam.libos.net.wire.MacAddress;
import org.cofferdam.libos.net.wire.Wire;

/**
 * Which Ethernet address a next hop has, for ARP and neighbour discovery alike. The states are those of RFC 4861,
 * section 7.3.2, less those that save messages:
 *
 * <pre>
 *  (none) --use--&gt; ASKED --answer--&gt; KNOWN --used after 30 s, or doubted--&gt; CHECKED --answer--&gt; KNOWN
 *                   three questions without answer: forgotten, and the protocols above are told
 * </pre>
 *
 * An entry is made only because the stack itself wants to send, and an Ethernet address is taken only from an answer
 * to a question that is open: an announcement that nobody asked for does no more than have the entry checked. So a
 * stranger can neither fill the cache nor quietly write into it.
 *
 * <p>256 entries at most; the one used longest ago makes room. One frame waits for each that is asked for, 16 in all.
 * The stack's thread, allocation-free.
 */
final class NeighbourCache {
    /** Not known yet; the question is out. */
    static final long UNKNOWN = -1;

    private static final int ENTRIES = 256;
    private static final int BUCKETS = 512;
    private static final int NONE = -1;
    private static final int WAITING = 16;
    private static final int WAITING_BYTES = 2048;
    private static final int QUESTIONS = 3;
    private static final long FRESH_NANOS = 30_000_000_000L;
    private static final long QUESTION_NANOS = 1_000_000_000L;

    private static final byte FREE = 0;
    private static final byte ASKED = 1;
    private static final byte KNOWN = 2;
    private static final byte CHECKED = 3;

    /** Asks who has an address: of everybody, or of who had it. */
    interface Asker {
        void ask(long high, long low, long mac);
    }

    /** Told of next hops that do not answer. */
    interface Mourner {
        void unreachable(long high, long low);
    }

    private final Link link;
    private final TimerWheel wheel;
    private final Counters counters;
    private final int[] bucket = new int[BUCKETS];
    private final int[] next = new int[ENTRIES];
    private final byte[] state = new byte[ENTRIES];
    private final long[] high = new long[ENTRIES];
    private final long[] low = new long[ENTRIES];
    private final long[] mac = new long[ENTRIES];
    private final long[] since = new long[ENTRIES];
    private final long[] usedAt = new long[ENTRIES];
    private final int[] questions = new int[ENTRIES];
    private final int[] waiting = new int[ENTRIES];
    private final MemorySegment waitingFrames =
            Arena.ofAuto().allocate((long) WAITING * WAITING_BYTES, 8);
    private final int[] waitingBytes = new int[WAITING];
    private final boolean[] waitingTaken = new boolean[WAITING];
    private final Offload[] waitingOffload = new Offload[WAITING];
    private final Asker asker;
    private final Mourner mourner;
    private int open;
    private final Timer timer =
            new Timer() {
                @Override
                protected void expired(long now) {
                    askAgain(now);
                }
            };

    NeighbourCache(Link link, TimerWheel wheel, Counters counters, Asker asker, Mourner mourner) {
        this.link = link;
        this.wheel = wheel;
        this.counters = counters;
        this.asker = asker;
        this.mourner = mourner;
        java.util.Arrays.fill(bucket, NONE);
        java.util.Arrays.fill(waiting, NONE);
        java.util.Arrays.setAll(waitingOffload, i -> new Offload());
    }

    /** The Ethernet address of a next hop, or {@link #UNKNOWN}; then it is asked for. */
    long lookUp(long nextHigh, long nextLow, long now) {
        int i = find(nextHigh, nextLow);
        if (i == NONE) {
            i = make(nextHigh, nextLow, now);
            ask(i, ASKED, now);
            return UNKNOWN;
        }
        usedAt[i] = now;
        if (state[i] == ASKED) {
            return UNKNOWN;
        }
        if (state[i] == KNOWN && now - since[i] > FRESH_NANOS) {
            ask(i, CHECKED, now);
        }
        return mac[i];
    }

    /** Keeps a frame until its next hop, which is asked for, is known; one kept before is lost. */
    void keep(
            long nextHigh,
            long nextLow,
            MemorySegment memory,
            long offset,
            int length,
            Offload offload) {
        int i = find(nextHigh, nextLow);
        if (i == NONE || state[i] != ASKED || length > WAITING_BYTES) {
            counters.add(Counter.DROP_UNRESOLVED);
            return;
        }
        if (waiting[i] == NONE) {
            waiting[i] = freeWaiting();
        } else {
            counters.add(Counter.DROP_UNRESOLVED);
        }
        int slot = waiting[i];
        if (slot == NONE) {
            counters.add(Counter.DROP_UNRESOLVED);
            return;
        }
        MemorySegment.copy(memory, offset, waitingFrames, (long) slot * WAITING_BYTES, length);
        waitingBytes[slot] = length;
        waitingOffload[slot].set(offload);
    }

    private int freeWaiting() {
        for (int slot = 0; slot < WAITING; slot++) {
            if (!waitingTaken[slot]) {
                waitingTaken[slot] = true;
                return slot;
            }
        }
        return NONE;
    }

    /** Somebody answers for an address. Has no effect unless the question is open. */
    void answer(long itsHigh, long itsLow, long itsMac, long now) {
        int i = find(itsHigh, itsLow);
        if (i == NONE || MacAddress.isGroup(itsMac) || itsMac == 0) {
            return;
        }
        if (state[i] == KNOWN) {
            doubt(i, itsMac, now);
            return;
        }
        mac[i] = itsMac;
        state[i] = KNOWN;
        since[i] = now;
        open--;
        release(i);
    }

    /** Somebody claims an address without being asked: if we hold it for another's, it is checked. */
    void claim(long itsHigh, long itsLow, long itsMac, long now) {
        int i = find(itsHigh, itsLow);
        if (i != NONE && state[i] == KNOWN) {
            doubt(i, itsMac, now);
        }
    }

    private void doubt(int i, long itsMac, long now) {
        // Once a second at most, so that claims cannot make us ask without end.
        if (mac[i] != itsMac && now - since[i] > QUESTION_NANOS) {
            ask(i, CHECKED, now);
        }
    }

    private void release(int i) {
        int slot = waiting[i];
        if (slot == NONE) {
            return;
        }
        waiting[i] = NONE;
        waitingTaken[slot] = false;
        long place = link.claim(waitingBytes[slot]);
        if (place == Link.NO_ROOM) {
            counters.add(Counter.DROP_UNRESOLVED);
            return;
        }
        MemorySegment.copy(
                waitingFrames,
                (long) slot * WAITING_BYTES,
                link.memory(),
                place,
                waitingBytes[slot]);
        Wire.putU48(link.memory(), place, mac[i]);
        link.commit(waitingBytes[slot], waitingOffload[slot]);
        counters.add(Counter.PACKETS_OUT);
    }

    private void ask(int i, byte newState, long now) {
        if (state[i] != ASKED && state[i] != CHECKED) {
            open++;
        }
        state[i] = newState;
        since[i] = now;
        questions[i] = 1;
        if (!timer.isScheduled()) {
            wheel.schedule(timer, now + QUESTION_NANOS);
        }
        asker.ask(high[i], low[i], MacAddress.BROADCAST);
    }

    private void askAgain(long now) {
        for (int i = 0; i < ENTRIES; i++) {
            if ((state[i] != ASKED && state[i] != CHECKED) || now - since[i] < QUESTION_NANOS / 2) {
                continue;
            }
            if (questions[i]++ < QUESTIONS) {
                asker.ask(high[i], low[i], MacAddress.BROADCAST);
            } else {
                long lostHigh = high[i];
                long lostLow = low[i];
                forget(i);
                mourner.unreachable(lostHigh, lostLow);
            }
        }
        if (open > 0) {
            wheel.schedule(timer, now + QUESTION_NANOS);
        }
    }

    private int make(long newHigh, long newLow, long now) {
        int free = NONE;
        int oldest = 0;
        for (int i = 0; i < ENTRIES && free == NONE; i++) {
            if (state[i] == FREE) {
                free = i;
            } else if (usedAt[i] - usedAt[oldest] < 0) {
                oldest = i;
            }
        }
        if (free == NONE) {
            forget(oldest);
            free = oldest;
        }
        high[free] = newHigh;
        low[free] = newLow;
        usedAt[free] = now;
        int b = bucketOf(newHigh, newLow);
        next[free] = bucket[b];
        bucket[b] = free;
        return free;
    }

    private void forget(int i) {
        if (state[i] == ASKED || state[i] == CHECKED) {
            open--;
        }
        if (waiting[i] != NONE) {
            waitingTaken[waiting[i]] = false;
            waiting[i] = NONE;
            counters.add(Counter.DROP_UNRESOLVED);
        }
        state[i] = FREE;
        int b = bucketOf(high[i], low[i]);
        if (bucket[b] == i) {
            bucket[b] = next[i];
            return;
        }
        int at = bucket[b];
        while (next[at] != i) {
            at = next[at];
        }
        next[at] = next[i];
    }

    private int find(long itsHigh, long itsLow) {
        int i = bucket[bucketOf(itsHigh, itsLow)];
        while (i != NONE && (high[i] != itsHigh || low[i] != itsLow)) {
            i = next[i];
        }
        return i;
    }

    private static int bucketOf(long high, long low) {
        return (int) (((high * 31 + low) * 0x9e37_79b9_7f4a_7c15L) >>> 55);
    }
}

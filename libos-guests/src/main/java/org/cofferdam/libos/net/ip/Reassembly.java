package org.cofferdam.libos.net.ip;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Puts datagrams of both families together from fragments (RFC 791, section 3.2; RFC 815; RFC 8200, section 4.5).
 *
 * <p>Bounded: so many datagrams at once, of so many separate runs of bytes each; the oldest makes room for a new one, and
 * after 30 s a datagram is given up. Fragments that overlap spoil their datagram, whose later fragments are then dropped
 * as well (RFC 5722, section 4); an exact repetition is only dropped (RFC 8200, section 4.5).
 *
 * <p>The stack's thread. A place's memory is made when it is first used, and kept.
 */
final class Reassembly {
    /** No datagram is complete. */
    static final int NOT_YET = -1;

    /** The fragment was refused. */
    static final int REFUSED = -2;

    private static final int PLACES = 8;
    private static final int MOST_RUNS = 128;
    private static final int LONGEST = 65_535;
    private static final long PATIENCE_NANOS = 30_000_000_000L;

    private final Place[] places = new Place[PLACES];

    private static final class Place {
        private @Nullable MemorySegment memory;
        private final int[] start = new int[MOST_RUNS];
        private final int[] end = new int[MOST_RUNS];
        private int runs;
        private boolean used;
        private boolean spoilt;
        private int total = -1;
        private long begun;
        private long sourceHigh;
        private long sourceLow;
        private long destinationHigh;
        private long destinationLow;
        private int identification;
        private int protocol;

        boolean isOf(Packet p, int id) {
            return used
                    && identification == id
                    && protocol == p.protocol
                    && sourceLow == p.sourceLow
                    && destinationLow == p.destinationLow
                    && sourceHigh == p.sourceHigh
                    && destinationHigh == p.destinationHigh;
        }

        MemorySegment memory() {
            MemorySegment made = memory;
            if (made == null) {
                made = Arena.ofAuto().allocate(LONGEST + 1L, 8);
                memory = made;
            }
            return made;
        }

        /** Notes a run of bytes. False if it overlaps another or there are too many. */
        boolean note(int from, int to) {
            int at = 0;
            while (at < runs && end[at] < from) {
                at++;
            }
            // All runs before end before this one begins; the next must begin where it ends or
            // later.
            boolean joinsBefore = at < runs && end[at] == from;
            int after = joinsBefore ? at + 1 : at;
            if (after < runs && start[after] < to) {
                return false;
            }
            boolean joinsAfter = after < runs && start[after] == to;
            if (joinsBefore && joinsAfter) {
                end[at] = end[after];
                remove(after);
            } else if (joinsBefore) {
                end[at] = to;
            } else if (joinsAfter) {
                start[after] = from;
            } else {
                if (runs == MOST_RUNS) {
                    return false;
                }
                System.arraycopy(start, at, start, at + 1, runs - at);
                System.arraycopy(end, at, end, at + 1, runs - at);
                start[at] = from;
                end[at] = to;
                runs++;
            }
            return true;
        }

        boolean has(int from, int to) {
            for (int i = 0; i < runs; i++) {
                if (start[i] <= from && to <= end[i]) {
                    return true;
                }
            }
            return false;
        }

        private void remove(int i) {
            System.arraycopy(start, i + 1, start, i, runs - i - 1);
            System.arraycopy(end, i + 1, end, i, runs - i - 1);
            runs--;
        }
    }

    Reassembly() {
        Arrays.setAll(places, i -> new Place());
    }

    /**
     * Takes a fragment.
     *
     * @param p its addresses and protocol, and its bytes
     * @param from offset of its bytes in the datagram
     * @param more others follow it
     * @return the place of the datagram that it completes, to be released; or {@link #NOT_YET}, {@link #REFUSED}
     */
    int add(Packet p, int identification, int from, boolean more, long now) {
        int to = from + p.length;
        // RFC 791, section 3.2: all but the last are of multiples of 8 bytes. A sum of 16-bit
        // numbers; the datagram must not get longer than IP can say.
        if (p.length == 0 || to > LONGEST || (more && p.length % 8 != 0)) {
            return REFUSED;
        }
        int at = find(p, identification, now);
        Place place = places[at];
        if (place.spoilt || place.has(from, to)) {
            return REFUSED;
        }
        boolean endAgrees = more ? place.total < 0 || to < place.total : endsAt(place, to);
        if (!endAgrees || !place.note(from, to)) {
            place.spoilt = true;
            return REFUSED;
        }
        if (!more) {
            place.total = to;
        }
        MemorySegment.copy(p.memory, p.offset, place.memory(), from, p.length);
        boolean complete = place.runs == 1 && place.start[0] == 0 && place.end[0] == place.total;
        return complete ? at : NOT_YET;
    }

    /** Whether a last fragment may end there: nothing lies behind it, and no other end was told. */
    private static boolean endsAt(Place place, int to) {
        return place.total < 0 && (place.runs == 0 || place.end[place.runs - 1] <= to);
    }

    private int find(Packet p, int identification, long now) {
        int oldest = 0;
        int free = -1;
        for (int i = 0; i < PLACES; i++) {
            Place place = places[i];
            if (place.used && now - place.begun > PATIENCE_NANOS) {
                place.used = false;
            }
            if (place.isOf(p, identification)) {
                return i;
            }
            if (!place.used) {
                free = i;
            } else if (place.begun - places[oldest].begun < 0) {
                oldest = i;
            }
        }
        int at = free >= 0 ? free : oldest;
        Place place = places[at];
        place.used = true;
        place.spoilt = false;
        place.runs = 0;
        place.total = -1;
        place.begun = now;
        place.sourceHigh = p.sourceHigh;
        place.sourceLow = p.sourceLow;
        place.destinationHigh = p.destinationHigh;
        place.destinationLow = p.destinationLow;
        place.identification = identification;
        place.protocol = p.protocol;
        return at;
    }

    /** The bytes of a complete datagram, from 0 on. */
    MemorySegment memory(int place) {
        return places[place].memory();
    }

    /** How many. */
    int length(int place) {
        return places[place].total;
    }

    /** Lets go of a complete datagram. */
    void release(int place) {
        places[place].used = false;
    }
}

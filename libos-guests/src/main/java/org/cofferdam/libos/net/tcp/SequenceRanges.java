package org.cofferdam.libos.net.tcp;

/**
 * A bounded set of sequence numbers as sorted, separate ranges: what arrived out of order, or what the peer says has
 * arrived. All lie within one window, so comparing them modulo 2^32 orders them.
 *
 * <p>One thread, allocation-free once made.
 */
final class SequenceRanges {
    private final int[] start;
    private final int[] end;
    private int count;
    private int newest;

    SequenceRanges(int most) {
        start = new int[most];
        end = new int[most];
    }

    int count() {
        return count;
    }

    boolean isEmpty() {
        return count == 0;
    }

    int start(int i) {
        return start[i];
    }

    /** One behind the range's last. */
    int end(int i) {
        return end[i];
    }

    void clear() {
        count = 0;
    }

    /** The range that was added to last, for the first block of a SACK option (RFC 2018, section 4). */
    int newest() {
        for (int i = 0; i < count; i++) {
            if (Seq.atOrBefore(start[i], newest) && Seq.before(newest, end[i])) {
                return i;
            }
        }
        return 0;
    }

    /** Adds a range, joined with those that it touches. False, and without effect, if there would be too many. */
    boolean add(int from, int to) {
        int first = 0;
        while (first < count && Seq.before(end[first], from)) {
            first++;
        }
        int behind = first;
        int low = from;
        int high = to;
        while (behind < count && Seq.atOrBefore(start[behind], to)) {
            low = Seq.min(low, start[behind]);
            high = Seq.max(high, end[behind]);
            behind++;
        }
        int joined = behind - first;
        if (joined == 0 && count == start.length) {
            return false;
        }
        int moved = count - behind;
        System.arraycopy(start, behind, start, first + 1, moved);
        System.arraycopy(end, behind, end, first + 1, moved);
        start[first] = low;
        end[first] = high;
        count += 1 - joined;
        newest = from;
        return true;
    }

    /** Forgets everything before a number. */
    void removeBefore(int sequence) {
        int gone = 0;
        while (gone < count && Seq.atOrBefore(end[gone], sequence)) {
            gone++;
        }
        if (gone > 0) {
            System.arraycopy(start, gone, start, 0, count - gone);
            System.arraycopy(end, gone, end, 0, count - gone);
            count -= gone;
        }
        if (count > 0 && Seq.before(start[0], sequence)) {
            start[0] = sequence;
        }
    }

    /** Whether all of a range is in the set. */
    boolean covers(int from, int to) {
        for (int i = 0; i < count; i++) {
            if (Seq.atOrBefore(start[i], from) && Seq.atOrBefore(to, end[i])) {
                return true;
            }
        }
        return false;
    }

    /** The first number at or behind one that is not in the set. */
    int firstOutside(int sequence) {
        int at = sequence;
        for (int i = 0; i < count; i++) {
            if (Seq.atOrBefore(start[i], at) && Seq.before(at, end[i])) {
                at = end[i];
            }
        }
        return at;
    }

    /** Where the next range behind a number starts, or {@code otherwise}. */
    int nextStart(int sequence, int otherwise) {
        for (int i = 0; i < count; i++) {
            if (Seq.after(start[i], sequence)) {
                return start[i];
            }
        }
        return otherwise;
    }
}

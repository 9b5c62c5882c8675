package org.cofferdam.proxy.kernel;

import java.util.ArrayList;
import java.util.List;

/** A sink that keeps everything, as the audit log does. */
final class RecordedDrops implements DropSink {
    /** One sample. */
    record Sample(
            DropReason reason,
            DropDirection direction,
            int ifindex,
            int ethertype,
            int length,
            long source,
            long destination,
            long count) {}

    final long[][] sums = new long[DropDirection.values().length][DropReason.values().length];
    final long[] lost = new long[DropDirection.values().length];
    final List<Sample> samples = new ArrayList<>();
    boolean hasRoom = true;

    long sum(DropDirection direction, DropReason reason) {
        return sums[direction.code()][reason.code()];
    }

    @Override
    public boolean dropped(int reason, int direction, long delta) {
        if (hasRoom) {
            sums[direction][reason] += delta;
        }
        return hasRoom;
    }

    @Override
    public boolean eventsLost(int direction, long delta) {
        if (hasRoom) {
            lost[direction] += delta;
        }
        return hasRoom;
    }

    @Override
    public boolean sample(
            int reason,
            int direction,
            int ifindex,
            int ethertype,
            int length,
            long source,
            long destination,
            long nanos,
            long count) {
        if (hasRoom) {
            samples.add(
                    new Sample(
                            DropReason.of(reason),
                            DropDirection.of(direction),
                            ifindex,
                            ethertype,
                            length,
                            source,
                            destination,
                            count));
        }
        return hasRoom;
    }
}

package org.cofferdam.monitor;

import org.cofferdam.audit.AuditSource;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.proxy.kernel.DropSink;

/**
 * Writes what the kernel program dropped into the audit log. The sum of the deltas recorded is the kernel's
 * counter. Domain thread; allocation-free.
 */
final class KernelDropRecorder implements DropSink {
    private final AuditSource source;

    KernelDropRecorder(AuditSource source) {
        this.source = source;
    }

    @Override
    public boolean dropped(int reason, int direction, long delta) {
        return source.tryRecord(CrossingType.KERNEL_DROPS, reason, delta, direction);
    }

    @Override
    public boolean eventsLost(int direction, long delta) {
        return source.tryRecord(CrossingType.KERNEL_EVENTS_LOST, direction, delta, 0);
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
        // The kernel's time is CLOCK_MONOTONIC, as System.nanoTime is; the log's is since 1970.
        long when = this.source.now() - (System.nanoTime() - nanos);
        return this.source.tryAggregate(
                CrossingType.KERNEL_DROP,
                Math.clamp(count, 1L, 0xffff_ffffL),
                when,
                when,
                reason,
                ifindex,
                ethertype,
                length,
                source,
                direction);
    }
}

package org.cofferdam.monitor.domain;

import org.cofferdam.audit.AuditSource;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.RepeatAggregator;
import org.cofferdam.monitor.card.CardCondition;
import org.cofferdam.monitor.card.CardEvents;
import org.cofferdam.monitor.card.DmaDirection;
import org.cofferdam.monitor.card.MalformedDescriptor;
import org.cofferdam.monitor.card.RegisterRefusal;
import org.cofferdam.monitor.card.RingName;
import org.cofferdam.monitor.vfio.IommuFault;
import org.cofferdam.monitor.vfio.VfioEvents;

/**
 * Writes what crosses between the domain, its card and the monitor into the audit log.
 *
 * <p>The domain thread only. Repeats (doorbells, register accesses, refusals) within 15 ms become one record
 * with a count. {@link #hasRoom} is asked before the domain gets a slice, so there is room for what a slice can
 * cause; should it not suffice, the loss is counted in the log.
 */
public final class DomainRecorder implements CardEvents, VfioEvents {
    /** More than the records that one slice can cause. */
    private static final int SLICE_BYTES = 32 << 10;

    private final AuditSource source;
    private final RepeatAggregator repeats;
    private boolean dmaRefused;
    private String dmaRefusal = "";

    public DomainRecorder(AuditSource source) {
        this.source = source;
        this.repeats = new RepeatAggregator(source);
    }

    /** Whether the log takes what a slice can cause; if not, the domain waits. */
    boolean hasRoom() {
        return source.hasRoom(SLICE_BYTES);
    }

    /** Whether the card's DMA was refused since the last call. */
    boolean takeDmaRefusal() {
        boolean was = dmaRefused;
        dmaRefused = false;
        return was;
    }

    /** The last refusal in words. */
    String dmaRefusal() {
        return dmaRefusal;
    }

    /** Writes aggregates whose time has come. */
    void expire() {
        repeats.expire();
    }

    /** Writes all aggregates: before a sleep, a fault or the end. */
    public void flush() {
        if (!repeats.flush()) {
            source.lost(1);
        }
    }

    void event(CrossingType type, long a, long b, long c) {
        if (!source.tryRecord(type, a, b, c, 0, 0, 0)) {
            source.lost(1);
        }
    }

    void event(CrossingType type, long a, long b, long c, long d, long e) {
        if (!source.tryRecord(type, a, b, c, d, e, 0)) {
            source.lost(1);
        }
    }

    void event(CrossingType type, long a, long b, long c, String text) {
        if (!source.tryRecord(type, a, b, c, 0, 0, 0, text)) {
            source.lost(1);
        }
    }

    private void event(CrossingType type, long a, long b, long c, long d, long e, String text) {
        if (!source.tryRecord(type, a, b, c, d, e, 0, text)) {
            source.lost(1);
        }
    }

    /** A crossing that may repeat by the thousand. */
    void repeat(CrossingType type, long a, long b) {
        if (!repeats.tryRecord(type, a, b)) {
            source.lost(1);
        }
    }

    /** The domain's driver told a device of its PC to do what may not be; few of them in 15 ms become records. */
    void refused(String what) {
        event(CrossingType.REGISTER_REFUSED, 0, 0, 0, what);
    }

    @Override
    public void dmaRefused(long iova, long length, DmaDirection direction, RingName ring) {
        dmaRefused = true;
        dmaRefusal = "the card stopped its ring";
        flush();
        event(
                CrossingType.DMA_REFUSED,
                iova,
                length,
                direction == DmaDirection.DEVICE_WRITES ? 1 : 0,
                ring.name());
    }

    @Override
    public void registerRefused(long barOffset, int size, long value, RegisterRefusal why) {
        repeat(CrossingType.REGISTER_REFUSED, barOffset, why.code());
    }

    @Override
    public void malformedDescriptor(RingName ring, int index, MalformedDescriptor why) {
        repeat(CrossingType.DESCRIPTOR_REFUSED, ring.code(), why.code());
    }

    @Override
    public void interrupt(int cause) {
        repeat(CrossingType.INTERRUPT, Integer.toUnsignedLong(cause), 0);
    }

    @Override
    public void linkChanged(boolean up) {
        event(CrossingType.CARD_LINK, up ? 1 : 0, 0, 0);
    }

    @Override
    public void cardReset(boolean byDomain) {
        event(CrossingType.CARD_RESET, byDomain ? 1 : 0, 0, 0);
    }

    @Override
    public void iommuFault(IommuFault fault) {
        dmaRefused = true;
        dmaRefusal = "the IOMMU refused: " + fault.describe();
        record(fault);
    }

    @Override
    public void unattributedFault(IommuFault fault) {
        record(fault);
    }

    private void record(IommuFault fault) {
        flush();
        event(
                CrossingType.IOMMU_FAULT,
                fault.address(),
                fault.isWrite() ? 1 : 0,
                fault.isInterrupt() ? 1 : 0,
                fault.reason(),
                fault.requester(),
                fault.text());
    }

    @Override
    public void iommuFaultsUntold(long count, boolean exactly) {
        event(CrossingType.IOMMU_FAULTS_UNTOLD, count, exactly ? 1 : 0, 0);
    }

    @Override
    public void interrupts(long count) {
        repeat(CrossingType.INTERRUPT, 0, count);
    }

    @Override
    public void condition(CardCondition condition, String text) {
        flush();
        event(CrossingType.CARD_CONDITION, condition.code(), 0, 0, text);
    }
}

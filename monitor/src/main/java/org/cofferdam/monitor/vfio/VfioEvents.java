package org.cofferdam.monitor.vfio;

import org.cofferdam.monitor.card.CardCondition;

/** Where a real card's events go, for the audit log. The card's thread; no blocking, no throwing. */
public interface VfioEvents {
    /** The IOMMU refused an access of the card. */
    void iommuFault(IommuFault fault);

    /**
     * The IOMMU refused an access without being told whose it was ({@link IommuFault#isOfNobody}). It may have been the
     * card's, so it belongs on record; it may have been another's, so nothing follows from it.
     */
    void unattributedFault(IommuFault fault);

    /**
     * The kernel had more faults than it wrote about, of any device.
     *
     * @param exactly false: so many times an unknown number
     */
    void iommuFaultsUntold(long count, boolean exactly);

    /** The card's interrupt came so often since the last time. */
    void interrupts(long count);

    /** The card became ready, or not. */
    void condition(CardCondition condition, String text);
}

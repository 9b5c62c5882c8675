package org.cofferdam.binding.bpf;

/** A direct-action filter at an interface. */
public final class TcAttachment implements BpfAttachment {
    private final int ifindex;
    private final TcDirection direction;
    private final TcPlace place;
    private final int programId;
    private final boolean madeQdisc;
    private boolean attached = true;

    TcAttachment(
            int ifindex, TcDirection direction, TcPlace place, int programId, boolean madeQdisc) {
        this.ifindex = ifindex;
        this.direction = direction;
        this.place = place;
        this.programId = programId;
        this.madeQdisc = madeQdisc;
    }

    @Override
    public int ifindex() {
        return ifindex;
    }

    /** Which of the interface's hooks. */
    public TcDirection direction() {
        return direction;
    }

    /**
     * Removes the filter if it still is this one, and the clsact qdisc too, if this attachment made it and
     * nobody else's filter is there.
     */
    @Override
    public void close() {
        if (!attached) {
            return;
        }
        attached = false;
        TcFilters.remove(ifindex, direction, place, program -> program.id() == programId);
        if (madeQdisc) {
            TcFilters.removeQdiscIfEmpty(ifindex);
        }
    }
}

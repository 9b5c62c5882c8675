package org.cofferdam.proxy.packetswitch;

import java.lang.foreign.MemorySegment;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/** What the switch keeps for a port. */
final class SwitchPort {
    /** So long after its last frame for the uplink a station counts as one that speaks to it. */
    static final long FORGET_NANOS = 100_000_000;

    private static final SecureRandom SEEDS = new SecureRandom();

    final PortId id;
    final Port port;
    final PortPolicy policy;
    final boolean isUplink;
    final RateLimit rate;
    final PortCounters counters;
    final FairTurn turn = new FairTurn();
    private final GroupTable groups;
    private final boolean hearsAll;

    /** What a station begins; none for the uplink, behind which everybody is. */
    final @Nullable FlowWatch flows;

    /** Frames of the burst under way that go to this port. */
    final Selection selection;

    /**
     * Frames for the uplink wait with the peer while it has no room. A station that speaks to other stations only does
     * not: else one that floods the wire would stall it.
     */
    boolean waitsForUplink;

    private long lastForUplink;

    /** The port was not looked at in the last pass. */
    boolean heldBack;

    private final int[] etherTypes;

    SwitchPort(PortId id, Port port, PortPolicy policy, int burstFrames) {
        this(
                id,
                port,
                policy,
                burstFrames,
                new PortCounters(),
                new GroupTable(),
                policy.role() == PortPolicy.Role.UPLINK ? null : new FlowWatch(SEEDS.nextLong()));
    }

    /** The same port under another policy; its counters and groups stay. */
    SwitchPort under(PortPolicy other) {
        return new SwitchPort(id, port, other, selection.capacity(), counters, groups, flows);
    }

    private SwitchPort(
            PortId id,
            Port port,
            PortPolicy policy,
            int burstFrames,
            PortCounters counters,
            GroupTable groups,
            @Nullable FlowWatch flows) {
        this.flows = flows;
        this.counters = counters;
        this.groups = groups;
        this.hearsAll = policy.groups() == PortPolicy.Groups.EVERY;
        this.id = id;
        this.port = port;
        this.policy = policy;
        this.isUplink = policy.role() == PortPolicy.Role.UPLINK;
        this.rate = new RateLimit(policy.packetsPerSecond(), policy.bitsPerSecond());
        this.selection = new Selection(burstFrames);
        this.waitsForUplink = !isUplink;
        this.etherTypes = policy.etherTypes().stream().mapToInt(Integer::intValue).toArray();
    }

    /** Whether frames may pass between the two: each must name the other. */
    boolean reaches(SwitchPort other) {
        return (policy.reach() >>> other.id.value() & other.policy.reach() >>> id.value() & 1) != 0;
    }

    /** A burst was taken from the port. While it is held back there is none, so it does not stop waiting meanwhile. */
    void sentBurst(long now, boolean forUplink) {
        if (isUplink) {
            return;
        }
        if (forUplink) {
            waitsForUplink = true;
            lastForUplink = now;
        } else if (now - lastForUplink > FORGET_NANOS) {
            waitsForUplink = false;
        }
    }

    /** Whether frames to this group address are for the port. */
    boolean hears(long destination) {
        return hearsAll || groups.hears(destination);
    }

    /** Notes what the frame says of the groups that its sender listens to, if that matters. */
    void noteGroups(MemorySegment memory, long frame, int length) {
        if (!hearsAll) {
            int refused = MembershipReport.apply(memory, frame, length, groups);
            counters.add(PortCounter.GROUPS_REFUSED, refused);
        }
    }

    boolean allows(int etherType) {
        for (int allowed : etherTypes) {
            if (allowed == etherType) {
                return true;
            }
        }
        return false;
    }
}

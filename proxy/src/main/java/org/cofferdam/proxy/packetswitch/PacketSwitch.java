package org.cofferdam.proxy.packetswitch;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.cofferdam.proxy.capture.CaptureRing;
import org.cofferdam.proxy.frame.Ethernet;
import org.cofferdam.proxy.frame.HeaderFault;
import org.cofferdam.proxy.frame.Mac;
import org.cofferdam.proxy.frame.OffloadCheck;
import org.jspecify.annotations.Nullable;

/**
 * Joins the ports: takes a burst from each in turn, gives each frame a verdict, copies what passes to its receivers,
 * and leaves one audit record for the burst that came in and one for each that went out.
 *
 * <p>One thread calls everything here; {@link #doWork} allocates nothing and locks nothing. Only {@link #counters} may
 * be read elsewhere.
 *
 * <p>Ports share the thread by what their frames cost ({@link FairTurn}): a flood from one leaves the others theirs.
 *
 * <p>Nothing is lost in silence. A port is not looked at while its audit ring has no room for its records, nor, if it
 * speaks to the uplink, while that has no room for a frame of the largest size: its peer waits, and the pass is counted.
 */
public final class PacketSwitch {
    // 01:80:c2:00:00:00 to 0f: pause frames, spanning tree and their kin never cross a bridge (IEEE
    // 802.1Q, table 8-1).
    private static final long RESERVED_GROUP = 0x0180_c200_0000L;

    private final LongSupplier clock;
    private final CrossingRecorder recorder;
    private final Burst burst;
    private final OffloadCheck offloads = new OffloadCheck();
    private final MacTable addresses = new MacTable();

    // Ports by number, and the same ports without gaps, uplink first.
    private final @Nullable SwitchPort[] byNumber = new SwitchPort[PortId.LIMIT];
    private SwitchPort[] ports = new SwitchPort[0];
    private @Nullable SwitchPort uplink;
    private boolean waitsForAudit;

    // Null while nobody captures: one look at a field for each burst is all that it costs then.
    private CaptureRing @Nullable [] captures;
    private final byte[][] names = new byte[PortId.LIMIT][];

    /**
     * A switch without ports.
     *
     * @param clock nanoseconds, monotonic; read once a pass
     * @param burst the switch's own from now on
     */
    public PacketSwitch(LongSupplier clock, CrossingRecorder recorder, Burst burst) {
        this.clock = clock;
        this.recorder = recorder;
        this.burst = burst;
    }

    /**
     * Adds a port, with its addresses.
     *
     * @throws IllegalArgumentException when the number or an address is taken, or there would be two uplinks
     */
    public void addPort(PortId id, Port port, PortPolicy policy) {
        if (byNumber[id.value()] != null) {
            throw new IllegalArgumentException(id + " exists");
        }
        checkFree(id, policy);
        byNumber[id.value()] = new SwitchPort(id, port, policy, burst.capacity());
        name(id, id.toString());
        arrange();
    }

    /** Gives a port the name that captures show. */
    public void name(PortId id, String name) {
        SwitchPort port = required(id);
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        names[port.id.value()] = bytes;
        if (captures != null) {
            for (CaptureRing ring : captures) {
                ring.announce(id.value(), bytes);
            }
        }
    }

    /** From now on a copy of each frame goes to this ring, too; begins with the names of the ports there are. */
    public void capture(CaptureRing ring) {
        for (SwitchPort port : ports) {
            ring.announce(port.id.value(), names[port.id.value()]);
        }
        List<CaptureRing> rings =
                captures == null ? new ArrayList<>() : new ArrayList<>(List.of(captures));
        rings.add(ring);
        captures = rings.toArray(CaptureRing[]::new);
    }

    /** No longer. Nothing is written to the ring when this has returned. */
    public void endCapture(CaptureRing ring) {
        if (captures != null) {
            List<CaptureRing> rings = new ArrayList<>(List.of(captures));
            rings.remove(ring);
            captures = rings.isEmpty() ? null : rings.toArray(CaptureRing[]::new);
        }
    }

    /**
     * Puts a port under another policy of the same role; its counters go on, its rate starts afresh.
     *
     * @throws IllegalArgumentException when there is no such port, or an address is another port's
     */
    public void changePolicy(PortId id, PortPolicy policy) {
        SwitchPort old = required(id);
        if (old.policy.role() != policy.role()) {
            throw new IllegalArgumentException(id + " cannot change its side");
        }
        checkFree(id, policy);
        byNumber[id.value()] = old.under(policy);
        arrange();
    }

    private void checkFree(PortId id, PortPolicy policy) {
        if (policy.role() == PortPolicy.Role.UPLINK && uplink != null && !uplink.id.equals(id)) {
            throw new IllegalArgumentException(uplink.id + " is the uplink already");
        }
        for (Mac mac : policy.addresses()) {
            int owner = addresses.find(mac.value());
            if (owner != MacTable.NONE && owner != id.value()) {
                throw new IllegalArgumentException(mac + " belongs to port " + owner);
            }
        }
    }

    /** Takes a port out; what its peer still sends is not looked at. */
    public void removePort(PortId id) {
        SwitchPort port = byNumber[id.value()];
        FlowWatch flows = port == null ? null : port.flows;
        if (flows != null && flows.isActive() && !recorder.flows(id, flows, clock.getAsLong())) {
            recorder.flowsLost();
        }
        byNumber[id.value()] = null;
        if (captures != null) {
            for (CaptureRing ring : captures) {
                ring.portGone(id.value());
            }
        }
        arrange();
    }

    private void arrange() {
        List<SwitchPort> order = new ArrayList<>();
        addresses.clear();
        uplink = null;
        for (SwitchPort port : byNumber) {
            if (port != null) {
                if (port.isUplink) {
                    uplink = port;
                    order.addFirst(port);
                } else {
                    order.add(port);
                }
                port.policy.addresses().forEach(mac -> addresses.add(mac.value(), port.id.value()));
            }
        }
        ports = order.toArray(SwitchPort[]::new);
    }

    /** A port's counters, for any thread. */
    public PortCounters counters(PortId id) {
        return required(id).counters;
    }

    /**
     * Whether the port was not looked at in the last pass, for want of room elsewhere. A thread that sleeps should not
     * wait for the port's descriptor then, since it would not be read.
     */
    public boolean heldBack(PortId id) {
        return required(id).heldBack;
    }

    /** Whether a port was held back in the last pass for want of room for its records: no descriptor tells of that room. */
    public boolean waitsForAudit() {
        return waitsForAudit;
    }

    private SwitchPort required(PortId id) {
        SwitchPort port = byNumber[id.value()];
        if (port == null) {
            throw new IllegalArgumentException(id + " does not exist");
        }
        return port;
    }

    /** One pass over all ports. Returns the number of frames taken. */
    public int doWork() {
        long now = clock.getAsLong();
        int work = 0;
        waitsForAudit = false;
        for (SwitchPort port : ports) {
            work += poll(port, now);
        }
        for (SwitchPort port : ports) {
            port.port.flush(now);
            sumUp(port, now);
        }
        return work;
    }

    private void sumUp(SwitchPort port, long now) {
        FlowWatch flows = port.flows;
        if (flows != null && flows.isDue(now) && recorder.flows(port.id, flows, now)) {
            flows.clear();
        }
    }

    private int poll(SwitchPort source, long now) {
        source.heldBack = true;
        // Room first, frames second: whatever is taken can be recorded. One record in, at most one
        // out for each port.
        if (!recorder.hasRoom(source.id, 1 + ports.length, burst.capacity())) {
            source.counters.add(PortCounter.HELD_FOR_AUDIT, 1);
            waitsForAudit = true;
            return 0;
        }
        ReceiveGate gate =
                source.turn.towards(
                        uplink != null && source.waitsForUplink
                                ? uplink.port.gate()
                                : ReceiveGate.OPEN);
        if (!gate.open(now)) {
            source.counters.add(PortCounter.HELD_FOR_UPLINK, 1);
            return 0;
        }
        source.heldBack = false;
        burst.clear();
        source.port.receive(burst, gate);
        int count = burst.count();
        if (count > 0) {
            source.rate.advance(now);
            judge(source, now);
            recorder.burstIn(source.id, burst.queue(), count, burst.lengths(), burst.verdicts());
            source.sentBurst(now, uplink != null && uplink.selection.count() > 0);
            CaptureRing[] watching = captures;
            if (watching != null) {
                captureTaken(watching, source, now);
            }
            deliver(watching, now);
        }
        return count;
    }

    private void judge(SwitchPort source, long now) {
        long bytes = 0;
        int count = burst.count();
        for (int i = 0; i < count; i++) {
            Verdict verdict = burst.verdict(i);
            if (verdict == Verdict.FORWARDED) {
                verdict = judge(source, i, now);
                burst.setVerdict(i, verdict);
            }
            source.counters.addTaken(verdict);
            bytes += burst.length(i);
        }
        source.counters.add(PortCounter.FRAMES_IN, count);
        source.counters.add(PortCounter.BYTES_IN, bytes);
    }

    private Verdict judge(SwitchPort source, int index, long now) {
        MemorySegment memory = burst.memory();
        long frame = burst.frame(index);
        int length = burst.length(index);
        if (length < Ethernet.HEADER_BYTES) {
            return Verdict.DROP_MALFORMED;
        }
        if (offloads.apply(memory, burst.header(index), frame, length) != HeaderFault.NONE) {
            return Verdict.DROP_MALFORMED;
        }
        if (offloads.wireBytes() > source.policy.maxFrameBytes()) {
            return Verdict.DROP_SIZE;
        }
        if (!maySend(source, Ethernet.source(memory, frame))) {
            return Verdict.DROP_SPOOFED_MAC;
        }
        if (!source.allows(Ethernet.type(memory, frame))) {
            return Verdict.DROP_ETHERTYPE;
        }
        if (!source.policy.claims().allow(memory, frame, length)) {
            return AddressClaims.isNeighbourClaim(memory, frame, length)
                    ? Verdict.DROP_SPOOFED_ARP
                    : Verdict.DROP_SPOOFED_IP;
        }
        FlowWatch begun = source.flows;
        if (begun != null) {
            begun.sent(now, memory, frame, length);
        }
        long destination = Ethernet.destination(memory, frame);
        boolean group = (destination & Mac.GROUP_BIT) != 0;
        if (group && (destination & ~0xfL) == RESERVED_GROUP) {
            return Verdict.DROP_POLICY;
        }
        SwitchPort receiver = group ? null : receiver(source, destination);
        if (!group && receiver == null) {
            return Verdict.DROP_NO_DESTINATION;
        }
        if (receiver != null && !source.reaches(receiver)) {
            return Verdict.DROP_POLICY;
        }
        if (!source.rate.admit(offloads.segments(), length)) {
            return Verdict.DROP_RATE;
        }
        if (receiver != null) {
            FlowWatch answered = receiver.flows;
            if (answered != null) {
                answered.given(now, memory, frame, length);
            }
            receiver.selection.add(burst, index, Verdict.FORWARDED);
            return Verdict.FORWARDED;
        }
        source.noteGroups(memory, frame, length);
        for (SwitchPort port : ports) {
            if (port != source && source.reaches(port) && port.hears(destination)) {
                port.selection.add(burst, index, Verdict.FLOODED);
            }
        }
        return Verdict.FLOODED;
    }

    private boolean maySend(SwitchPort source, long sender) {
        if ((sender & Mac.GROUP_BIT) != 0) {
            return false;
        }
        int owner = addresses.find(sender);
        return source.isUplink ? owner == MacTable.NONE : owner == source.id.value();
    }

    private @Nullable SwitchPort receiver(SwitchPort source, long destination) {
        int owner = addresses.find(destination);
        SwitchPort port = owner == MacTable.NONE ? uplink : byNumber[owner];
        return port == source ? null : port;
    }

    private void captureTaken(CaptureRing[] rings, SwitchPort source, long now) {
        int port = source.id.value();
        int count = burst.count();
        for (CaptureRing ring : rings) {
            for (int i = 0; i < count; i++) {
                ring.frame(
                        port,
                        names[port],
                        false,
                        burst.verdicts()[i],
                        now,
                        burst.memory(),
                        burst.frame(i),
                        burst.length(i),
                        burst.isCopied(i));
            }
            ring.publish();
        }
    }

    private void captureGiven(CaptureRing[] rings, SwitchPort receiver, long now) {
        int port = receiver.id.value();
        Selection selection = receiver.selection;
        int count = selection.count();
        for (CaptureRing ring : rings) {
            for (int i = 0; i < count; i++) {
                int frame = selection.frame(i);
                ring.frame(
                        port,
                        names[port],
                        true,
                        selection.verdicts()[i],
                        now,
                        burst.memory(),
                        burst.frame(frame),
                        burst.length(frame),
                        true);
            }
            ring.publish();
        }
    }

    private void deliver(CaptureRing @Nullable [] watching, long now) {
        for (SwitchPort port : ports) {
            Selection selection = port.selection;
            int count = selection.count();
            if (count == 0) {
                continue;
            }
            port.port.send(burst, selection);
            long frames = 0;
            long bytes = 0;
            for (int i = 0; i < count; i++) {
                Verdict verdict = selection.verdict(i);
                port.counters.addGiven(verdict);
                if (verdict.passes()) {
                    frames++;
                    bytes += burst.length(selection.frame(i));
                }
            }
            port.counters.add(PortCounter.FRAMES_OUT, frames);
            port.counters.add(PortCounter.BYTES_OUT, bytes);
            recorder.burstOut(port.id, 0, count, selection.lengths(), selection.verdicts());
            if (watching != null) {
                captureGiven(watching, port, now);
            }
            selection.clear();
        }
    }
}

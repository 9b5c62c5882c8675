package org.cofferdam.monitor.card;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.cofferdam.binding.net.NetDevice;
import org.cofferdam.binding.net.PacketSocket;

/** What {@link PacketWireTest} runs inside its namespace: {@code wire0} is the cable, {@code far0} its far end. */
final class PacketWireProbe {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.nativeOrder());
    private static final int NEEDS_CHECKSUM = 1;
    private static final int GSO_TCPV4 = 1;
    private static final int GSO_TCPV6 = 4;
    private static final int MSS = 1448;

    private final PacketWire wire = PacketWire.open("wire0");
    private final PacketSocket far = PacketSocket.open("far0", 8, 68 << 10);

    public static void main(String[] args) throws Exception {
        PacketWireProbe probe = new PacketWireProbe();
        probe.plainFramesCrossBothWays();
        probe.unfinishedChecksumsAreMade(Frames.tcp(true, 777, 0x18));
        probe.unfinishedChecksumsAreMade(Frames.udp(false, 200));
        probe.largeFramesAreSegmented(true);
        probe.largeFramesAreSegmented(false);
        probe.carrierFollowsTheFarEnd();
        probe.removedInterfaceIsACutCable();
        System.out.println("all right");
    }

    private void plainFramesCrossBothWays() {
        byte[] frame = Frames.plain(MockDriver.MAC, 61);
        farSends(frame, 0, 0, 0, 0);
        expect(frame);
        for (int i = 0; i < 200; i++) {
            byte[] out = Frames.plain(MockDriver.PEER, 60 + i);
            sends(out);
            expectAtFarEnd(out);
        }
        check(wire.drops() == 0, "drops");
    }

    private void unfinishedChecksumsAreMade(byte[] frame) {
        byte[] partial = frame.clone();
        int start = Frames.transportStart(frame);
        int field = Frames.transportField(frame);
        Frames.put16(partial, field, Frames.pseudoHeader(partial, frame.length - start));
        farSends(partial, 0, 0, start, field - start);
        expect(frame);
    }

    private void largeFramesAreSegmented(boolean ipv4) {
        byte[] frame = Frames.tcp(ipv4, 20_000, 0x18);
        byte[] partial = frame.clone();
        int start = Frames.transportStart(frame);
        Frames.put16(partial, start + 16, Frames.pseudoHeader(partial, frame.length - start));
        farSends(partial, ipv4 ? GSO_TCPV4 : GSO_TCPV6, MSS, start, 16);
        for (int i = 0; i * MSS < 20_000; i++) {
            expect(Frames.segment(frame, MSS, i));
        }
        check(!wire.peek(8), "a frame too many");
    }

    private void carrierFollowsTheFarEnd() {
        check(wire.hasCarrier(), "no carrier");
        NetDevice.setUp("far0", false);
        soon().until(() -> !wire.hasCarrier());
        byte[] frame = Frames.plain(MockDriver.PEER, 99);
        sends(frame);
        NetDevice.setUp("far0", true);
        soon().until(wire::hasCarrier);
        soon().until(this::allIsSent);
        expectAtFarEnd(frame);
    }

    private void removedInterfaceIsACutCable() throws IOException, InterruptedException {
        check(new ProcessBuilder("ip", "link", "del", "wire0").start().waitFor() == 0, "ip link");
        sends(Frames.plain(MockDriver.PEER, 99));
        check(!wire.sendWaits(), "waits to send");
        ownFrameIsCurrent();
        check(!wire.peek(8), "hears a frame");
        check(!wire.hasCarrier(), "has a carrier");
    }

    private boolean allIsSent() {
        wire.flush();
        return !wire.sendWaits();
    }

    private void sends(byte[] frame) {
        long place = wire.reserve();
        MemorySegment.copy(frame, 0, wire.sendMemory(), ValueLayout.JAVA_BYTE, place, frame.length);
        wire.commit(frame.length);
        wire.flush();
    }

    private void farSends(byte[] frame, int gsoType, int gsoSize, int start, int field) {
        MemorySegment slots = far.sendSlots();
        long at = far.sendSlotOffset(0);
        int flags = start == 0 ? 0 : NEEDS_CHECKSUM;
        slots.set(ValueLayout.JAVA_BYTE, at, (byte) flags);
        slots.set(ValueLayout.JAVA_BYTE, at + 1, (byte) gsoType);
        slots.set(SHORT, at + 2, (short) (gsoType == 0 ? 0 : start + 20));
        slots.set(SHORT, at + 4, (short) gsoSize);
        slots.set(SHORT, at + 6, (short) start);
        slots.set(SHORT, at + 8, (short) field);
        long data = at + PacketSocket.HEADER_BYTES;
        MemorySegment.copy(frame, 0, slots, ValueLayout.JAVA_BYTE, data, frame.length);
        far.sendLength(0, PacketSocket.HEADER_BYTES + frame.length);
        check(far.send(1) == 1 && far.refused() == 0, "the far end could not send");
    }

    /** Awaits a frame on the wire, past what the kernel itself sends there. */
    private void expect(byte[] frame) {
        soon().until(this::ownFrameIsCurrent);
        MemorySegment got = wire.frameMemory().asSlice(wire.frameOffset(), wire.frameLength());
        check(Arrays.equals(frame, got.toArray(ValueLayout.JAVA_BYTE)), "another frame");
        wire.consume();
    }

    private boolean ownFrameIsCurrent() {
        while (wire.peek(8)) {
            if (isOwn(wire.frameMemory(), wire.frameOffset())) {
                return true;
            }
            wire.consume();
        }
        return false;
    }

    private void expectAtFarEnd(byte[] frame) {
        byte[][] got = new byte[1][];
        soon().until(
                        () -> {
                            got[0] = ownFrameAtFarEnd();
                            return got[0].length > 0;
                        });
        check(Arrays.equals(frame, got[0]), "another frame at the far end");
    }

    private byte[] ownFrameAtFarEnd() {
        while (far.receive(1) == 1) {
            long at = far.slotOffset(0) + PacketSocket.HEADER_BYTES;
            if (isOwn(far.slots(), at)) {
                int length = far.length(0) - PacketSocket.HEADER_BYTES;
                return far.slots().asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
            }
        }
        return new byte[0];
    }

    /** Frames of this test come from {@link MockDriver#PEER}; router solicitations of the kernel do not. */
    private static boolean isOwn(MemorySegment memory, long at) {
        for (int i = 0; i < 6; i++) {
            if (memory.get(ValueLayout.JAVA_BYTE, at + 6 + i) != MockDriver.PEER[i]) {
                return false;
            }
        }
        return true;
    }

    private static ConditionFactory soon() {
        return Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .atMost(Duration.ofSeconds(10));
    }

    private static void check(boolean holds, String complaint) {
        if (!holds) {
            throw new AssertionError(complaint);
        }
    }
}

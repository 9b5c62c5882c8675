package org.cofferdam.proxy.guestport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import org.cofferdam.libos.ring.DriverRing;
import org.cofferdam.libos.ring.RingPlace;
import org.cofferdam.proxy.frame.Mac;
import org.cofferdam.proxy.frame.NetHeader;
import org.cofferdam.proxy.frame.TestFrame;
import org.cofferdam.proxy.packetswitch.Burst;
import org.cofferdam.proxy.packetswitch.CrossingRecorder;
import org.cofferdam.proxy.packetswitch.PacketSwitch;
import org.cofferdam.proxy.packetswitch.Port;
import org.cofferdam.proxy.packetswitch.PortCounter;
import org.cofferdam.proxy.packetswitch.PortId;
import org.cofferdam.proxy.packetswitch.PortPolicy;
import org.cofferdam.proxy.packetswitch.ReceiveGate;
import org.cofferdam.proxy.packetswitch.Selection;
import org.cofferdam.proxy.virtqueue.QueueConfig;
import org.cofferdam.proxy.virtqueue.QueueMemory;
import org.junit.jupiter.api.Test;

/** Two guests and what passes between them: nothing allocated, offloads made to fit, turns that are fair. */
final class GuestPathTest {
    private static final int SIZE = 256;
    private static final int BUFFER_BYTES = 4096;
    private static final long TRANSMIT_RING = 0x1_0000;
    private static final long BUFFERS = 0x2_0000;
    private static final long TRANSMIT_BUFFER = BUFFERS + SIZE * (long) BUFFER_BYTES;
    private static final long BYTES = TRANSMIT_BUFFER + 0x2_0000;
    private static final long PLAIN = GuestFeatures.VERSION_1 | GuestFeatures.MRG_RXBUF;
    private static final long OFFLOADS =
            PLAIN
                    | GuestFeatures.CSUM
                    | GuestFeatures.HOST_TSO4
                    | GuestFeatures.HOST_TSO6
                    | GuestFeatures.GUEST_CSUM
                    | GuestFeatures.GUEST_TSO4
                    | GuestFeatures.GUEST_TSO6;

    private final PacketSwitch packets =
            new PacketSwitch(() -> 0L, CrossingRecorder.NONE, new Burst());

    /** A guest whose memory and rings are the test's. */
    private final class Guest {
        final Mac mac;
        final PortId id;
        final MemorySegment memory = Arena.ofAuto().allocate(BYTES, 4096);
        final DriverRing receive = new DriverRing(memory, RingPlace.packed(SIZE, 0));
        final DriverRing transmit = new DriverRing(memory, RingPlace.packed(SIZE, TRANSMIT_RING));

        Guest(int number, long features) {
            mac = new Mac(0x0200_0000_0000L + number);
            id = new PortId(number);
            GuestPort port = new GuestPort(id, CrossingRecorder.NONE);
            packets.addPort(id, port, PortPolicy.station(mac, 1500));
            port.attach(GuestBell.NONE);
            for (int i = 0; i < SIZE; i++) {
                receive.offer(BUFFERS + i * (long) BUFFER_BYTES, BUFFER_BYTES, true, i);
            }
            receive.publish();
            QueueMemory all = QueueMemory.of(0, memory);
            port.start(
                    0,
                    config(RingPlace.packed(SIZE, 0)),
                    all,
                    0,
                    null,
                    new GuestFeatures(features));
            port.start(
                    1,
                    config(RingPlace.packed(SIZE, TRANSMIT_RING)),
                    all,
                    0,
                    null,
                    new GuestFeatures(features));
        }

        private QueueConfig config(RingPlace place) {
            return QueueConfig.plain(
                    place.size(), place.descriptors(), place.available(), place.used());
        }

        /** Offers the frame in the transmit buffer as often as the ring has room, up to so many times. */
        void transmits(int bytes, int times) {
            while (transmit.poll() != DriverRing.NOTHING) {
                // Completed.
            }
            for (int i = 0; i < times && transmit.free() > 0; i++) {
                transmit.offer(TRANSMIT_BUFFER, bytes, false, 0);
            }
            transmit.publish();
        }

        /** Takes back what was received and offers it again; returns how many buffers. */
        int recycles() {
            int count = 0;
            for (int i = receive.poll(); i != DriverRing.NOTHING; i = receive.poll()) {
                receive.offer(BUFFERS + i * (long) BUFFER_BYTES, BUFFER_BYTES, true, i);
                count++;
            }
            receive.publish();
            return count;
        }

        /** One received frame with its header. */
        byte[] receives() {
            int i = receive.poll();
            return memory.asSlice(BUFFERS + i * (long) BUFFER_BYTES, receive.usedLength())
                    .toArray(ValueLayout.JAVA_BYTE);
        }

        int writes(TestFrame frame) {
            return NetHeader.BYTES + frame.write(memory, TRANSMIT_BUFFER + NetHeader.BYTES);
        }
    }

    @Test
    void framesPassBetweenGuestsWithoutAllocation() {
        Guest first = new Guest(2, PLAIN);
        Guest second = new Guest(3, PLAIN);
        int bytes = first.writes(TestFrame.udp4().from(first.mac).to(second.mac.value()));
        int passes = 20_000;
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().threadId();
        long allocated = 0;
        // The compiler removes what it can only once it has compiled the pass.
        for (int round = 0; round < 2; round++) {
            long before = threads.getThreadAllocatedBytes(id);
            for (int i = 0; i < passes; i++) {
                first.transmits(bytes, 32);
                packets.doWork();
                second.recycles();
            }
            allocated = threads.getThreadAllocatedBytes(id) - before;
        }
        assertEquals(64L * passes, packets.counters(second.id).get(PortCounter.FRAMES_OUT));
        assertTrue(allocated < passes, allocated + " bytes in " + passes + " passes");
    }

    @Test
    void aLargeFrameIsCutForAGuestThatDoesNotTakeItAndStaysWholeForOneThatDoes() {
        Guest sender = new Guest(2, OFFLOADS);
        Guest plain = new Guest(3, PLAIN);
        Guest capable = new Guest(4, OFFLOADS);
        for (Guest receiver : new Guest[] {plain, capable}) {
            TestFrame frame =
                    TestFrame.tcp4()
                            .from(sender.mac)
                            .to(receiver.mac.value())
                            .payload(7, 3000)
                            .partialChecksum();
            int bytes = sender.writes(frame);
            NetHeader.write(
                    sender.memory,
                    TRANSMIT_BUFFER,
                    NetHeader.NEEDS_CSUM,
                    NetHeader.GSO_TCPV4,
                    frame.headers(),
                    1400,
                    frame.transport(),
                    frame.checksumOffset());
            sender.transmits(bytes, 1);
            packets.doWork();
        }
        for (int i = 0; i < 3; i++) {
            byte[] segment = plain.receives();
            MemorySegment memory = MemorySegment.ofArray(segment);
            assertEquals(0, NetHeader.flags(memory, 0) | NetHeader.gsoType(memory, 0));
            assertTrue(
                    TestFrame.checksumsRight(
                            memory, NetHeader.BYTES, segment.length - NetHeader.BYTES));
        }
        assertEquals(0, plain.recycles());
        MemorySegment whole = MemorySegment.ofArray(capable.receives());
        assertEquals(NetHeader.GSO_TCPV4, NetHeader.gsoType(whole, 0));
        assertEquals(1400, NetHeader.gsoSize(whole, 0));
        assertEquals(1, NetHeader.buffers(whole, 0));
    }

    @Test
    void datagramsThatTheUplinkHasJoinedAreCutForAGuest() {
        Guest guest = new Guest(2, OFFLOADS);
        TestFrame frame = TestFrame.udp4().to(guest.mac.value()).payload(7, 150).partialChecksum();
        packets.addPort(new PortId(0), joined(frame, 64), PortPolicy.uplink(1500));
        packets.doWork();
        for (int payload : new int[] {64, 64, 22}) {
            byte[] datagram = guest.receives();
            MemorySegment memory = MemorySegment.ofArray(datagram);
            int bytes = datagram.length - NetHeader.BYTES;
            assertEquals(frame.headers() + payload, bytes);
            assertEquals(0, NetHeader.flags(memory, 0) | NetHeader.gsoType(memory, 0));
            assertTrue(TestFrame.checksumsRight(memory, NetHeader.BYTES, bytes));
        }
        assertEquals(0, guest.recycles());
    }

    /** A port that has one frame of datagrams, in its first pass. */
    private static Port joined(TestFrame frame, int size) {
        return new Port() {
            private boolean taken;

            @Override
            public void receive(Burst burst, ReceiveGate gate) {
                if (taken) {
                    return;
                }
                taken = true;
                NetHeader.write(
                        burst.memory(),
                        burst.next(),
                        NetHeader.NEEDS_CSUM,
                        NetHeader.GSO_UDP,
                        frame.headers(),
                        size,
                        frame.transport(),
                        frame.checksumOffset());
                burst.add(frame.write(burst.memory(), burst.next() + NetHeader.BYTES));
            }

            @Override
            public void send(Burst burst, Selection selection) {
                // Takes all.
            }

            @Override
            public void flush(long now) {
                // Nothing waits.
            }
        };
    }

    @Test
    void whoSendsLargeFramesGetsNoMoreTimeThanWhoSendsSmallOnes() {
        Guest large = new Guest(2, OFFLOADS);
        Guest small = new Guest(3, PLAIN);
        // Nobody has this address: what matters is what is taken.
        long nobody = 0x0200_0000_0099L;
        TestFrame big =
                TestFrame.tcp4().from(large.mac).to(nobody).payload(1, 60_000).partialChecksum();
        int bigBytes = large.writes(big);
        NetHeader.write(
                large.memory,
                TRANSMIT_BUFFER,
                NetHeader.NEEDS_CSUM,
                NetHeader.GSO_TCPV4,
                big.headers(),
                1400,
                big.transport(),
                big.checksumOffset());
        int smallBytes = small.writes(TestFrame.udp4().from(small.mac).to(nobody).payload(1, 1400));
        for (int i = 0; i < 200; i++) {
            large.transmits(bigBytes, SIZE);
            small.transmits(smallBytes, SIZE);
            packets.doWork();
        }
        double ratio = (double) cost(large) / cost(small);
        assertTrue(ratio > 0.9 && ratio < 1.1, "large to small: " + ratio);
    }

    /** As the switch counts it: 128 units a frame and one for 8 bytes. */
    private long cost(Guest guest) {
        return 128 * packets.counters(guest.id).get(PortCounter.FRAMES_IN)
                + packets.counters(guest.id).get(PortCounter.BYTES_IN) / 8;
    }
}

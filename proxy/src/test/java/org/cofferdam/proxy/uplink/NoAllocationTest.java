package org.cofferdam.proxy.uplink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
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
import org.junit.jupiter.api.Test;

/** The packet path allocates nothing, so no collector ever stops it. */
class NoAllocationTest {
    private static final PortId UPLINK = new PortId(0);
    private static final PortId HOST = new PortId(1);
    private static final int PASSES = 20_000;

    private final UplinkPort uplink = new UplinkPort(UPLINK, CrossingRecorder.NONE);
    private final TestDomain domain = new TestDomain();
    private final EndlessPort host = new EndlessPort();
    private long now;

    @Test
    void packetsPassBothWaysWithoutAllocation() {
        PacketSwitch packets =
                new PacketSwitch(() -> now += 1000, CrossingRecorder.NONE, new Burst());
        packets.addPort(UPLINK, uplink, PortPolicy.uplink(1500));
        packets.addPort(
                HOST, host, PortPolicy.station(TestFrame.HOST, 1500).withRate(1_000_000_000, 0));
        domain.attachTo(uplink);
        domain.offersBuffers(200, 2048);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().threadId();
        // The compiler removes what it can only once it has compiled the pass.
        run(packets);
        long before = threads.getThreadAllocatedBytes(id);
        run(packets);
        long allocated = threads.getThreadAllocatedBytes(id) - before;
        assertTrue(allocated < PASSES, allocated + " bytes in " + PASSES + " passes");
        assertEquals(2L * PASSES, packets.counters(UPLINK).get(PortCounter.FRAMES_IN));
        assertEquals(8L * PASSES, packets.counters(UPLINK).get(PortCounter.FRAMES_OUT));
        assertEquals(2L * PASSES, host.framesReceived);
    }

    private void run(PacketSwitch packets) {
        for (int i = 0; i < PASSES; i++) {
            domain.transmitsAgain();
            packets.doWork();
            domain.recyclesBuffers();
        }
    }

    /** A station that sends the same four frames in every pass, and counts what it gets. */
    private static final class EndlessPort implements Port {
        private final MemorySegment frame = Arena.ofAuto().allocate(2048);
        private final int length;
        private long framesReceived;

        EndlessPort() {
            length =
                    TestFrame.tcp4()
                            .from(TestFrame.HOST)
                            .to(TestFrame.OUTSIDE.value())
                            .write(frame, NetHeader.BYTES);
        }

        @Override
        public void receive(Burst burst, ReceiveGate gate) {
            for (int i = 0; i < 4 && burst.hasRoom() && gate.admits(); i++) {
                MemorySegment.copy(
                        frame, 0, burst.memory(), burst.next(), NetHeader.BYTES + length);
                gate.reserve(length);
                burst.add(length);
            }
        }

        @Override
        public void send(Burst burst, Selection selection) {
            framesReceived += selection.count();
        }

        @Override
        public void flush(long now) {}
    }
}

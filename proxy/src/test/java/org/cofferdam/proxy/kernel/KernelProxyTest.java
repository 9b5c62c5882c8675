package org.cofferdam.proxy.kernel;

import static org.awaitility.Awaitility.await;
import static org.cofferdam.proxy.kernel.TestNetwork.HOST;
import static org.cofferdam.proxy.kernel.TestNetwork.OUTSIDE;
import static org.cofferdam.proxy.kernel.TestNetwork.TAP;
import static org.cofferdam.proxy.kernel.TestNetwork.peer;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cofferdam.proxy.frame.Mac;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the program in the kernel lets through, what it drops, and that counters, events and bpftool agree. */
@ExtendWith(InNetworkNamespace.class)
final class KernelProxyTest {
    private static final Mac BLOCKED = Mac.parse("02:00:00:00:00:66");
    private static final Mac NOBODY = Mac.parse("02:00:00:00:00:77");
    private static final int IPV4 = 0x0800;
    private static final int LLDP = 0x88cc;

    private TestNetwork network;
    private KernelProxy proxy;
    private final RecordedDrops log = new RecordedDrops();

    @BeforeEach
    void open() throws IOException {
        network = new TestNetwork("c0", "c1", "w1");
        proxy = KernelProxy.open(TAP, "w0", log);
        proxy.setHost(HostSettings.of(HOST, TestNetwork.MTU));
    }

    @AfterEach
    void close() throws IOException {
        proxy.close();
        network.close();
    }

    private void addPort(int i, boolean host, boolean ports) {
        proxy.addPort(new PortSettings("p" + i, peer(i), host, ports, 0));
    }

    /** Counters, the log's sums and bpftool agree on what was dropped, and the log's samples too. */
    private void assertDropped(DropDirection direction, DropReason reason, long frames) {
        KernelCounters counters = proxy.counters();
        assertEquals(frames, counters.drops(direction, reason), direction + " " + reason);
        assertTrue(proxy.flush());
        assertEquals(frames, log.sum(direction, reason), "in the log: " + reason);
        long sampled =
                log.samples.stream()
                        .filter(s -> s.reason() == reason && s.direction() == direction)
                        .mapToLong(RecordedDrops.Sample::count)
                        .sum();
        assertEquals(frames, sampled, "in samples: " + reason);
        assertBpftoolAgrees();
    }

    private void assertBpftoolAgrees() {
        List<List<Long>> dumped = new ArrayList<>();
        KernelCounters counters = proxy.counters();
        counters.drops().forEach(of -> dumped.add(new ArrayList<>(of)));
        dumped.forEach(of -> of.replaceAll(_ -> 0L));
        String dump = Command.line("bpftool -j map dump id " + mapId(proxy.dropsFd()));
        Matcher values =
                Pattern.compile("\"frames\":\\[([0-9,]+)\\],\"events_lost\":\\d+").matcher(dump);
        List<String> found = values.results().map(m -> m.group(1)).toList();
        int cpus = found.size() / dumped.size();
        for (int i = 0; i < found.size(); i++) {
            List<Long> of = dumped.get(i / cpus);
            String[] numbers = found.get(i).split(",", -1);
            for (int reason = 0; reason < numbers.length; reason++) {
                of.set(reason, of.get(reason) + Long.parseLong(numbers[reason]));
            }
        }
        assertEquals(counters.drops(), dumped);
    }

    private static String mapId(int fd) {
        try {
            return Files.readAllLines(Path.of("/proc/self/fdinfo/" + fd)).stream()
                    .filter(line -> line.startsWith("map_id:"))
                    .findFirst()
                    .orElseThrow()
                    .substring(7)
                    .strip();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void awaitEquals(List<Integer> wanted, Callable<List<Integer>> got) {
        await().untilAsserted(() -> assertEquals(wanted, got.call()));
    }

    private long forwarded(Way way) {
        return proxy.counters().forwarded(way).frames();
    }

    @Test
    void beforeTheHostIsKnownNothingPasses() throws Exception {
        proxy.close();
        try (KernelProxy fresh = KernelProxy.open(TAP, null, log)) {
            network.fromDomain(Packet.udp(HOST.value(), OUTSIDE, 1, 1));
            assertEquals(
                    1, fresh.counters().drops(DropDirection.FROM_DOMAIN, DropReason.NOT_READY));
            assertEquals(List.of(), network.atHost());
        }
    }

    @Test
    void whatTheDomainMayNotSendIsCountedByItsReason() throws Exception {
        addPort(0, true, true);
        proxy.block(BLOCKED);
        for (int i = 0; i < 2; i++) {
            network.fromDomain(Packet.udp(HOST.value(), OUTSIDE, 1, i, TestNetwork.MTU + 15));
        }
        for (int i = 0; i < 3; i++) {
            network.fromDomain(Packet.ofType(HOST, OUTSIDE.value(), LLDP));
        }
        network.fromDomain(Packet.ofType(HOST, OUTSIDE.value(), 0x0100)); // an 802.3 length
        network.fromDomain(Packet.udp(HOST.value(), HOST, 1, 1));
        network.fromDomain(Packet.udp(HOST.value(), peer(0), 1, 1));
        network.fromDomain(Packet.ofType(HOST, Mac.BROADCAST, IPV4));
        for (int i = 0; i < 5; i++) {
            network.fromDomain(Packet.udp(NOBODY.value(), OUTSIDE, 1, i));
        }
        network.fromDomain(Packet.udp(BLOCKED.value(), OUTSIDE, 1, 1));
        network.fromDomain(Packet.udp(HOST.value(), BLOCKED, 1, 1));

        assertDropped(DropDirection.FROM_DOMAIN, DropReason.SIZE, 2);
        assertDropped(DropDirection.FROM_DOMAIN, DropReason.ETHERTYPE, 4);
        assertDropped(DropDirection.FROM_DOMAIN, DropReason.SPOOFED_SOURCE, 3);
        assertDropped(DropDirection.FROM_DOMAIN, DropReason.UNKNOWN_DESTINATION, 5);
        assertDropped(DropDirection.FROM_DOMAIN, DropReason.BLOCKED, 2);
        assertEquals(List.of(), network.atHost());
        assertEquals(List.of(), network.atPeer(0));
    }

    @Test
    void aSampleSaysWhatWasDropped() {
        network.fromDomain(Packet.ofType(HOST, OUTSIDE.value(), LLDP));
        network.fromDomain(Packet.ofType(HOST, OUTSIDE.value(), LLDP));
        assertTrue(proxy.flush());
        assertEquals(
                List.of(
                        new RecordedDrops.Sample(
                                DropReason.ETHERTYPE,
                                DropDirection.FROM_DOMAIN,
                                TestNetwork.ifindex(TAP),
                                LLDP,
                                60,
                                OUTSIDE.value(),
                                HOST.value(),
                                2)),
                log.samples);
    }

    @Test
    void whatTheHostMayNotSendIsCountedByItsReason() throws Exception {
        addPort(0, false, true);
        proxy.block(BLOCKED);
        network.neighbour(10, peer(0));
        network.neighbour(66, BLOCKED);
        network.neighbour(99, OUTSIDE);
        network.fromHost(10, 1, 20);
        network.fromHost(66, 2, 20);
        network.fromHost(66, 3, 20);
        assertDropped(DropDirection.FROM_HOST, DropReason.NOT_ALLOWED, 1);
        assertDropped(DropDirection.FROM_HOST, DropReason.BLOCKED, 2);

        Command.line("ip link set " + TAP + " mtu 1600");
        network.fromHost(99, 4, 1500);
        assertDropped(DropDirection.FROM_HOST, DropReason.SIZE, 1);

        proxy.setHost(new HostSettings(HOST, 1500, List.of(0x0806), 0, 0));
        network.fromHost(99, 5, 20);
        assertDropped(DropDirection.FROM_HOST, DropReason.ETHERTYPE, 1);

        proxy.setHost(HostSettings.of(NOBODY, 1500));
        network.fromHost(99, 6, 20);
        assertDropped(DropDirection.FROM_HOST, DropReason.SPOOFED_SOURCE, 1);
        assertEquals(List.of(), network.atDomain());
        assertEquals(List.of(), network.atPeer(0));
    }

    @Test
    void whatAPortMayNotSendIsCountedByItsReason() throws Exception {
        addPort(0, false, false);
        addPort(1, true, true);
        proxy.block(BLOCKED);
        network.fromPeer(0, Packet.ofType(OUTSIDE, peer(0).value(), LLDP));
        network.fromPeer(0, Packet.udp(OUTSIDE.value(), HOST, 99, 1));
        network.fromPeer(0, Packet.udp(OUTSIDE.value(), peer(1), 99, 1));
        network.fromPeer(0, Packet.udp(OUTSIDE.value(), NOBODY, 99, 1));
        network.fromPeer(0, Packet.udp(HOST.value(), peer(0), 1, 1));
        network.fromPeer(0, Packet.udp(peer(1).value(), peer(0), 11, 1));
        network.fromPeer(0, Packet.udp(BLOCKED.value(), peer(0), 66, 1));
        network.fromPeer(1, Packet.udp(peer(0).value(), peer(1), 10, 1));
        network.fromPeer(1, Packet.udp(peer(1).value(), peer(1), 11, 1));
        network.fromPeer(1, Packet.udp(BLOCKED.value(), peer(1), 66, 1));
        Command.line("ip link set c0 mtu 1600");
        Command.line("ip link set p0 mtu 1600");
        network.fromPeer(0, Packet.udp(OUTSIDE.value(), peer(0), 99, 1, 1515));

        assertDropped(DropDirection.FROM_PORT, DropReason.ETHERTYPE, 1);
        assertDropped(DropDirection.FROM_PORT, DropReason.SPOOFED_SOURCE, 3);
        assertDropped(DropDirection.FROM_PORT, DropReason.NOT_ALLOWED, 4);
        assertDropped(DropDirection.FROM_PORT, DropReason.BLOCKED, 2);
        assertDropped(DropDirection.FROM_PORT, DropReason.SIZE, 1);
        assertEquals(List.of(), network.atDomain());
        assertEquals(List.of(), network.atHost());
        assertEquals(List.of(), network.atPeer(1));
    }

    @Test
    void eachSenderIsHeldToItsRate() throws Exception {
        proxy.setHost(new HostSettings(HOST, 1500, HostSettings.USUAL_ETHERTYPES, 1, 1));
        proxy.addPort(new PortSettings("p0", peer(0), true, true, 1));
        network.neighbour(99, OUTSIDE);
        for (int i = 0; i < 100; i++) {
            network.fromDomain(Packet.udp(HOST.value(), OUTSIDE, 1, i));
            network.fromHost(99, 1000 + i, 20);
            network.fromPeer(0, Packet.udp(OUTSIDE.value(), peer(0), 99, 2000 + i));
        }
        for (DropDirection direction :
                List.of(
                        DropDirection.FROM_DOMAIN,
                        DropDirection.FROM_HOST,
                        DropDirection.FROM_PORT)) {
            // 64 are saved up, and one more comes each second that this takes.
            long dropped = proxy.counters().drops(direction, DropReason.RATE);
            assertTrue(dropped > 0 && dropped <= 36, direction + ": " + dropped);
            assertDropped(direction, DropReason.RATE, dropped);
        }
        KernelCounters counters = proxy.counters();
        assertEquals(
                100 - counters.drops(DropDirection.FROM_DOMAIN), forwarded(Way.DOMAIN_TO_HOST));
        assertEquals(100 - counters.drops(DropDirection.FROM_HOST), forwarded(Way.HOST_TO_DOMAIN));
        assertEquals(100 - counters.drops(DropDirection.FROM_PORT), forwarded(Way.PORT_TO_DOMAIN));
    }

    @Test
    void theDomainsFramesGoToTheHostOrThePortThatTheyName() throws Exception {
        addPort(0, false, false);
        addPort(1, false, false);
        network.fromDomain(Packet.udp(HOST.value(), OUTSIDE, 1, 1));
        network.fromDomain(Packet.udp(peer(0).value(), OUTSIDE, 10, 2));
        network.fromDomain(Packet.udp(peer(1).value(), OUTSIDE, 11, 3));
        network.fromDomain(Packet.udp(Mac.BROADCAST, OUTSIDE, 255, 4));
        awaitEquals(List.of(1, 4), () -> network.atHost());
        awaitEquals(List.of(2, 4), () -> network.atPeer(0));
        awaitEquals(List.of(3, 4), () -> network.atPeer(1));
        assertEquals(2, forwarded(Way.DOMAIN_TO_HOST));
        assertEquals(4, forwarded(Way.DOMAIN_TO_PORT));
        assertEquals(0, proxy.counters().drops(DropDirection.FROM_DOMAIN));
    }

    @Test
    void thePortsFramesGoToTheDomainAndTheHostOnlyIfTheMapSaysSo() throws Exception {
        addPort(0, false, false);
        addPort(1, true, false);
        network.fromPeer(0, Packet.udp(OUTSIDE.value(), peer(0), 99, 1));
        network.fromPeer(0, Packet.udp(HOST.value(), peer(0), 1, 2));
        network.fromPeer(0, Packet.udp(Mac.BROADCAST, peer(0), 255, 3));
        network.fromPeer(1, Packet.udp(OUTSIDE.value(), peer(1), 99, 4));
        network.fromPeer(1, Packet.udp(HOST.value(), peer(1), 1, 5));
        network.fromPeer(1, Packet.udp(Mac.BROADCAST, peer(1), 255, 6));
        awaitEquals(List.of(1, 3, 4, 6), () -> network.atDomain());
        awaitEquals(List.of(5, 6), () -> network.atHost());
        assertEquals(List.of(), network.atPeer(0));
        assertEquals(List.of(), network.atPeer(1));
        assertDropped(DropDirection.FROM_PORT, DropReason.NOT_ALLOWED, 1);
        assertEquals(4, forwarded(Way.PORT_TO_DOMAIN));
        assertEquals(2, forwarded(Way.PORT_TO_HOST));
    }

    @Test
    void portsTalkToEachOtherOnlyIfBothMay() {
        addPort(0, false, true);
        addPort(1, false, true);
        network.fromPeer(0, Packet.udp(peer(1).value(), peer(0), 11, 1));
        network.fromPeer(0, Packet.udp(Mac.BROADCAST, peer(0), 255, 2));
        awaitEquals(List.of(1, 2), () -> network.atPeer(1));
        awaitEquals(List.of(2), () -> network.atDomain());
        assertEquals(2, forwarded(Way.PORT_TO_PORT));
        assertEquals(0, proxy.counters().drops(DropDirection.FROM_PORT));
    }

    @Test
    void theHostsFramesGoToTheDomainAndToThePortsThatMayHearIt() throws Exception {
        addPort(0, true, false);
        addPort(1, false, true);
        network.neighbour(10, peer(0));
        network.neighbour(99, OUTSIDE);
        network.fromHost(99, 1, 20);
        network.fromHost(10, 2, 20);
        network.fromHost(255, 3, 20);
        awaitEquals(List.of(1, 3), () -> network.atDomain());
        awaitEquals(List.of(2, 3), () -> network.atPeer(0));
        assertEquals(List.of(), network.atPeer(1));
        assertEquals(2, forwarded(Way.HOST_TO_DOMAIN));
        assertEquals(2, forwarded(Way.HOST_TO_PORT));
        assertEquals(0, proxy.counters().drops(DropDirection.TO_PORT));
    }

    @Test
    void theHostCannotReachAPortByItsInterface() throws Exception {
        addPort(0, true, true);
        Command.line("ip addr add 10.78.0.1/24 dev p0");
        Command.line("ip neigh replace 10.78.0.2 lladdr " + peer(0) + " dev p0");
        try (var socket = new java.net.DatagramSocket()) {
            socket.send(
                    new java.net.DatagramPacket(
                            new byte[20],
                            20,
                            java.net.InetAddress.getByName("10.78.0.2"),
                            Packet.PORT));
        }
        assertDropped(DropDirection.TO_PORT, DropReason.NOT_ALLOWED, 1);
        assertEquals(List.of(), network.atPeer(0));
    }

    @Test
    void aCoalescedFramePassesWholeAndCountsAsItsSegments() {
        addPort(0, true, true);
        byte[] frame = Packet.tcp(HOST, OUTSIDE, 1, 54 + 20 * 1448);
        network.fromDomain(frame, coalesced(1448));
        assertEquals(20, forwarded(Way.DOMAIN_TO_HOST));
        assertEquals(frame.length, proxy.counters().forwarded(Way.DOMAIN_TO_HOST).bytes());
        network.fromDomain(Packet.tcp(peer(0), OUTSIDE, 10, 54 + 10 * 1448), coalesced(1448));
        assertEquals(10, forwarded(Way.DOMAIN_TO_PORT));
        assertDropped(DropDirection.FROM_DOMAIN, DropReason.SIZE, 0);
    }

    /** struct virtio_net_hdr: partial checksum, TCP over IPv4. */
    private static byte[] coalesced(int segment) {
        ByteBuffer header = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
        header.put((byte) 1).put((byte) 1).putShort((short) 54).putShort((short) segment);
        return header.putShort((short) 34).putShort((short) 16).array();
    }

    @Test
    void onTheWireTheHostNeitherHearsNorSpeaksButThePacketSocketDoes() throws Exception {
        Command.line("ip addr add 10.79.0.1/24 dev w0");
        Command.line("ip neigh replace 10.79.0.2 lladdr " + OUTSIDE + " dev w0");
        try (var card = org.cofferdam.binding.net.PacketSocket.open("w0", 8, 2048);
                var socket = new java.net.DatagramSocket()) {
            byte[] mac = org.cofferdam.binding.net.NetDevice.mac("w0").orElseThrow();
            network.fromPeer(2, Packet.udp(Mac.of(mac).value(), OUTSIDE, 1, 1));
            await().until(() -> card.receive() == 1);
            socket.send(
                    new java.net.DatagramPacket(
                            new byte[20],
                            20,
                            java.net.InetAddress.getByName("10.79.0.2"),
                            Packet.PORT));
            byte[] frame = Packet.udp(OUTSIDE.value(), HOST, 99, 2);
            java.lang.foreign.MemorySegment.copy(
                    frame,
                    0,
                    card.sendSlots(),
                    java.lang.foreign.ValueLayout.JAVA_BYTE,
                    card.sendSlotOffset(0) + 10,
                    frame.length);
            card.sendLength(0, 10 + frame.length);
            assertEquals(1, card.send(1));
            awaitEquals(List.of(2), () -> network.atPeer(2));
        }
        assertEquals(List.of(), network.atHost());
        KernelCounters counters = proxy.counters();
        assertEquals(1, counters.drops(DropDirection.WIRE_IN, DropReason.WIRE_CLOSED));
        assertEquals(1, counters.drops(DropDirection.WIRE_OUT, DropReason.WIRE_CLOSED));
        assertTrue(proxy.flush());
        assertEquals(1, log.sum(DropDirection.WIRE_IN, DropReason.WIRE_CLOSED));
        assertBpftoolAgrees();
    }

    @Test
    void aFullRingLosesEventsAndNoCount() {
        int frames = 5000;
        byte[] frame = Packet.udp(NOBODY.value(), OUTSIDE, 1, 1);
        for (int i = 0; i < frames; i++) {
            network.fromDomain(frame);
        }
        assertTrue(proxy.flush());
        KernelCounters counters = proxy.counters();
        long lost = counters.eventsLost(DropDirection.FROM_DOMAIN);
        assertTrue(lost > 0, "the ring should have been too small");
        assertEquals(
                frames, counters.drops(DropDirection.FROM_DOMAIN, DropReason.UNKNOWN_DESTINATION));
        assertEquals(frames, log.sum(DropDirection.FROM_DOMAIN, DropReason.UNKNOWN_DESTINATION));
        assertEquals(lost, log.lost[DropDirection.FROM_DOMAIN.code()]);
        assertEquals(
                frames - lost, log.samples.stream().mapToLong(RecordedDrops.Sample::count).sum());
        assertBpftoolAgrees();
    }

    @Test
    void whatTheLogHasNoRoomForIsOfferedAgain() {
        log.hasRoom = false;
        network.fromDomain(Packet.udp(NOBODY.value(), OUTSIDE, 1, 1));
        assertTrue(!proxy.flush());
        network.fromDomain(Packet.udp(NOBODY.value(), OUTSIDE, 1, 1));
        assertTrue(!proxy.flush());
        log.hasRoom = true;
        assertDropped(DropDirection.FROM_DOMAIN, DropReason.UNKNOWN_DESTINATION, 2);
    }

    @Test
    void theLastDropsReachTheLogWhenTheProxyCloses() {
        network.fromDomain(Packet.udp(NOBODY.value(), OUTSIDE, 1, 1));
        proxy.close();
        assertEquals(1, log.sum(DropDirection.FROM_DOMAIN, DropReason.UNKNOWN_DESTINATION));
    }

    @Test
    void manyKindsOfDropsMakeFewSamples() {
        for (int i = 0; i < 200; i++) {
            network.fromDomain(Packet.udp(NOBODY.value(), new Mac(0x0400_0000_0000L + i), 1, i));
        }
        assertTrue(proxy.flush());
        assertEquals(DropReader.KINDS, log.samples.size());
        assertEquals(200 - DropReader.KINDS, proxy.counters().unsampled());
        assertEquals(200, log.sum(DropDirection.FROM_DOMAIN, DropReason.UNKNOWN_DESTINATION));
    }

    @Test
    void theRingsDescriptorSaysThatThereAreDropsAndTheAgentTakesThem() {
        try (var epoll = org.cofferdam.binding.event.Epoll.create(4)) {
            epoll.add(proxy.ringFd(), org.cofferdam.binding.event.Epoll.IN, 7);
            assertTrue(proxy.flush());
            assertEquals(0, epoll.await(0));
            network.fromDomain(Packet.udp(NOBODY.value(), OUTSIDE, 1, 1));
            assertEquals(1, epoll.await(1_000_000_000L));
            assertTrue(proxy.nanosUntilWork() <= 1_000_000_000L);
            await().until(
                            () -> {
                                proxy.doWork();
                                return log.samples.size() == 1;
                            });
            assertEquals(0, epoll.await(0));
            assertEquals(Long.MAX_VALUE, proxy.nanosUntilWork());
        }
    }

    @Test
    void theAgentAllocatesNothing() {
        var threads =
                (com.sun.management.ThreadMXBean)
                        java.lang.management.ManagementFactory.getThreadMXBean();
        DropSink counting = new CountingSink();
        try (KernelProxy busy = reopened(counting)) {
            byte[] frame = Packet.udp(NOBODY.value(), OUTSIDE, 1, 1);
            long allocated = Long.MAX_VALUE;
            for (int round = 0; round < 20; round++) {
                for (int i = 0; i < 500; i++) {
                    network.fromDomain(frame);
                }
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 1000; i++) {
                    busy.doWork();
                }
                assertTrue(busy.flush());
                allocated = threads.getCurrentThreadAllocatedBytes() - before;
            }
            assertEquals(0, allocated);
        }
    }

    private KernelProxy reopened(DropSink sink) {
        proxy.close();
        KernelProxy busy = KernelProxy.open(TAP, null, sink);
        busy.setHost(HostSettings.of(HOST, TestNetwork.MTU));
        return busy;
    }

    /** A sink that keeps one number. */
    private static final class CountingSink implements DropSink {
        private long calls;

        @Override
        public boolean dropped(int reason, int direction, long delta) {
            calls += delta;
            return true;
        }

        @Override
        public boolean eventsLost(int direction, long delta) {
            calls += delta;
            return true;
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
            calls += count;
            return calls > 0;
        }
    }
}

package org.cofferdam.libos.net.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.cofferdam.libos.net.count.Counter;
import org.cofferdam.libos.net.wire.Arp;
import org.cofferdam.libos.net.wire.Ethernet;
import org.cofferdam.libos.net.wire.IpAddress;
import org.cofferdam.libos.net.wire.MacAddress;
import org.junit.jupiter.api.Test;

/** Whether an IPv4 address is free is asked of the link before it is used, and afterwards it is defended (RFC 5227). */
class AddressCheckTest {
    private static final long SECOND = 1_000_000_000L;
    private static final IpAddress WANTED = IpAddress.v4(Stranger.STACK_IP);

    private final HandLink link = new HandLink();
    private final List<Boolean> verdicts = new ArrayList<>();
    private long now = 1_000_000_000_000L;
    private final NetworkStack stack =
            new NetworkStack(
                    link, () -> now, new SplittableRandom(1), () -> {}, StackSettings.DEFAULT);

    /** Lets time pass; returns the ARP packets of the stack. */
    private List<MemorySegment> pass(long nanos) {
        List<MemorySegment> seen = new ArrayList<>();
        long until = now + nanos;
        do {
            while (stack.doWork() > 0) {
                // Until there is nothing to do.
            }
            link.take().forEach(frame -> seen.add(MemorySegment.ofArray(frame)));
            now = Math.clamp(stack.nextDeadline(), now + 1, until + 1);
        } while (now <= until);
        return seen;
    }

    private void check() {
        stack.ip().checkV4(WANTED, (address, free, at) -> verdicts.add(free), now);
    }

    @Test
    void nobodyObjectsToThreeQuestionsThatClaimNothing() {
        check();
        List<MemorySegment> asked = pass(SECOND);
        assertEquals(3, asked.size());
        for (MemorySegment frame : asked) {
            assertEquals(MacAddress.BROADCAST, Ethernet.destination(frame, 0));
            assertEquals(Arp.REQUEST, Arp.operation(frame, Ethernet.HEADER_BYTES));
            assertEquals(0, Arp.senderIp(frame, Ethernet.HEADER_BYTES));
            assertEquals(Stranger.STACK_IP, Arp.targetIp(frame, Ethernet.HEADER_BYTES));
        }
        assertEquals(List.of(true), verdicts);
    }

    @Test
    void whoHasTheAddressObjects() {
        check();
        pass(SECOND / 20);
        link.put(
                Stranger.arp(
                        Arp.REPLY, Stranger.OWN_MAC, Stranger.STACK_IP, HandLink.MAC.value(), 0));
        pass(SECOND);
        assertEquals(List.of(false), verdicts);
    }

    @Test
    void whoWantsTheAddressAtTheSameTimeObjectsToo() {
        check();
        pass(SECOND / 20);
        link.put(
                Stranger.arp(
                        Arp.REQUEST, Stranger.OWN_MAC, 0, MacAddress.BROADCAST, Stranger.STACK_IP));
        pass(SECOND);
        assertEquals(List.of(false), verdicts);
    }

    @Test
    void ourOwnQuestionsThatComeBackAndOthersBusinessAreNoObjection() {
        check();
        for (MemorySegment own : pass(SECOND / 20)) {
            link.put(own.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
        }
        link.put(
                Stranger.arp(
                        Arp.REQUEST,
                        Stranger.OWN_MAC,
                        Stranger.OWN_IP,
                        MacAddress.BROADCAST,
                        Stranger.STACK_IP));
        pass(SECOND);
        assertEquals(List.of(true), verdicts);
    }

    @Test
    void anAddressInUseIsDefendedOnceInTenSeconds() {
        stack.setV4(WANTED, 24, IpAddress.ANY_V4);
        int announced = 0;
        for (int i = 0; i < 100; i++) {
            link.put(
                    Stranger.arp(
                            Arp.REQUEST,
                            Stranger.OWN_MAC,
                            Stranger.STACK_IP,
                            MacAddress.BROADCAST,
                            Stranger.STACK_IP));
            for (MemorySegment frame : pass(SECOND / 5)) {
                assertEquals(Stranger.STACK_IP, Arp.senderIp(frame, Ethernet.HEADER_BYTES));
                assertEquals(Stranger.STACK_IP, Arp.targetIp(frame, Ethernet.HEADER_BYTES));
                announced++;
            }
        }
        assertEquals(100, stack.counters().get(Counter.ARP_CONFLICT));
        assertTrue(announced == 2, "announced " + announced + " times in 20 seconds");
    }
}

package org.cofferdam.libos.net.dhcp;

import static org.cofferdam.libos.net.dhcp.DhcpWire.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.cofferdam.libos.net.count.Counter;
import org.cofferdam.libos.net.dhcp.DhcpWire.Question;
import org.cofferdam.libos.net.dns.DnsName;
import org.cofferdam.libos.net.socket.NetException;
import org.cofferdam.libos.net.wire.IpAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The client over hours and days, with servers that answer, fall silent, refuse, and lie. */
class DhcpClientTest {
    private static final long HOUR = 3600 * SECOND;
    private static final IpAddress EVERYBODY = IpAddress.parse("255.255.255.255");

    private final DhcpWire wire = new DhcpWire(1);

    private void bind() throws NetException {
        wire.serve(DhcpWire::honest);
        wire.client.start();
        wire.pass(2 * SECOND);
        assertEquals(DhcpState.BOUND, wire.client.state());
        assertEquals(Written.GIVEN, wire.address());
    }

    @Test
    void anAddressComesWithFourMessagesAndIsUsedWhenNobodyOnTheLinkHasIt() throws Exception {
        bind();
        assertEquals(List.of(MessageType.DISCOVER, MessageType.REQUEST), wire.types());
        for (Question q : wire.asked) {
            assertEquals(IpAddress.ANY_V4, q.from());
            assertEquals(EVERYBODY, q.to());
            assertEquals(wire.asked.getFirst().xid(), q.xid());
            // RFC 4361: 255, the interface's number, DUID-LL with the Ethernet address.
            assertEquals(
                    List.of(255, 0, 0, 0, 1, 0, 3, 0, 1, 2, 0xcf, 0, 0, 0, 1),
                    q.options().get(DhcpOption.CLIENT));
        }
        Question request = wire.asked.getLast();
        assertEquals(Written.GIVEN, request.address(DhcpOption.REQUESTED_ADDRESS));
        assertEquals(Written.SERVER, request.address(DhcpOption.SERVER));
        Lease lease = wire.told.getLast();
        assertNotNull(lease);
        assertEquals(
                new Lease(
                        Written.GIVEN,
                        24,
                        Written.SERVER,
                        List.of(Written.SERVER),
                        List.of(DnsName.parse("test.lan")),
                        DnsName.parse("me"),
                        Written.SERVER,
                        3600,
                        1800,
                        3150),
                lease);
    }

    @Test
    void aLeaseOfAnHourIsRenewedForAWeek() throws Exception {
        bind();
        wire.asked.clear();
        for (int hour = 0; hour < 7 * 24; hour++) {
            wire.pass(HOUR);
            assertEquals(Written.GIVEN, wire.address());
        }
        int renewals = wire.asked.size();
        // Each half an hour, or up to a 64th earlier.
        assertTrue(renewals >= 335 && renewals <= 342, renewals + " renewals");
        for (Question q : wire.asked) {
            assertEquals(MessageType.REQUEST, q.type());
            assertEquals(Written.GIVEN, q.own());
            assertEquals(Written.GIVEN, q.from());
            assertEquals(Written.SERVER, q.to());
            assertNull(q.address(DhcpOption.REQUESTED_ADDRESS));
            assertNull(q.address(DhcpOption.SERVER));
        }
        assertTrue(wire.asked.stream().map(Question::xid).distinct().count() > 300);
    }

    @Test
    void aServerThatFallsSilentIsAskedThenAllAreAndThenTheAddressIsTakenAway() throws Exception {
        bind();
        long bound = wire.now;
        wire.asked.clear();
        wire.serve(q -> List.of());
        wire.pass(HOUR - 10 * SECOND);
        assertEquals(Written.GIVEN, wire.address());
        assertEquals(DhcpState.REBINDING, wire.client.state());
        for (Question q : wire.asked) {
            // T2 is at seven eighths.
            boolean all = q.at() - bound > 3140 * SECOND;
            assertEquals(all ? EVERYBODY : Written.SERVER, q.to());
        }
        assertTrue(wire.asked.size() >= 8 && wire.asked.size() < 20, wire.types().toString());
        for (int i = 1; i < wire.asked.size(); i++) {
            long apart = wire.asked.get(i).at() - wire.asked.get(i - 1).at();
            assertTrue(apart >= 59 * SECOND || wire.asked.get(i).to().equals(EVERYBODY));
        }
        wire.pass(10 * SECOND);
        assertEquals(IpAddress.ANY_V4, wire.address());
        assertNull(wire.told.getLast());
        assertEquals(MessageType.DISCOVER, wire.asked.getLast().type());

        wire.serve(DhcpWire::honest);
        wire.pass(70 * SECOND);
        assertEquals(Written.GIVEN, wire.address());
    }

    @Test
    void anotherServerMayRebindTheAddress() throws Exception {
        bind();
        IpAddress other = IpAddress.parse("10.9.0.3");
        wire.serve(
                q ->
                        q.to().equals(EVERYBODY)
                                ? List.of(
                                        new Written(MessageType.ACK, q.xid(), Written.GIVEN)
                                                .poke(248, 3)
                                                .seconds(DhcpOption.LEASE_SECONDS, 7200)
                                                .end())
                                : List.of());
        wire.pass(3300 * SECOND);
        assertEquals(DhcpState.BOUND, wire.client.state());
        Lease lease = wire.told.getLast();
        assertNotNull(lease);
        assertEquals(other, lease.server());
        assertEquals(7200, lease.seconds());
    }

    @Test
    void aRefusalTakesTheAddressAwayAtOnceAndIsNotAnsweredWithAFlood() throws Exception {
        bind();
        wire.asked.clear();
        wire.serve(
                q ->
                        q.type() == MessageType.REQUEST
                                ? List.of(
                                        new Written(MessageType.NAK, q.xid(), IpAddress.ANY_V4)
                                                .end())
                                : DhcpWire.honest(q));
        wire.pass(1801 * SECOND);
        assertEquals(IpAddress.ANY_V4, wire.address());
        assertNull(wire.told.getLast());
        int before = wire.asked.size();
        wire.pass(HOUR);
        // A minute or so apart, two messages each time.
        assertTrue(wire.asked.size() - before < 140, (wire.asked.size() - before) + " messages");
        assertTrue(wire.asked.size() - before > 60, (wire.asked.size() - before) + " messages");
    }

    @Test
    void anAddressThatSomebodyHasIsDeclinedAndAnotherAskedForLater() throws Exception {
        wire.addressIsTaken = true;
        wire.serve(DhcpWire::honest);
        wire.client.start();
        wire.pass(5 * SECOND);
        assertEquals(
                List.of(MessageType.DISCOVER, MessageType.REQUEST, MessageType.DECLINE),
                wire.types());
        Question decline = wire.asked.getLast();
        assertEquals(Written.GIVEN, decline.address(DhcpOption.REQUESTED_ADDRESS));
        assertEquals(Written.SERVER, decline.address(DhcpOption.SERVER));
        assertEquals(EVERYBODY, decline.to());
        assertEquals(IpAddress.ANY_V4, wire.address());
        wire.addressIsTaken = false;
        wire.pass(8 * SECOND);
        assertEquals(Written.GIVEN, wire.address());
        assertTrue(wire.asked.get(3).at() - decline.at() >= 10 * SECOND);
    }

    @Test
    void anOrderlyEndGivesTheAddressBack() throws Exception {
        bind();
        List<Boolean> ended = new ArrayList<>();
        wire.client.stop(() -> ended.add(true));
        wire.pass(SECOND);
        Question release = wire.asked.getLast();
        assertEquals(MessageType.RELEASE, release.type());
        assertEquals(Written.GIVEN, release.own());
        assertEquals(Written.SERVER, release.to());
        assertEquals(Written.SERVER, release.address(DhcpOption.SERVER));
        assertEquals(IpAddress.ANY_V4, wire.address());
        assertEquals(List.of(true), ended);
        int all = wire.asked.size();
        wire.pass(24 * HOUR);
        assertEquals(all, wire.asked.size());
    }

    @Test
    void anEndBeforeThereIsAnAddressSendsNothing() throws Exception {
        wire.serve(q -> List.of());
        wire.client.start();
        wire.pass(SECOND);
        wire.client.stop(() -> {});
        wire.pass(HOUR);
        assertEquals(List.of(MessageType.DISCOVER), wire.types());
    }

    @Test
    void withoutAnAnswerQuestionsBecomeRarer() throws Exception {
        wire.client.start();
        wire.pass(HOUR);
        long[] waits = {4, 8, 16, 32, 64, 64, 64, 64};
        for (int i = 0; i < waits.length; i++) {
            long wait = wire.asked.get(i + 1).at() - wire.asked.get(i).at();
            // A tick of the wheel more.
            assertTrue(Math.abs(wait - waits[i] * SECOND) < 1.01 * SECOND, i + ": " + wait);
        }
        assertFalse(wire.asked.size() > 70);
    }

    @Test
    void aServerThatOffersAndFallsSilentIsGivenUpForAnother() throws Exception {
        wire.serve(q -> q.type() == MessageType.DISCOVER ? DhcpWire.honest(q) : List.of());
        wire.client.start();
        wire.pass(70 * SECOND);
        MessageType request = MessageType.REQUEST;
        assertEquals(
                List.of(MessageType.DISCOVER, request, request, request, request),
                wire.types().subList(0, 5));
        assertEquals(List.of(MessageType.DISCOVER, request), wire.types().subList(5, 7));
        assertEquals(IpAddress.ANY_V4, wire.address());
    }

    @Test
    void aLeaseWithoutAnEndIsNeverRenewed() throws Exception {
        wire.serve(
                q ->
                        List.of(
                                new Written(
                                                q.type() == MessageType.DISCOVER
                                                        ? MessageType.OFFER
                                                        : MessageType.ACK,
                                                q.xid(),
                                                Written.GIVEN)
                                        .seconds(DhcpOption.LEASE_SECONDS, Lease.FOR_EVER)
                                        .end()));
        wire.client.start();
        wire.pass(1000 * 24 * HOUR);
        assertEquals(2, wire.asked.size());
        assertEquals(Written.GIVEN, wire.address());
    }

    @Test
    void theSameSeedGivesTheSameRun() throws Exception {
        List<List<Question>> runs = new ArrayList<>();
        for (int seed : new int[] {5, 5, 6}) {
            DhcpWire one = new DhcpWire(seed);
            one.serve(q -> q.at() % 7 < 3 ? DhcpWire.honest(q) : List.of());
            one.client.start();
            one.pass(10 * HOUR);
            runs.add(one.asked);
        }
        assertEquals(runs.get(0), runs.get(1));
        assertFalse(runs.get(0).equals(runs.get(2)));
    }

    private static Arguments lie(String what, UnaryOperator<Written> change) {
        return Arguments.of(what, change);
    }

    /** What each changes in an honest offer. */
    static Stream<Arguments> lies() {
        return Stream.of(
                lie("a question, not a reply", w -> w.poke(0, 1)),
                lie("other hardware", w -> w.poke(1, 6)),
                lie("another length of hardware addresses", w -> w.poke(2, 16)),
                lie("another question's number", w -> w.poke(7, w.bytes.get(7) ^ 1)),
                lie("another card's", w -> w.poke(33, 9)),
                lie("no cookie", w -> w.poke(239, 0)),
                lie("a type that there is not", w -> w.poke(242, 77)),
                lie("a client's type", w -> w.poke(242, 3)),
                lie("a type of no byte", w -> w.poke(241, 0)),
                lie("a server that is nobody", w -> w.address(DhcpOption.SERVER, Written.SERVER)),
                lie("another client's", w -> w.option(DhcpOption.CLIENT, 1, 2, 3, 4, 5, 6, 7)),
                lie("no address", w -> w.poke(16, 0)),
                lie("a loopback address", w -> w.poke(16, 127)),
                lie("a group's address", w -> w.poke(16, 224)),
                lie("the network's own address", w -> w.poke(19, 0)),
                lie("the broadcast address", w -> w.poke(19, 255)),
                lie("a mask with a hole", w -> w.poke(252, 0)),
                lie("a lease twice", w -> w.seconds(DhcpOption.LEASE_SECONDS, 60)),
                lie("half a name server", w -> w.option(DhcpOption.NAME_SERVERS, 10, 9)),
                lie("a route of 33 bits", w -> w.option(DhcpOption.ROUTES, 33, 1, 2, 3, 4, 5, 6)),
                lie("a route without a router", w -> w.option(DhcpOption.ROUTES, 24, 10, 9, 0)),
                lie("an overload of nothing", w -> w.option(DhcpOption.OVERLOAD, 0)),
                lie("an overload of too much", w -> w.option(DhcpOption.OVERLOAD, 4)),
                lie(
                        "an overloaded field without an end",
                        w -> {
                            w.option(DhcpOption.OVERLOAD, 1);
                            return w.poke(108, 12).poke(109, 126);
                        }),
                lie(
                        "an option beyond its overloaded field",
                        w -> {
                            w.option(DhcpOption.OVERLOAD, 2);
                            return w.poke(44, 12).poke(45, 63);
                        }),
                lie(
                        "an option beyond the message",
                        w -> {
                            w.bytes.put((byte) 99).put((byte) 200);
                            return w;
                        }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lies")
    void aReplyThatLiesIsCountedAndHasNoEffect(String what, UnaryOperator<Written> change)
            throws Exception {
        wire.serve(q -> List.of(change.apply(Written.lease(MessageType.OFFER, q.xid())).end()));
        wire.client.start();
        wire.pass(2 * SECOND);
        assertEquals(DhcpState.SELECTING, wire.client.state());
        assertEquals(1, wire.stack.counters().get(Counter.DROP_DHCP));
        wire.serve(DhcpWire::honest);
        wire.pass(8 * SECOND);
        assertEquals(Written.GIVEN, wire.address());
    }

    @Test
    void whoIsNoServerIsNotListenedTo() throws Exception {
        bind();
        wire.asked.clear();
        wire.serve(
                q -> {
                    // From another port, and from another server than the one that was asked.
                    wire.link.put(
                            DhcpWire.frame(
                                    Written.SERVER,
                                    1067,
                                    new Written(MessageType.NAK, q.xid(), IpAddress.ANY_V4).end()));
                    return List.of(
                            new Written(MessageType.NAK, q.xid(), IpAddress.ANY_V4)
                                    .poke(248, 3)
                                    .end(),
                            new Written(MessageType.ACK, q.xid(), IpAddress.parse("10.9.0.51"))
                                    .seconds(DhcpOption.LEASE_SECONDS, 60)
                                    .end());
                });
        wire.pass(1900 * SECOND);
        assertEquals(Written.GIVEN, wire.address());
        assertEquals(DhcpState.RENEWING, wire.client.state());
        assertTrue(wire.stack.counters().get(Counter.DROP_DHCP) >= 3);
    }

    @Test
    void routesTakeThePlaceOfTheRouter() throws Exception {
        wire.serve(
                q ->
                        List.of(
                                Written.lease(
                                                q.type() == MessageType.DISCOVER
                                                        ? MessageType.OFFER
                                                        : MessageType.ACK,
                                                q.xid())
                                        .option(
                                                DhcpOption.ROUTES,
                                                24,
                                                192,
                                                0,
                                                2,
                                                10,
                                                9,
                                                0,
                                                7,
                                                0,
                                                10,
                                                9,
                                                0,
                                                8)
                                        .end()));
        wire.client.start();
        wire.pass(2 * SECOND);
        Lease lease = wire.told.getLast();
        assertNotNull(lease);
        assertEquals(IpAddress.parse("10.9.0.8"), lease.router());
    }

    @Test
    void onlyLegalMovesAreMade() {
        for (DhcpState state : DhcpState.values()) {
            assertFalse(DhcpState.STOPPED.mayBecome(state));
            assertFalse(state.mayBecome(state));
            assertEquals(state != DhcpState.STOPPED, state.mayBecome(DhcpState.STOPPED));
        }
        assertFalse(DhcpState.SELECTING.mayBecome(DhcpState.BOUND));
        assertFalse(DhcpState.REQUESTING.mayBecome(DhcpState.BOUND));
        assertTrue(DhcpState.CHECKING.mayBecome(DhcpState.BOUND));
    }
}

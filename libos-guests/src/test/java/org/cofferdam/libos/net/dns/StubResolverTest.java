package org.cofferdam.libos.net.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.cofferdam.libos.net.dns.HandServer.Question;
import org.cofferdam.libos.net.dns.HandServer.Script;
import org.cofferdam.libos.net.dns.StubResolver.Wanted;
import org.cofferdam.libos.net.socket.NetException;
import org.cofferdam.libos.net.wire.IpAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The resolver and a server that does what it likes, over two stacks. */
class StubResolverTest {
    private static final Script SILENT = question -> List.of();
    private static final long SECOND = 1_000_000_000L;
    private static final long PATIENCE = SECOND / 4;

    private final AtomicLong clock = new AtomicLong();
    private HandServer server;
    private StubResolver resolver;
    private volatile NameSettings settings = settings();

    @BeforeEach
    void open() throws NetException {
        server = new HandServer();
        resolver =
                new StubResolver(
                        server.left, () -> settings, clock::get, new SplittableRandom(8), PATIENCE);
    }

    private void start(Script udp, Script tcp, NameSettings newSettings) {
        server.does(udp, tcp);
        settings = newSettings;
    }

    private void start(Script udp) {
        start(udp, SILENT, settings(HandServer.ADDRESS));
    }

    @AfterEach
    void end() throws InterruptedException {
        server.end();
    }

    private static NameSettings settings(IpAddress... servers) {
        return new NameSettings(List.of(servers), List.of(), Map.of(), null, List.of(), true);
    }

    private static NameSettings searching(String... domains) {
        return new NameSettings(
                List.of(HandServer.ADDRESS),
                Stream.of(domains).map(DnsName::parse).toList(),
                Map.of(),
                null,
                List.of(),
                false);
    }

    private static List<IpAddress> ips(String... texts) {
        return Stream.of(texts).map(IpAddress::parse).toList();
    }

    /** An honest answer: 10.0.0.1 and fd00::1 for everything. */
    private static byte[] honest(Question q) {
        return ReplyWriter.to(q, 0)
                .address(q.name(), 60, q.type() == RecordType.A ? "10.0.0.1" : "fd00::1")
                .bytes();
    }

    private static byte[] nothing(Question q, int code) {
        return ReplyWriter.to(q, code).soa("lan", 600, 300).bytes();
    }

    private DnsError errorOf(String host) {
        return assertThrows(DnsException.class, () -> resolver.addresses(host, Wanted.V4)).error();
    }

    @ParameterizedTest
    @EnumSource
    void addressesOfBothFamiliesComeInTheWantedOrder(Wanted wanted) throws Exception {
        start(q -> List.of(honest(q)));
        List<IpAddress> expected =
                switch (wanted) {
                    case V4 -> ips("10.0.0.1");
                    case V6 -> ips("fd00::1");
                    case V4_FIRST -> ips("10.0.0.1", "fd00::1");
                    case V6_FIRST, BOTH -> ips("fd00::1", "10.0.0.1");
                };
        assertEquals(expected, resolver.addresses("a.lan", wanted));
    }

    @Test
    void aGuestWithoutIpv6DoesNotAskForItUnlessItMust() throws Exception {
        start(q -> List.of(honest(q)), SILENT, searching());
        assertEquals(ips("10.0.0.1"), resolver.addresses("a.lan", Wanted.BOTH));
        assertEquals(1, server.asked().size());
        assertEquals(ips("fd00::1"), resolver.addresses("a.lan", Wanted.V6));
    }

    @Test
    void aServerIsAskedOverIpv6Too() throws Exception {
        start(q -> List.of(honest(q)), SILENT, settings(HandServer.ADDRESS_V6));
        assertEquals(ips("10.0.0.1"), resolver.addresses("a.lan", Wanted.V4));
    }

    @Test
    void questionsHaveRandomNumbersAndLettersAndSayHowLongAReplyMayBe() throws Exception {
        start(q -> List.of(honest(q)));
        for (int i = 0; i < 20; i++) {
            resolver.addresses("name" + i + ".lan", Wanted.V4);
        }
        List<Question> asked = server.asked();
        assertTrue(asked.stream().map(q -> q.bytes()[0]).distinct().count() > 10);
        assertTrue(asked.stream().map(q -> q.bytes()[13]).distinct().count() == 2);
        assertTrue(asked.stream().allMatch(Question::isExtended));
    }

    @Test
    void repliesWithAnotherNumberOrAnotherQuestionAreNone() throws Exception {
        start(
                q -> {
                    byte[] otherName = honest(q);
                    otherName[13] ^= 1;
                    byte[] otherType = honest(q);
                    otherType[q.end() - 3] ^= 1;
                    byte[] noReply = honest(q);
                    noReply[2] &= 0x7f;
                    byte[] lie =
                            ReplyWriter.to(q, 0)
                                    .id(q.bytes()[0] << 8 ^ 0x5555)
                                    .address(q.name(), 60, "10.6.6.6")
                                    .bytes();
                    return List.of(
                            lie,
                            otherName,
                            otherType,
                            noReply,
                            new byte[0],
                            new byte[5],
                            honest(q));
                });
        // The server's stack keeps one frame while it asks for ours: of the first replies, the last.
        resolver.addresses("first.lan", Wanted.V4);
        assertEquals(ips("10.0.0.1"), resolver.addresses("a.lan", Wanted.V4));
        assertEquals(2, server.asked().size());
    }

    @Test
    void aReplyThatDiffersInCaseIsAskedForOverTcp() throws Exception {
        start(
                q -> {
                    byte[] lie = ReplyWriter.to(q, 0).address(q.name(), 60, "10.6.6.6").bytes();
                    lie[13] ^= 0x20;
                    return List.of(lie);
                },
                q -> List.of(framed(honest(q))),
                settings(HandServer.ADDRESS));
        assertEquals(ips("10.0.0.1"), resolver.addresses("a.lan", Wanted.V4));
    }

    private static byte[] framed(byte[] message) {
        byte[] all = new byte[message.length + 2];
        all[0] = (byte) (message.length >>> 8);
        all[1] = (byte) message.length;
        System.arraycopy(message, 0, all, 2, message.length);
        return all;
    }

    @Test
    void aFloodOfWrongRepliesIsEvadedOverTcp() throws Exception {
        start(
                q ->
                        IntStream.range(1, 40)
                                .mapToObj(
                                        i ->
                                                ReplyWriter.to(q, 0)
                                                        .id((q.bytes()[0] << 8) + i * 99)
                                                        .address(q.name(), 60, "10.6.6.6")
                                                        .bytes())
                                .toList(),
                q -> List.of(framed(honest(q))),
                settings(HandServer.ADDRESS));
        assertEquals(ips("10.0.0.1"), resolver.addresses("a.lan", Wanted.V4));
        assertTrue(server.asked().getLast().overTcp());
    }

    @Test
    void aTruncatedReplyIsAskedForOverTcpInPiecesToo() throws Exception {
        String[] many = IntStream.range(0, 250).mapToObj(i -> "10.1.0." + i).toArray(String[]::new);
        start(
                q -> List.of(ReplyWriter.to(q, 0).flags(0x8180 | ReplyWriter.TRUNCATED).bytes()),
                q -> {
                    byte[] all = ReplyWriter.to(q, 0).address(q.name(), 60, many).framed();
                    return List.of(
                            java.util.Arrays.copyOf(all, 1),
                            java.util.Arrays.copyOfRange(all, 1, 700),
                            java.util.Arrays.copyOfRange(all, 700, all.length));
                },
                settings(HandServer.ADDRESS));
        assertEquals(ips(many), resolver.addresses("a.lan", Wanted.V4));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void aServerThatLiesOverTcpIsNoAnswer(int lie) throws Exception {
        start(
                q -> List.of(ReplyWriter.to(q, 0).flags(0x8180 | ReplyWriter.TRUNCATED).bytes()),
                q -> {
                    byte[] all = framed(honest(q));
                    switch (lie) {
                        // More than comes, less than a header, another number, again truncated.
                        case 0 -> all[0] = 0x7f;
                        case 1 -> all[1] = 3;
                        case 2 -> all[2] ^= 1;
                        case 3 -> all[4] |= 2;
                        // Nothing at all.
                        default -> all = new byte[0];
                    }
                    return List.of(all);
                },
                settings(HandServer.ADDRESS));
        assertEquals(DnsError.NO_ANSWER, errorOf("a.lan"));
    }

    @Test
    void aliasesAreFollowedAndWhatIsSaidOfOtherNamesIsNotBelieved() throws Exception {
        start(
                q ->
                        List.of(
                                ReplyWriter.to(q, 0)
                                        .address("bank.lan", 60, "10.6.6.6")
                                        .address("c.lan", 60, "10.0.0.3")
                                        .alias("b.lan", 60, "c.lan")
                                        .alias("a.lan", 60, "b.lan")
                                        .bytes()));
        assertEquals(ips("10.0.0.3"), resolver.addresses("a.lan", Wanted.V4));
        assertEquals(DnsError.NO_DATA, errorOf("other.lan"));
        int before = server.asked().size();
        assertEquals(ips("10.6.6.6"), resolver.addresses("bank.lan", Wanted.V4));
        assertEquals(before + 1, server.asked().size());
    }

    @Test
    void anAliasWhoseTargetIsElsewhereIsAskedForFurther() throws Exception {
        start(
                q ->
                        List.of(
                                q.name().equals("a.lan")
                                        ? ReplyWriter.to(q, 0).alias("a.lan", 60, "b.lan").bytes()
                                        : honest(q)));
        assertEquals(ips("10.0.0.1"), resolver.addresses("a.lan", Wanted.V4));
        assertEquals(
                List.of("a.lan", "b.lan"), server.asked().stream().map(Question::name).toList());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aliasesWithoutEndHaveOne(boolean inOneReply) throws Exception {
        start(
                q ->
                        List.of(
                                inOneReply
                                        ? ReplyWriter.to(q, 0)
                                                .alias("a.lan", 60, "b.lan")
                                                .alias("b.lan", 60, "a.lan")
                                                .bytes()
                                        : ReplyWriter.to(q, 0)
                                                .alias(q.name(), 60, "x." + q.name())
                                                .bytes()));
        assertEquals(DnsError.TOO_MANY_ALIASES, errorOf("a.lan"));
        assertTrue(server.asked().size() <= 17);
    }

    @Test
    void answersAreKeptAsLongAsTheySayAndNoLongerThanADay() throws Exception {
        start(
                q ->
                        List.of(
                                ReplyWriter.to(q, 0)
                                        .address(
                                                q.name(),
                                                q.name().startsWith("long") ? 1L << 30 : 60,
                                                "10.0.0.1")
                                        .bytes()));
        resolver.addresses("a.lan", Wanted.V4);
        clock.addAndGet(59 * SECOND);
        resolver.addresses("A.lan", Wanted.V4);
        assertEquals(1, server.asked().size());
        clock.addAndGet(SECOND);
        resolver.addresses("a.lan", Wanted.V4);
        assertEquals(2, server.asked().size());
        resolver.addresses("long.lan", Wanted.V4);
        clock.addAndGet(86_400 * SECOND);
        resolver.addresses("long.lan", Wanted.V4);
        assertEquals(4, server.asked().size());
    }

    @Test
    void aTimeOfZeroOrWithTheHighestBitIsNotKept() throws Exception {
        start(
                q ->
                        List.of(
                                ReplyWriter.to(q, 0)
                                        .address(
                                                q.name(),
                                                q.name().equals("a.lan") ? 0 : 1L << 31,
                                                "10.0.0.1")
                                        .bytes()));
        for (String name : List.of("a.lan", "a.lan", "b.lan", "b.lan")) {
            resolver.addresses(name, Wanted.V4);
        }
        assertEquals(4, server.asked().size());
    }

    @Test
    void thatThereIsNothingIsKeptWithTheZonesWordOnly() throws Exception {
        start(
                q ->
                        switch (q.name()) {
                            case "a.lan" -> List.of(nothing(q, 3));
                            case "b.lan" -> List.of(nothing(q, 0));
                            case "c.lan" -> List.of(ReplyWriter.to(q, 3).bytes());
                            // Another zone's word.
                            default -> List.of(ReplyWriter.to(q, 3).soa("other", 600, 300).bytes());
                        });
        for (int i = 0; i < 2; i++) {
            assertEquals(DnsError.NO_SUCH_NAME, errorOf("a.lan"));
            assertEquals(DnsError.NO_DATA, errorOf("b.lan"));
            assertEquals(DnsError.NO_SUCH_NAME, errorOf("c.lan"));
            assertEquals(DnsError.NO_SUCH_NAME, errorOf("d.lan"));
        }
        assertEquals(
                Map.of("a.lan", 1L, "b.lan", 1L, "c.lan", 2L, "d.lan", 2L),
                server.asked().stream()
                        .collect(Collectors.groupingBy(Question::name, Collectors.counting())));
        clock.addAndGet(301 * SECOND);
        assertEquals(DnsError.NO_SUCH_NAME, errorOf("a.lan"));
        assertEquals(7, server.asked().size());
    }

    @Test
    void theCacheHasABound() {
        DnsCache cache = new DnsCache(10, clock::get);
        for (int i = 0; i < 1000; i++) {
            cache.put(
                    new DnsCache.Question(DnsName.parse("n" + i), RecordType.A),
                    new Answer(false, List.of(), 60));
        }
        assertEquals(10, cache.size());
    }

    @Test
    void aServerThatFailsOrKnowsOnlyWhomElseToAskIsToldFromSilence() throws Exception {
        start(
                q ->
                        switch (q.name()) {
                            case "fail.lan" -> List.of(ReplyWriter.to(q, 2).bytes());
                            case "refuse.lan" -> List.of(ReplyWriter.to(q, 5).bytes());
                            case "refer.lan" ->
                                    List.of(
                                            ReplyWriter.to(q, 0)
                                                    .flags(0x8100)
                                                    .record(
                                                            1,
                                                            DnsName.parse("lan"),
                                                            RecordType.NS,
                                                            60,
                                                            DnsName.parse("ns.lan").wire())
                                                    .bytes());
                            default -> List.of();
                        });
        assertEquals(DnsError.SERVER_FAILURE, errorOf("fail.lan"));
        assertEquals(DnsError.SERVER_FAILURE, errorOf("refuse.lan"));
        assertEquals(DnsError.SERVER_FAILURE, errorOf("refer.lan"));
        assertEquals(3, server.asked().size());
        assertEquals(DnsError.NO_ANSWER, errorOf("silent.lan"));
        assertEquals(6, server.asked().size());
    }

    @Test
    void aServerThatDoesNotKnowTheOptRecordIsAskedWithoutIt() throws Exception {
        start(
                q ->
                        List.of(
                                q.isExtended()
                                        ? ReplyWriter.to(q, DnsReply.FORMAT_ERROR).bytes()
                                        : honest(q)));
        assertEquals(ips("10.0.0.1"), resolver.addresses("a.lan", Wanted.V4));
        assertFalse(server.asked().getLast().isExtended());
    }

    @Test
    void aDeadServerCostsItsPatienceOnceAndTheOneThatAnsweredIsAskedFirst() throws Exception {
        start(q -> List.of(honest(q)), SILENT, settings(HandServer.DEAD, HandServer.ADDRESS));
        assertEquals(ips("10.0.0.1"), resolver.addresses("a.lan", Wanted.V4));
        long begun = System.nanoTime();
        assertEquals(ips("10.0.0.1"), resolver.addresses("b.lan", Wanted.V4));
        assertTrue(System.nanoTime() - begun < PATIENCE);
    }

    @Test
    void withoutAServerItIsSaidAtOnce() throws Exception {
        start(SILENT, SILENT, settings());
        assertEquals(DnsError.NO_SERVER, errorOf("a.lan"));
    }

    @Test
    void shortNamesAreLookedForInTheirDomainsFirstAndLongOnesLast() throws Exception {
        start(
                q ->
                        List.of(
                                q.name().equals("a.two.lan") || q.name().equals("b.c.one.lan")
                                        ? honest(q)
                                        : nothing(q, 3)),
                SILENT,
                searching("one.lan", "two.lan"));
        resolver.addresses("a", Wanted.V4);
        resolver.addresses("b.c", Wanted.V4);
        assertEquals(DnsError.NO_SUCH_NAME, errorOf("a."));
        assertEquals(
                List.of("a.one.lan", "a.two.lan", "b.c", "b.c.one.lan", "a"),
                server.asked().stream().map(Question::name).toList());
    }

    @Test
    void whatNeedsNoServerAsksNone() throws Exception {
        DnsName own = DnsName.parse("me");
        Map<DnsName, List<IpAddress>> hosts =
                Map.of(DnsName.parse("db.lan"), ips("10.0.0.9", "fd00::9"));
        NameSettings known =
                new NameSettings(
                        List.of(HandServer.ADDRESS), List.of(), hosts, own, ips("10.9.0.1"), true);
        start(q -> List.of(honest(q)), SILENT, known);
        assertEquals(ips("127.0.0.1"), resolver.addresses("localhost", Wanted.V4));
        assertEquals(ips("127.0.0.1", "::1"), resolver.addresses("a.LOCALHOST.", Wanted.V4_FIRST));
        assertEquals(ips("10.0.0.9"), resolver.addresses("DB.lan", Wanted.V4));
        assertEquals(ips("fd00::9", "10.0.0.9"), resolver.addresses("db.lan", Wanted.V6_FIRST));
        assertEquals(ips("10.9.0.1"), resolver.addresses("me", Wanted.BOTH));
        assertEquals(ips("10.1.2.3"), resolver.addresses("10.1.2.3", Wanted.BOTH));
        assertEquals(ips("fd00::3"), resolver.addresses("fd00::3", Wanted.V6));
        assertEquals(DnsError.NO_DATA, errorOf("fd00::3"));
        assertEquals(DnsError.NOT_ASKED_FOR, errorOf("printer.local"));
        assertEquals(DnsError.NOT_ASKED_FOR, errorOf("secret.onion"));
        assertEquals(DnsError.NOT_A_NAME, errorOf("a b"));
        assertEquals(DnsError.NOT_A_NAME, errorOf(""));
        assertEquals("me", resolver.name(IpAddress.parse("10.9.0.1")));
        assertEquals("db.lan", resolver.name(IpAddress.parse("fd00::9")));
        assertEquals("localhost", resolver.name(IpAddress.LOOPBACK_V6));
        assertEquals(List.of(), server.asked());
    }

    @Test
    void addressesHaveNamesButNoneThatNoHostCanHave() throws Exception {
        start(
                q -> {
                    byte[] name =
                            q.name().startsWith("1.")
                                    ? DnsName.parse("host.lan").wire()
                                    : new byte[] {4, 'a', '\n', '/', 'b', 0};
                    return List.of(
                            ReplyWriter.to(q, 0)
                                    .record(0, DnsName.parse(q.name()), RecordType.PTR, 60, name)
                                    .bytes());
                });
        assertEquals("host.lan", resolver.name(IpAddress.parse("10.0.0.1")));
        assertEquals(
                DnsError.NO_NAME,
                assertThrows(DnsException.class, () -> resolver.name(IpAddress.parse("10.0.0.2")))
                        .error());
    }

    @Test
    void threadsThatAskTheSameAtOnceShareOneQuestion() throws Exception {
        CountDownLatch allAsk = new CountDownLatch(50);
        start(
                q -> {
                    try {
                        // All others have begun by then; the server answers after the last.
                        assertTrue(allAsk.await(10, TimeUnit.SECONDS));
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    return List.of(honest(q));
                });
        try (var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<IpAddress>>> answers = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                answers.add(
                        threads.submit(
                                () -> {
                                    allAsk.countDown();
                                    return resolver.addresses("a.lan", Wanted.V4);
                                }));
            }
            for (Future<List<IpAddress>> answer : answers) {
                assertEquals(ips("10.0.0.1"), answer.get());
            }
        }
        assertEquals(1, server.asked().size());
    }

    @Test
    void anInterruptDoesNotEndALookupAndIsKept() throws Exception {
        start(q -> List.of(honest(q)));
        Thread.currentThread().interrupt();
        assertEquals(ips("10.0.0.1"), resolver.addresses("a.lan", Wanted.V4));
        assertTrue(Thread.interrupted());
    }

    @Test
    void theSameSeedAsksTheSameQuestions() {
        DnsName name = DnsName.parse("abcdefgh.lan");
        byte[] first = new DnsQuery(name, 1, true, new SplittableRandom(3)).bytes();
        byte[] again = new DnsQuery(name, 1, true, new SplittableRandom(3)).bytes();
        byte[] other = new DnsQuery(name, 1, true, new SplittableRandom(4)).bytes();
        assertEquals(List.of(first.length), List.of(again.length));
        assertTrue(java.util.Arrays.equals(first, again));
        assertNotEquals(java.util.Arrays.hashCode(first), java.util.Arrays.hashCode(other));
        start(SILENT);
    }
}

package org.cofferdam.proxy.vhostuser;

import static org.cofferdam.proxy.vhostuser.FrontEnd.BYTES;
import static org.cofferdam.proxy.vhostuser.FrontEnd.USER_BASE;
import static org.cofferdam.proxy.vhostuser.FrontEnd.join;
import static org.cofferdam.proxy.vhostuser.FrontEnd.region;
import static org.cofferdam.proxy.vhostuser.FrontEnd.u32;
import static org.cofferdam.proxy.vhostuser.FrontEnd.u64;
import static org.cofferdam.proxy.vhostuser.GuestPlace.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.cofferdam.binding.file.NativeFile;
import org.cofferdam.proxy.guestport.GuestFeatures;
import org.cofferdam.proxy.vhostuser.message.ProtocolFault;
import org.cofferdam.proxy.vhostuser.message.RequestCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Whatever messages a front end sends, it loses its own attachment at most, the log says why, its port takes the next
 * that comes, and its neighbour notices nothing.
 */
final class HostileFrontEndTest extends GuardedPort {
    static final List<Offence> HEADERS =
            List.of(
                    offence("version 0", ProtocolFault.VERSION, p -> p.raw(u32(1, 0, 0))),
                    offence("version 2", ProtocolFault.VERSION, p -> p.raw(u32(1, 2, 0))),
                    offence("a reply", ProtocolFault.FLAGS, p -> p.raw(u32(1, 1 | 4, 0))),
                    offence("other flags", ProtocolFault.FLAGS, p -> p.raw(u32(1, 0x8000_0001, 0))),
                    offence("request 0", ProtocolFault.UNKNOWN_REQUEST, p -> p.send(0, NOTHING)),
                    offence("request 27", ProtocolFault.UNKNOWN_REQUEST, p -> p.send(27, u64(0))),
                    offence("request -1", ProtocolFault.UNKNOWN_REQUEST, p -> p.send(-1, NOTHING)),
                    offence("size 2^31", ProtocolFault.SIZE, p -> p.raw(u32(2, 1, 0x8000_0000))),
                    offence("size -1", ProtocolFault.SIZE, p -> p.raw(u32(2, 1, -1))));

    @ParameterizedTest
    @FieldSource("HEADERS")
    void aHeaderThatIsNoneIsRefused(Offence offence) {
        commits(offence);
    }

    @ParameterizedTest
    @EnumSource(RequestCode.class)
    void aMessageThatIsCutOffIsRefused(RequestCode request) {
        try (FrontEnd peer = new FrontEnd(place.socket(PORT))) {
            peer.raw(u32(request.code(), 1));
        }
        await("TRUNCATED in the log", () -> place.recorder().has("refused TRUNCATED"));
    }

    @ParameterizedTest
    @EnumSource(RequestCode.class)
    void aPayloadThatIsTooLongIsRefused(RequestCode request) {
        commits(
                offence(
                        "",
                        ProtocolFault.SIZE,
                        p -> p.send(request.code(), new byte[RequestCode.MOST_BYTES + 1])));
    }

    @ParameterizedTest
    @EnumSource(
            value = RequestCode.class,
            names = {
                "GET_FEATURES",
                "SET_OWNER",
                "RESET_OWNER",
                "GET_QUEUE_NUM",
                "RESET_DEVICE",
                "GET_STATUS"
            })
    void aDescriptorWhereNoneBelongsIsRefused(RequestCode request) {
        commits(
                offence(
                        "",
                        ProtocolFault.DESCRIPTORS,
                        p -> p.send(request.code(), NOTHING, p.kick().fd())));
    }

    static final List<Offence> DESCRIPTORS =
            List.of(
                    offence(
                            "a kick without one",
                            ProtocolFault.DESCRIPTORS,
                            p -> p.send(12, u64(0))),
                    offence(
                            "one that is announced as none",
                            ProtocolFault.DESCRIPTORS,
                            p -> p.send(12, u64(0x100), p.kick().fd())),
                    offence(
                            "two kicks",
                            ProtocolFault.DESCRIPTORS,
                            p -> p.send(12, u64(0), p.kick().fd(), p.kick().fd())),
                    offence(
                            "nine at once",
                            ProtocolFault.DESCRIPTORS,
                            p -> p.send(5, new byte[8 + 8 * 32], copies(p.memoryFd(), 9))),
                    offence(
                            "twenty at once",
                            ProtocolFault.DESCRIPTORS,
                            p -> p.send(5, new byte[8 + 8 * 32], copies(p.memoryFd(), 20))),
                    offence(
                            "a file as kick",
                            ProtocolFault.NOT_AN_EVENTFD,
                            p -> p.send(12, u64(0), p.memoryFd())),
                    offence(
                            "a file as call",
                            ProtocolFault.NOT_AN_EVENTFD,
                            p -> p.send(13, u64(0), p.memoryFd())));

    private static int[] copies(int fd, int count) {
        int[] fds = new int[count];
        java.util.Arrays.fill(fds, fd);
        return fds;
    }

    @ParameterizedTest
    @FieldSource("DESCRIPTORS")
    void aWrongNumberOrKindOfDescriptorsIsRefused(Offence offence) {
        commits(offence);
    }

    private static Offence table(
            String name, ProtocolFault fault, int descriptors, byte[]... regions) {
        return offence(
                name,
                fault,
                p ->
                        p.negotiates(FrontEnd.FEATURES)
                                .send(
                                        5,
                                        join(u32(regions.length, 0), join(regions)),
                                        copies(p.memoryFd(), descriptors)));
    }

    static final List<Offence> TABLES =
            List.of(
                    table(
                            "fewer descriptors than regions",
                            ProtocolFault.REGION_COUNT,
                            1,
                            region(0, 4096, 0, 0),
                            region(8192, 4096, 8192, 0)),
                    table("an empty region", ProtocolFault.REGION_RANGE, 1, region(0, 0, 0, 0)),
                    table(
                            "an address that overflows",
                            ProtocolFault.REGION_RANGE,
                            1,
                            region(-4096, 8192, 0, 0)),
                    table(
                            "a size that overflows",
                            ProtocolFault.REGION_RANGE,
                            1,
                            region(4096, Long.MAX_VALUE, 0, 0)),
                    table(
                            "an offset that overflows",
                            ProtocolFault.REGION_RANGE,
                            1,
                            region(0, 4096, 0, Long.MAX_VALUE)),
                    table(
                            "a negative offset",
                            ProtocolFault.REGION_RANGE,
                            1,
                            region(0, 4096, 0, -4096)),
                    table(
                            "a region of 2^50",
                            ProtocolFault.REGION_RANGE,
                            1,
                            region(0, 1L << 50, 0, 0)),
                    table(
                            "one byte more than the file",
                            ProtocolFault.REGION_FILE,
                            1,
                            region(0, BYTES + 1, 0, 0)),
                    table(
                            "an offset behind the file",
                            ProtocolFault.REGION_FILE,
                            1,
                            region(0, 4096, 0, BYTES)),
                    table(
                            "guest addresses that overlap",
                            ProtocolFault.REGION_OVERLAP,
                            2,
                            region(0, 8192, 0, 0),
                            region(4096, 8192, 65536, 0)),
                    table(
                            "user addresses that overlap",
                            ProtocolFault.REGION_OVERLAP,
                            2,
                            region(0, 8192, 0, 0),
                            region(65536, 8192, 8191, 0)),
                    offence(
                            "nine regions",
                            ProtocolFault.REGION_COUNT,
                            p ->
                                    p.send(
                                            5,
                                            join(u32(9, 0), new byte[8 * 32]),
                                            copies(p.memoryFd(), 8))),
                    offence(
                            "an eventfd as memory",
                            ProtocolFault.REGION_FILE,
                            p -> p.send(5, join(u32(1, 0), region(0, 4096, 0, 0)), p.kick().fd())),
                    offence(
                            "a file of the disk",
                            ProtocolFault.REGION_FILE,
                            HostileFrontEndTest::sendsDiskFile),
                    offence(
                            "a region that was not added",
                            ProtocolFault.REGION_UNKNOWN,
                            p ->
                                    p.negotiates(FrontEnd.FEATURES)
                                            .send(38, join(u64(0), region(0, 4096, 0, 0)))),
                    offence(
                            "a region added twice",
                            ProtocolFault.REGION_OVERLAP,
                            p -> {
                                byte[] one = join(u64(0), region(0, 4096, 0, 0));
                                p.negotiates(FrontEnd.FEATURES).send(37, one, p.memoryFd());
                                p.send(37, one, p.memoryFd());
                            }));

    private static void sendsDiskFile(FrontEnd peer) {
        Path sources = Path.of("pom.xml").toAbsolutePath();
        try (NativeFile file = NativeFile.open(sources, false)) {
            peer.send(5, join(u32(1, 0), region(0, 64, 0, 0)), file.fd());
        }
    }

    @ParameterizedTest
    @FieldSource("TABLES")
    void aMemoryTableThatIsWrongIsRefused(Offence offence) {
        commits(offence);
    }

    private static Offence ring(
            String name, ProtocolFault fault, long descriptors, long used, long available) {
        return offence(
                name,
                fault,
                p -> {
                    p.negotiates(FrontEnd.FEATURES).showsMemory().describesQueue(1);
                    p.send(9, join(u32(1, 0), u64(descriptors, used, available, 0)));
                    p.startsQueue(1);
                });
    }

    static final List<Offence> RINGS =
            List.of(
                    ring(
                            "the table before the memory",
                            ProtocolFault.RING_OUTSIDE,
                            USER_BASE - 16,
                            USER_BASE,
                            USER_BASE),
                    ring(
                            "the used ring across the end",
                            ProtocolFault.RING_OUTSIDE,
                            USER_BASE,
                            USER_BASE + BYTES - 4,
                            USER_BASE),
                    ring(
                            "the available ring behind the end",
                            ProtocolFault.RING_OUTSIDE,
                            USER_BASE,
                            USER_BASE,
                            USER_BASE + BYTES),
                    ring("address 0", ProtocolFault.RING_OUTSIDE, 0, 0, 0),
                    ring(
                            "a table at an odd address",
                            ProtocolFault.RING_ALIGNMENT,
                            USER_BASE + 1,
                            USER_BASE,
                            USER_BASE),
                    ring(
                            "an available ring at an odd address",
                            ProtocolFault.RING_ALIGNMENT,
                            USER_BASE,
                            USER_BASE,
                            USER_BASE + 1),
                    ring(
                            "a used ring aligned to 2",
                            ProtocolFault.RING_ALIGNMENT,
                            USER_BASE,
                            USER_BASE + 2,
                            USER_BASE),
                    ring(
                            "addresses with bit 63",
                            ProtocolFault.RING_ALIGNMENT,
                            Long.MIN_VALUE,
                            Long.MIN_VALUE,
                            Long.MIN_VALUE),
                    offence("size 0", ProtocolFault.QUEUE_SIZE, p -> p.send(8, u32(0, 0))),
                    offence(
                            "size 3 of a split queue",
                            ProtocolFault.QUEUE_SIZE,
                            p -> {
                                p.negotiates(FrontEnd.FEATURES).showsMemory().describesQueue(1);
                                p.send(8, u32(1, 3));
                                p.startsQueue(1);
                            }),
                    offence("size 65536", ProtocolFault.QUEUE_SIZE, p -> p.send(8, u32(0, 65536))),
                    offence("size -1", ProtocolFault.QUEUE_SIZE, p -> p.send(8, u32(0, -1))),
                    offence("queue 4", ProtocolFault.QUEUE_INDEX, p -> p.send(8, u32(4, 256))),
                    offence("queue -1", ProtocolFault.QUEUE_INDEX, p -> p.send(18, u32(-1, 1))),
                    offence(
                            "a kick for queue 255",
                            ProtocolFault.QUEUE_INDEX,
                            p -> p.send(12, u64(255), p.kick().fd())),
                    offence(
                            "a base of 2^16 for a split queue",
                            ProtocolFault.RING_INDEX,
                            p -> startsAt(p, FrontEnd.FEATURES, 65536)),
                    offence(
                            "a base behind the end of a packed queue",
                            ProtocolFault.RING_INDEX,
                            p ->
                                    startsAt(
                                            p,
                                            FrontEnd.FEATURES | GuestFeatures.RING_PACKED,
                                            0x7fff)),
                    offence(
                            "a used index behind its end",
                            ProtocolFault.RING_INDEX,
                            p ->
                                    startsAt(
                                            p,
                                            FrontEnd.FEATURES | GuestFeatures.RING_PACKED,
                                            0x7fff_8000)));

    private static void startsAt(FrontEnd peer, long features, int base) {
        peer.negotiates(features).showsMemory().describesQueue(1);
        peer.send(10, u32(1, base));
        peer.startsQueue(1);
    }

    @ParameterizedTest
    @FieldSource("RINGS")
    void aRingThatCannotBeIsRefused(Offence offence) {
        commits(offence);
    }

    static final List<Offence> ORDERS =
            List.of(
                    offence(
                            "a size while the queue runs",
                            ProtocolFault.ORDER,
                            p -> p.attaches().send(8, u32(1, 128))),
                    offence(
                            "an address while it runs",
                            ProtocolFault.ORDER,
                            p -> p.attaches().describesQueue(1)),
                    offence(
                            "other features while it runs",
                            ProtocolFault.ORDER,
                            p -> p.attaches().send(2, u64(FrontEnd.FEATURES | GuestFeatures.CSUM))),
                    offence(
                            "features that were not offered",
                            ProtocolFault.FEATURES,
                            p -> p.send(2, u64(1L << 63))),
                    offence(
                            "protocol features that were not offered",
                            ProtocolFault.FEATURES,
                            p -> p.send(16, u64(1L << 40))),
                    offence(
                            "a queue without VERSION_1",
                            ProtocolFault.FEATURES,
                            p ->
                                    p.attachesWithoutWaiting(
                                            ProtocolFeatures.BIT | GuestFeatures.MRG_RXBUF)),
                    offence(
                            "configuration without its feature",
                            ProtocolFault.ORDER,
                            p -> p.send(24, join(u32(0, 6, 0), new byte[6]))),
                    offence(
                            "configuration beyond its end",
                            ProtocolFault.CONFIG,
                            p -> p.send(24, u32(250, 16, 0))),
                    offence(
                            "configuration written",
                            ProtocolFault.CONFIG,
                            p ->
                                    p.negotiates(FrontEnd.FEATURES)
                                            .send(25, join(u32(0, 6, 0), new byte[6]))),
                    offence(
                            "an MTU above the port's",
                            ProtocolFault.MTU,
                            p -> p.negotiates(FrontEnd.FEATURES).send(20, u64(9000))),
                    offence("an MTU of 0", ProtocolFault.MTU, p -> p.send(20, u64(0))),
                    offence(
                            "a log that was not negotiated",
                            ProtocolFault.ORDER,
                            p -> p.send(6, u64(4096, 0), p.memoryFd())));

    @ParameterizedTest
    @FieldSource("ORDERS")
    void whatIsOutOfOrderOrWasNotOfferedIsRefused(Offence offence) {
        commits(offence);
    }

    @Test
    void whoAsksForAnAnswerIsToldOfTheRefusal() {
        try (FrontEnd peer = new FrontEnd(place.socket(PORT)).negotiates(FrontEnd.FEATURES)) {
            peer.sendForAnswer(8, u32(0, 0));
            assertEquals(1, peer.answer().orElseThrow());
            refused(peer, ProtocolFault.QUEUE_SIZE);
        }
    }
}

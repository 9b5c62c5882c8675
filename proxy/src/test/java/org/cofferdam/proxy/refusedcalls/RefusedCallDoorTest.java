package org.cofferdam.proxy.refusedcalls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.cofferdam.binding.socket.UnixListener;
import org.cofferdam.proxy.packetswitch.PortId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Launchers, honest and other, at the door of a guest's reports. */
final class RefusedCallDoorTest implements RefusedCallRecorder {
    private static final PortId PORT = new PortId(3);
    private static final int OPENAT = 257;

    @TempDir private Path folder;

    private final List<String> recorded = new CopyOnWriteArrayList<>();
    private RefusedCallDoor door;

    @Override
    public void callRefused(PortId port, RefusedCall call) {
        recorded.add(port.value() + " " + call.text() + " " + call.count() + " of " + call.total());
    }

    @Override
    public void reportRefused(PortId port, String why) {
        recorded.add(port.value() + " refused: " + why);
    }

    @BeforeEach
    void opened() throws IOException {
        door = open(uid());
    }

    private RefusedCallDoor open(int uid) {
        return RefusedCallDoor.open(PORT, uid, UnixListener.bind(place(), 4), this);
    }

    private Path place() {
        return folder.resolve("calls");
    }

    private static int uid() throws IOException {
        return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    }

    @AfterEach
    void closed() {
        door.close();
    }

    private static ByteBuffer report(int number, long count, long total) {
        ByteBuffer report = ByteBuffer.allocate(RefusedCall.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        report.put("LOSR".getBytes(StandardCharsets.US_ASCII));
        report.putInt(1).putInt(number).putInt(17);
        for (long argument = 1; argument <= 6; argument++) {
            report.putLong(argument);
        }
        return report.putLong(count).putLong(total).rewind();
    }

    private SocketChannel launcher() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(place()));
    }

    private static void send(SocketChannel to, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            assertEquals(bytes.remaining(), to.write(bytes));
        }
    }

    private void await(int records) {
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> recorded.size() >= records);
    }

    @Test
    void aReportIsRecordedWithItsArguments() throws IOException {
        try (SocketChannel launcher = launcher()) {
            send(launcher, report(OPENAT, 2, 5));
            await(1);
        }
        assertEquals(List.of("3 openat(0x1, 0x2, 0x3, 0x4, 0x5, 0x6) 2 of 5"), recorded);
    }

    @Test
    void reportsAreCutAndGluedByTheSocketAndNoneIsLost() throws IOException {
        int reports = 2500; // more than a second's
        ByteBuffer all = ByteBuffer.allocate(reports * RefusedCall.BYTES);
        IntStream.range(0, reports).forEach(i -> all.put(report(i, 1, i + 1L)));
        all.flip();
        try (SocketChannel launcher = launcher()) {
            for (int piece = 7; all.hasRemaining(); piece = piece % 200 + 13) {
                int n = Math.min(piece, all.remaining());
                ByteBuffer part = all.slice(all.position(), n);
                send(launcher, part);
                all.position(all.position() + n);
            }
        }
        await(reports);
        assertEquals(reports, recorded.size());
        assertEquals("3 call 2499(0x1, 0x2, 0x3, 0x4, 0x5, 0x6) 1 of 2500", recorded.getLast());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 64, 72, 80, 88})
    void whatIsNoReportEndsTheConnectionAndTheNextIsServed(int offset) throws IOException {
        ByteBuffer wrong = report(OPENAT, 1, 1);
        // Magic, version; a count of nothing or beyond the total; what must be zero.
        Consumer<ByteBuffer> spoil =
                offset == 64
                        ? b -> b.putLong(64, 0)
                        : offset == 72
                                ? b -> b.putLong(64, 2)
                                : b -> b.put(offset, (byte) (b.get(offset) + 1));
        spoil.accept(wrong);
        try (SocketChannel launcher = launcher()) {
            send(launcher, wrong);
            await(1);
            assertEquals(-1, launcher.read(ByteBuffer.allocate(1)));
        }
        aReportIsServedNext();
    }

    private void aReportIsServedNext() throws IOException {
        try (SocketChannel launcher = launcher()) {
            send(launcher, report(OPENAT, 1, 1));
            await(2);
        }
        assertEquals("3 refused: what came is no report", recorded.getFirst());
        assertEquals("3 openat(0x1, 0x2, 0x3, 0x4, 0x5, 0x6) 1 of 1", recorded.getLast());
    }

    @Test
    void whoEndsInsideAReportLosesItAndNoMore() throws IOException {
        try (SocketChannel launcher = launcher()) {
            send(launcher, report(OPENAT, 1, 1));
            send(launcher, report(OPENAT, 1, 2).limit(RefusedCall.BYTES - 1));
        }
        try (SocketChannel launcher = launcher()) {
            send(launcher, report(OPENAT, 3, 3));
            await(2);
        }
        assertEquals(2, recorded.size());
        assertEquals("3 openat(0x1, 0x2, 0x3, 0x4, 0x5, 0x6) 3 of 3", recorded.getLast());
    }

    @Test
    void anotherUserMayNotReport() throws IOException {
        door.close();
        Files.delete(place());
        door = open(uid() + 1);
        try (SocketChannel launcher = launcher()) {
            send(launcher, report(OPENAT, 1, 1));
            await(1);
        } catch (IOException hungUp) {
            await(1);
        }
        assertEquals(List.of("3 refused: uid " + uid() + " is not the port's user"), recorded);
    }

    @Test
    void itClosesWhileALauncherIsConnectedAndSilent() throws IOException {
        try (SocketChannel launcher = launcher()) {
            send(launcher, report(OPENAT, 1, 1));
            await(1);
            door.close();
            assertEquals(-1, launcher.read(ByteBuffer.allocate(1)));
        }
        Files.delete(place());
        door = open(uid());
    }
}

package org.cofferdam.proxy.vhostuser;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.cofferdam.binding.event.Epoll;
import org.cofferdam.binding.socket.UnixListener;
import org.cofferdam.binding.socket.UnixStream;
import org.cofferdam.proxy.fuzz.FuzzInput;
import org.cofferdam.proxy.guestport.GuestBell;
import org.cofferdam.proxy.guestport.GuestPort;
import org.cofferdam.proxy.packetswitch.CrossingRecorder;
import org.cofferdam.proxy.packetswitch.PortId;
import org.cofferdam.proxy.vhostuser.message.ProtocolFaultException;
import org.cofferdam.proxy.vhostuser.message.RequestCode;

/**
 * Any sequence of messages with real descriptors over a real socket, into a session whose port runs on the same thread.
 * An input's first byte says with what the peer begins honestly; then come messages: request, descriptors, size of the
 * payload, and its words. Whatever they say, the session goes on or ends with a fault, and nothing of it is left.
 */
final class SessionFuzzTest {
    private static final int MOST_MESSAGES = 40;
    private static final RequestCode[] REQUESTS = RequestCode.values();

    @FuzzTest
    void aSessionGoesOnOrEndsWithAFaultAndLeavesNothing(byte[] input) throws IOException {
        Path folder = Files.createTempDirectory("cofferdam-fuzz-");
        Path socket = folder.resolve("guest");
        List<String> before = held();
        try (Epoll epoll = Epoll.create(16);
                UnixListener listener = UnixListener.bind(socket, 1);
                FrontEnd peer = new FrontEnd(socket);
                UnixStream stream = listener.accept().orElseThrow();
                MessageReader reader = new MessageReader(stream);
                Session session = session(epoll)) {
            converse(new FuzzInput(input), peer, reader, session);
        } finally {
            Files.deleteIfExists(socket);
            Files.delete(folder);
        }
        assertEquals(before, held());
    }

    private static Session session(Epoll epoll) {
        PacketThread sameThread =
                new PacketThread() {
                    @Override
                    public void post(Runnable command) {
                        command.run();
                    }

                    @Override
                    public void watch(int fd) {
                        epoll.add(fd, Epoll.IN | Epoll.EDGE, fd);
                    }

                    @Override
                    public void unwatch(int fd) {
                        epoll.remove(fd);
                    }
                };
        return new Session(
                new GuestPort(new PortId(5), CrossingRecorder.NONE),
                new GuestCard(GuestPlace.mac(5), 1500, GuestPort.MOST_PAIRS),
                sameThread,
                GuestBell.NONE,
                new ListGuestRecorder());
    }

    private static void converse(
            FuzzInput in, FrontEnd peer, MessageReader reader, Session session) {
        try {
            int start = in.u8();
            if ((start & 1) != 0) {
                peer.send(16, FrontEnd.u64(ProtocolFeatures.OFFERED));
                long packed = (start & 8) != 0 ? 1L << 34 : 0;
                peer.send(2, FrontEnd.u64(FrontEnd.FEATURES | packed));
            }
            if ((start & 2) != 0) {
                peer.showsMemory().describesQueue(0).describesQueue(1);
            }
            if ((start & 4) != 0) {
                peer.startsQueue(0).startsQueue(1);
            }
            serve(reader, session);
            for (int i = 0; i < MOST_MESSAGES && in.hasMore(); i++) {
                send(in, peer);
                serve(reader, session);
            }
        } catch (ProtocolFaultException e) {
            // The peer has lost its attachment, as it should.
        }
    }

    private static void serve(MessageReader reader, Session session) throws ProtocolFaultException {
        while (reader.poll() == MessageReader.Found.MESSAGE) {
            session.handle(reader.header(), reader.payload(), reader.descriptors());
            reader.next();
        }
    }

    private static void send(FuzzInput in, FrontEnd peer) {
        int request = REQUESTS[in.below(REQUESTS.length)].code();
        int descriptors = in.u8();
        int[] fds = new int[descriptors & 3];
        Arrays.fill(fds, (descriptors & 4) != 0 ? peer.memoryFd() : peer.kick().fd());
        byte[] payload = payload(in, in.u8());
        if ((descriptors & 8) != 0) {
            peer.sendForAnswer(request, payload, fds);
        } else {
            peer.send(request, payload, fds);
        }
    }

    private static byte[] payload(FuzzInput in, int size) {
        byte[] words = FrontEnd.u64(new long[(size + 7) / 8]);
        for (int at = 0; at < words.length; at += 8) {
            byte[] word = FrontEnd.u64(word(in));
            System.arraycopy(word, 0, words, at, 8);
        }
        return Arrays.copyOf(words, size);
    }

    /** Small numbers, pairs of them, places in the memory, or anything. */
    private static long word(FuzzInput in) {
        return switch (in.below(6)) {
            case 0 -> in.u8();
            case 1 -> in.u8() | (long) in.u16() << 32;
            case 2 -> FrontEnd.USER_BASE + 16L * in.u16();
            case 3 -> FrontEnd.GUEST_BASE + 16L * in.u16();
            case 4 -> 4096L * in.u8();
            default -> in.i64();
        };
    }

    /** What this process holds of peers: descriptors and mappings, as the kernel names them. */
    private static List<String> held() throws IOException {
        try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"));
                Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
            return Stream.concat(fds.map(SessionFuzzTest::target), maps)
                    .filter(name -> name.contains("/dev/shm/cofferdam-") || name.contains("[event"))
                    .sorted()
                    .toList();
        }
    }

    private static String target(Path fd) {
        try {
            return Files.readSymbolicLink(fd).toString();
        } catch (IOException e) {
            // The listing's own descriptor, which is gone again.
            return "";
        }
    }
}

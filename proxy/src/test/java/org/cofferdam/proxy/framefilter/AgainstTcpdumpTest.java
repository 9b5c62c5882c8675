package org.cofferdam.proxy.framefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same expression on the same frames chooses what tcpdump chooses. */
class AgainstTcpdumpTest {
    private static final int FRAMES = 4000;
    private static final int COMPOSED = 300;
    private static final List<String> PRIMITIVES =
            List.of(
                    "ip",
                    "ip6",
                    "arp",
                    "rarp",
                    "tcp",
                    "udp",
                    "icmp",
                    "icmp6",
                    "sctp",
                    "host 10.0.0.7",
                    "src host 10.0.0.1",
                    "dst 10.0.0.7",
                    "src or dst 10.1.2.3",
                    "src and dst 10.0.0.7",
                    "ip host 10.0.0.1",
                    "arp host 10.0.0.1",
                    "rarp src 10.0.0.7",
                    "host fd00::1",
                    "ip6 src fd00::2",
                    "dst host ff02::1",
                    "net 10.0.0.0/8",
                    "net 10",
                    "net 10.1",
                    "src net 192.168.0.0/16",
                    "dst net 10.0.0.0 mask 255.255.255.0",
                    "net 0.0.0.0/0",
                    "ip net 224.0.0.0/4",
                    "net fd00::/8",
                    "src net ff02::/16",
                    "ip6 net fd00::/64",
                    "port 80",
                    "src port 443",
                    "dst port 53",
                    "src and dst port 80",
                    "tcp port 8080",
                    "udp src port 53",
                    "sctp dst port 22",
                    "portrange 8000-8080",
                    "tcp src portrange 80-443",
                    "udp portrange 443-53",
                    "ether host 02:00:00:00:00:01",
                    "ether src 02:00:00:00:00:02",
                    "ether dst 01:00:00:00:00:04",
                    "ether proto 0x88cc",
                    "ether proto \\arp",
                    "ip proto 6",
                    "ip proto \\udp",
                    "ip6 proto 58",
                    "ip6 proto \\tcp",
                    "proto 17",
                    "broadcast",
                    "multicast",
                    "ether broadcast",
                    "ip multicast",
                    "ip6 multicast",
                    "less 60",
                    "greater 100",
                    "len > 80",
                    "len - 14 <= 60",
                    "tcp[tcpflags] & tcp-syn != 0",
                    "tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn",
                    "tcp[13] = 2",
                    "tcp[12] >> 4 = 5",
                    "ip[9] = 1",
                    "ip[0] & 0xf > 5",
                    "ip[2:2] > 60",
                    "ip6[6] = 17",
                    "ether[0] & 1 != 0",
                    "ether[12:2] = 0x806",
                    "icmp[icmptype] = icmp-echo",
                    "icmp6[icmp6type] = 135",
                    "udp[0:2] = 53",
                    "arp[7] = 1",
                    "ip[ip[0] & 0xf] = 10",
                    "tcp[0:2] = tcp[2:2]",
                    "(len + 10) / 2 > 40",
                    "ip[8] * 2 != 128",
                    "ether[20] | 1 = 1",
                    "1 << 2 = 4");

    @TempDir private Path folder;

    @Test
    void eachPrimitiveChoosesWhatTcpdumpChooses() throws Exception {
        List<RandomFrames.Frame> frames = frames(1);
        for (String expression : PRIMITIVES) {
            compare(frames, expression);
            compare(frames, "not " + expression);
        }
    }

    @Test
    void whatFollowsVlanIsLookedForBehindTheTag() throws Exception {
        List<RandomFrames.Frame> frames = frames(2);
        for (String expression :
                List.of(
                        "vlan",
                        "vlan 6",
                        "not vlan 6",
                        "vlan and ip",
                        "vlan 5 and tcp port 80",
                        "vlan and vlan 7 and ip6",
                        "not vlan and arp",
                        "ip or vlan and host 10.0.0.1",
                        "(vlan and udp) or tcp[13] & 2 != 0")) {
            compare(frames, expression);
        }
    }

    @Test
    void composedOnesChooseWhatTcpdumpChooses() throws Exception {
        SplittableRandom random = new SplittableRandom(3);
        List<RandomFrames.Frame> frames = frames(4);
        for (int i = 0; i < COMPOSED; i++) {
            compare(frames, composed(random, 3));
        }
        compare(frames, "port 80 or 443 and not 22");
        compare(frames, "src host 10.0.0.1 or 10.0.0.7");
        compare(frames, "tcp && !port 80 || arp");
    }

    private static String composed(SplittableRandom random, int depth) {
        if (depth == 0 || random.nextInt(4) == 0) {
            return PRIMITIVES.get(random.nextInt(PRIMITIVES.size()));
        }
        String left = composed(random, depth - 1);
        String right = composed(random, depth - 1);
        return switch (random.nextInt(4)) {
            case 0 -> left + " and " + right;
            case 1 -> left + " or " + right;
            case 2 -> "not (" + left + ") and (" + right + ")";
            default -> "(" + left + " or " + right + ")";
        };
    }

    private static List<RandomFrames.Frame> frames(long seed) {
        RandomFrames source = new RandomFrames(new SplittableRandom(seed));
        List<RandomFrames.Frame> frames = new ArrayList<>();
        for (int i = 0; i < FRAMES; i++) {
            frames.add(source.next());
        }
        return frames;
    }

    private void compare(List<RandomFrames.Frame> frames, String expression) throws Exception {
        FrameFilter filter = FrameFilter.of(expression);
        BitSet ours = new BitSet();
        for (int i = 0; i < frames.size(); i++) {
            RandomFrames.Frame f = frames.get(i);
            MemorySegment memory = MemorySegment.ofArray(f.captured());
            ours.set(i, filter.wants(memory, 0, f.captured().length, f.length()));
        }
        BitSet theirs = tcpdump(frames, expression);
        BitSet differ = (BitSet) ours.clone();
        differ.xor(theirs);
        if (!differ.isEmpty()) {
            int i = differ.nextSetBit(0);
            RandomFrames.Frame f = frames.get(i);
            fail(
                    "%s: tcpdump says %b of a frame of %d bytes: %s, and of %d frames in all"
                            .formatted(
                                    expression,
                                    theirs.get(i),
                                    f.length(),
                                    HexFormat.of().formatHex(f.captured()),
                                    differ.cardinality()));
        }
    }

    /** Frames carry their number as the seconds of their time. Without its optimizer, which leaves reads out. */
    private BitSet tcpdump(List<RandomFrames.Frame> frames, String expression) throws Exception {
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/tcpdump")),
                "there is no tcpdump; ops/setup installs it");
        Path capture = folder.resolve("frames.pcap");
        if (!Files.exists(capture)) {
            write(capture, frames);
        }
        Path chosen = folder.resolve("chosen.pcap");
        Files.deleteIfExists(chosen);
        Path said = folder.resolve("said");
        Process process =
                new ProcessBuilder(
                                "/usr/bin/tcpdump",
                                "-O",
                                "-r",
                                capture.toString(),
                                "-w",
                                chosen.toString(),
                                expression)
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile())
                        .start();
        if (process.waitFor() == 1 && read(said).contains("rejects all packets")) {
            return new BitSet();
        }
        assertEquals(0, process.exitValue(), () -> expression + ": " + read(said));
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(chosen)).order(ByteOrder.LITTLE_ENDIAN);
        BitSet numbers = new BitSet();
        in.position(24);
        while (in.remaining() >= 16) {
            int number = in.getInt();
            in.getInt();
            int captured = in.getInt();
            in.getInt();
            in.position(in.position() + captured);
            numbers.set(number);
        }
        assertFalse(in.hasRemaining());
        return numbers;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** The old format of libpcap, microseconds, Ethernet. */
    private static void write(Path file, List<RandomFrames.Frame> frames) throws IOException {
        int bytes = 24 + frames.stream().mapToInt(f -> 16 + f.captured().length).sum();
        ByteBuffer out = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(0xa1b2c3d4).putShort((short) 2).putShort((short) 4).putInt(0).putInt(0);
        out.putInt(65535).putInt(1);
        for (int i = 0; i < frames.size(); i++) {
            RandomFrames.Frame f = frames.get(i);
            out.putInt(i).putInt(0).putInt(f.captured().length).putInt(f.length());
            out.put(f.captured());
        }
        Files.write(file, out.array());
    }
}

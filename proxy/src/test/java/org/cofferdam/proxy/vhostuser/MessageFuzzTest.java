package org.cofferdam.proxy.vhostuser;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.cofferdam.proxy.vhostuser.message.FrontEndMessage;
import org.cofferdam.proxy.vhostuser.message.MemoryRegion;
import org.cofferdam.proxy.vhostuser.message.MessageDecoder;
import org.cofferdam.proxy.vhostuser.message.MessageHeader;
import org.cofferdam.proxy.vhostuser.message.ProtocolFault;
import org.cofferdam.proxy.vhostuser.message.ProtocolFaultException;
import org.cofferdam.proxy.vhostuser.message.RequestCode;
import org.junit.jupiter.api.Test;

/** Random messages, most of them close to right ones: each is refused, or says what it may say. */
final class MessageFuzzTest {
    private static final long SEED = 20261126;
    private static final int ROUNDS = 400_000;
    private static final long[] INTERESTING = {
        0,
        1,
        2,
        3,
        255,
        256,
        257,
        4096,
        32768,
        65535,
        65536,
        1L << 31,
        1L << 32,
        1L << 62,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        -1,
        -4096
    };

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final MemorySegment buffer =
            Arena.ofAuto().allocate(MessageHeader.BYTES + RequestCode.MOST_BYTES, 8);

    @Test
    void nothingComesOfNonsenseButAFaultAndOfMessagesOnlyWhatTheyMaySay() {
        MessageDecoder decoder = new MessageDecoder(4);
        Map<ProtocolFault, Integer> faults = new EnumMap<>(ProtocolFault.class);
        Set<RequestCode> decoded = EnumSet.noneOf(RequestCode.class);
        for (int i = 0; i < ROUNDS; i++) {
            int descriptors = fill();
            try {
                MessageHeader header = MessageHeader.decode(buffer, 0);
                MemorySegment payload = buffer.asSlice(MessageHeader.BYTES, header.size());
                check(decoder.decode(header, payload, descriptors));
                decoded.add(header.request());
            } catch (ProtocolFaultException e) {
                faults.merge(e.fault(), 1, Integer::sum);
            }
        }
        assertTrue(decoded.containsAll(EnumSet.allOf(RequestCode.class)), decoded.toString());
        assertTrue(faults.size() > 12, faults.toString());
    }

    /** Writes a message; returns how many descriptors come with it. */
    private int fill() {
        for (long at = 0; at < buffer.byteSize() - 8; at += 4) {
            long value =
                    random.nextInt(4) == 0
                            ? random.nextLong()
                            : INTERESTING[random.nextInt(INTERESTING.length)];
            buffer.set(ValueLayout.JAVA_INT, at, (int) (value >>> (at % 8 == 0 ? 0 : 32)));
        }
        RequestCode[] all = RequestCode.values();
        RequestCode request = all[random.nextInt(all.length)];
        buffer.set(
                ValueLayout.JAVA_INT,
                0,
                random.nextInt(16) == 0 ? random.nextInt() : request.code());
        buffer.set(
                ValueLayout.JAVA_INT,
                4,
                random.nextInt(16) == 0 ? random.nextInt() : 1 | random.nextInt(2) << 3);
        int[] sizes = {0, 8, 12, 12 + 6, 16, 20, 40, 8 + 32 * random.nextInt(9)};
        buffer.set(
                ValueLayout.JAVA_INT,
                8,
                random.nextInt(16) == 0 ? random.nextInt() : sizes[random.nextInt(sizes.length)]);
        if (random.nextInt(3) == 0) {
            int queue = random.nextInt(5);
            buffer.set(ValueLayout.JAVA_INT, 12, queue | (random.nextBoolean() ? 0x100 : 0));
            buffer.set(ValueLayout.JAVA_INT, 16, 0);
        }
        if (random.nextInt(3) == 0) {
            plausibleNumbers();
        }
        return random.nextInt(4) == 0 ? random.nextInt(10) : random.nextInt(2);
    }

    private void plausibleNumbers() {
        int regions = random.nextInt(4);
        buffer.set(ValueLayout.JAVA_INT, 12, regions);
        buffer.set(ValueLayout.JAVA_INT, 16, random.nextInt(300));
        for (long at = 20; at + 8 < buffer.byteSize(); at += 8) {
            buffer.set(ValueLayout.JAVA_LONG_UNALIGNED, at, 16L * random.nextInt(1 << 20));
        }
        if (random.nextInt(4) == 0) {
            // An inflight description: bytes, offset, then queues and their size.
            buffer.set(ValueLayout.JAVA_LONG_UNALIGNED, 12, 64L * random.nextInt(1 << 20));
            buffer.set(ValueLayout.JAVA_LONG_UNALIGNED, 20, 64L * random.nextInt(1 << 10));
            buffer.set(ValueLayout.JAVA_INT, 28, random.nextInt(6) | random.nextInt(300) << 16);
        }
    }

    /** What the types promise to whoever gets one. */
    static void check(FrontEndMessage message) {
        switch (message) {
            case FrontEndMessage.SetQueueSize m ->
                    assertTrue(queue(m.queue()) && m.size() <= 32768 && m.size() > 0);
            case FrontEndMessage.SetQueueAddress m ->
                    assertTrue(
                            queue(m.queue())
                                    && m.descriptors() >= 0
                                    && m.descriptors() % 16 == 0
                                    && m.used() % 4 == 0
                                    && m.available() % 2 == 0);
            case FrontEndMessage.SetQueueBase m -> assertTrue(queue(m.queue()));
            case FrontEndMessage.GetQueueBase m -> assertTrue(queue(m.queue()));
            case FrontEndMessage.SetKick m -> assertTrue(queue(m.queue()));
            case FrontEndMessage.SetCall m -> assertTrue(queue(m.queue()));
            case FrontEndMessage.SetError m -> assertTrue(queue(m.queue()));
            case FrontEndMessage.SetQueueEnable m -> assertTrue(queue(m.queue()));
            case FrontEndMessage.SetMemoryTable m -> m.regions().forEach(MessageFuzzTest::region);
            case FrontEndMessage.AddMemoryRegion m -> region(m.region());
            case FrontEndMessage.RemoveMemoryRegion m -> region(m.region());
            case FrontEndMessage.SetMtu m -> assertTrue(m.mtu() >= 68 && m.mtu() <= 65535);
            case FrontEndMessage.SetStatus m -> assertTrue(m.status() >>> 8 == 0);
            case FrontEndMessage.GetConfig m ->
                    assertTrue(m.offset() >= 0 && m.size() > 0 && m.offset() + m.size() <= 256);
            case FrontEndMessage.SetConfig m ->
                    assertTrue(m.offset() >= 0 && m.size() > 0 && m.offset() + m.size() <= 256);
            case FrontEndMessage.GetInflight m -> assertTrue(isSome(m.queues(), m.queueSize()));
            case FrontEndMessage.SetInflight m ->
                    assertTrue(
                            m.queues() >= 1
                                    && m.queues() <= 4
                                    && m.offset() % 64 == 0
                                    && isPart(m.bytes(), m.offset()));
            case FrontEndMessage.SetLogBase m ->
                    assertTrue(m.offset() % 8 == 0 && isPart(m.bytes(), m.offset()));
            default -> {
                // It carries nothing that could be wrong by itself.
            }
        }
    }

    private static boolean isSome(int queues, int size) {
        return queues >= 1 && queues <= 4 && size >= 1 && size <= 32768;
    }

    private static boolean isPart(long bytes, long offset) {
        return bytes > 0
                && bytes <= Integer.MAX_VALUE
                && offset >= 0
                && offset <= Integer.MAX_VALUE;
    }

    private static boolean queue(int index) {
        return index >= 0 && index < 4;
    }

    private static void region(MemoryRegion region) {
        assertTrue(
                region.size() > 0
                        && region.guestAddress() >= 0
                        && region.guestAddress() + region.size() > 0
                        && region.userAddress() + region.size() > 0
                        && region.fileBytes() > 0,
                region.toString());
    }
}

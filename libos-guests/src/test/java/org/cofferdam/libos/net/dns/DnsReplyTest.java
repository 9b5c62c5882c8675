package org.cofferdam.libos.net.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Replies that break the format, on purpose or at random. */
class DnsReplyTest {
    private static final DnsName NAME = DnsName.parse("www.test.lan");
    private static final DnsQuery QUERY =
            new DnsQuery(NAME, RecordType.A, true, new SplittableRandom(1));

    private static ReplyWriter reply() {
        return new ReplyWriter(QUERY.bytes(), QUERY.questionEnd(), 0);
    }

    private static DnsReply read(byte[] bytes) throws MalformedMessageException {
        return DnsReply.read(QUERY, bytes, bytes.length);
    }

    private static void assertMalformed(byte[] bytes) {
        assertThrows(MalformedMessageException.class, () -> read(bytes));
    }

    /** A message whose one answer is of these bytes. */
    private static byte[] answer(int... bytes) {
        byte[] head = reply().bytes();
        byte[] all = Arrays.copyOf(head, head.length + bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            all[head.length + i] = (byte) bytes[i];
        }
        all[7] = 1;
        return all;
    }

    @Test
    void aCompressedNameIsRead() throws Exception {
        DnsReply read = read(answer(0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 1));
        assertEquals(NAME, read.answers().getFirst().owner());
    }

    @Test
    void aPointerThatDoesNotLeadToBeforeItIsRefused() {
        int here = QUERY.questionEnd();
        // To itself, beyond itself, beyond the message, into the header, and into its own label.
        assertMalformed(answer(0xc0, here, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 1));
        assertMalformed(answer(0xc0, here + 4, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 1));
        assertMalformed(answer(0xff, 0xff, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 1));
        assertMalformed(answer(0xc0, 4, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 1));
        assertMalformed(answer(1, 'a', 0xc0, here, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 1));
        assertMalformed(answer(0xc0));
    }

    @Test
    void labelsOfOtherTypesAndNamesThatGrowTooLongAreRefused() {
        assertMalformed(answer(0x40, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 1));
        assertMalformed(answer(0x80, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 1));
        // Each alias is sixty bytes and a pointer to the one before it.
        ReplyWriter writer = reply();
        int before = QUERY.questionEnd();
        for (int i = 0; i < 6; i++) {
            byte[] label = new byte[63];
            label[0] = 60;
            label[61] = (byte) (0xc0 | before >>> 8);
            label[62] = (byte) before;
            before = writer.bytes().length + DnsName.ROOT.wire().length + 10;
            if (i == 0) {
                label = Arrays.copyOf(label, 62);
                label[61] = 0;
            }
            writer.record(0, DnsName.ROOT, RecordType.CNAME, 1, label);
        }
        assertMalformed(writer.bytes());
    }

    @Test
    void lengthsThatLieAreRefused() {
        assertMalformed(answer(0, 0, 1, 0, 1, 0, 0, 0, 60, 0, 3, 10, 0, 0, 1));
        assertMalformed(answer(0, 0, 1, 0, 1, 0, 0, 0, 60, 0, 5, 10, 0, 0, 1, 0));
        assertMalformed(answer(0, 0, 28, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 1));
        assertMalformed(answer(0, 0, 99, 0, 1, 0, 0, 0, 60, 0, 9, 1, 2, 3));
        assertMalformed(answer(0, 0, 99, 0, 1, 0, 0, 0, 60, 0xff, 0xff));
        // A name that ends before, or behind, its record.
        assertMalformed(answer(0, 0, 5, 0, 1, 0, 0, 0, 60, 0, 4, 1, 'a', 0, 0));
        assertMalformed(answer(0, 0, 5, 0, 1, 0, 0, 0, 60, 0, 2, 1, 'a', 0));
    }

    @Test
    void countsThatLieAreRefused() {
        byte[] bytes = reply().address("www.test.lan", 60, "10.0.0.1").bytes();
        bytes[6] = (byte) 0xff;
        assertMalformed(bytes);
    }

    @Test
    void otherClassesAndTypesAreReadOver() throws Exception {
        byte[] bytes =
                reply().record(0, NAME, 99, 60, new byte[300])
                        .address("www.test.lan", 60, "10.0.0.1")
                        .bytes();
        assertEquals(1, read(bytes).answers().size());
        DnsReply chaos = read(answer(0, 0, 1, 0, 3, 0, 0, 0, 60, 0, 4, 10, 0, 0, 1));
        assertEquals(List.of(), chaos.answers());
    }

    @Test
    void aMappedAddressIsNotOneOfIpv6() throws Exception {
        byte[] mapped = new byte[16];
        mapped[10] = mapped[11] = (byte) 0xff;
        mapped[12] = 127;
        assertEquals(
                List.of(),
                read(reply().record(0, NAME, RecordType.AAAA, 60, mapped).bytes()).answers());
    }

    @Test
    void theUpperBitsOfTheCodeAreTheOptRecords() throws Exception {
        byte[] bytes =
                reply().record(2, DnsName.ROOT, RecordType.OPT, 0x0100_0000L, new byte[0]).bytes();
        assertEquals(DnsReply.BAD_VERSION, read(bytes).code());
    }

    /** Any bytes changed, any cut off: read, or refused in the one way, never anything else. */
    @Test
    void anyBytesMayBeChangedOrCutOff() {
        byte[] good =
                reply().alias("www.test.lan", 60, "a.test.lan")
                        .address("a.test.lan", 60, "10.0.0.1", "fd00::1")
                        .record(0, NAME, RecordType.PTR, 60, new byte[] {1, 'a', (byte) 0xc0, 12})
                        .soa("test.lan", 60, 60)
                        .record(2, DnsName.ROOT, RecordType.OPT, 0, new byte[8])
                        .bytes();
        SplittableRandom random = new SplittableRandom(53);
        int read = 0;
        int refused = 0;
        for (int i = 0; i < 300_000; i++) {
            byte[] bytes = good.clone();
            for (int changes = random.nextInt(1, 6); changes > 0; changes--) {
                int at = random.nextInt(QUERY.questionEnd(), bytes.length);
                bytes[random.nextInt(10) == 0 ? random.nextInt(2, 12) : at] =
                        random.nextBoolean()
                                ? (byte) random.nextInt()
                                : (byte) (0xc0 | random.nextInt(4));
            }
            int length =
                    random.nextInt(4) == 0
                            ? random.nextInt(QUERY.questionEnd(), bytes.length + 1)
                            : bytes.length;
            try {
                DnsReply reply = DnsReply.read(QUERY, bytes, length);
                reply.answers().forEach(r -> assertTrue(r.owner().wire().length <= 255));
                read++;
            } catch (MalformedMessageException e) {
                refused++;
            }
        }
        assertTrue(read > 10_000 && refused > 10_000, read + " read, " + refused + " refused");
    }
}

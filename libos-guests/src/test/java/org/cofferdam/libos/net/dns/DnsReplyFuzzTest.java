package org.cofferdam.libos.net.dns;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Any bytes behind a question that is right: read, or refused in the one way.
 *
 * <p>An input begins with the counts of the three sections, a byte each; the sections follow.
 */
final class DnsReplyFuzzTest {
    private static final DnsQuery QUERY =
            new DnsQuery(
                    DnsName.parse("www.test.lan"), RecordType.A, true, new SplittableRandom(1));

    @FuzzTest
    void whateverComesIsReadOrRefused(byte[] input) {
        byte[] head = new ReplyWriter(QUERY.bytes(), QUERY.questionEnd(), 0).bytes();
        byte[] all = Arrays.copyOf(head, head.length + Math.max(0, input.length - 3));
        for (int i = 0; i < Math.min(3, input.length); i++) {
            all[7 + 2 * i] = input[i];
        }
        if (input.length > 3) {
            System.arraycopy(input, 3, all, head.length, input.length - 3);
        }
        try {
            for (ResourceRecord record : DnsReply.read(QUERY, all, all.length).answers()) {
                assertTrue(record.owner().wire().length <= DnsName.MOST_BYTES);
                assertTrue(record.seconds() >= 0);
                assertNotNull(record.owner().toString());
            }
        } catch (MalformedMessageException e) {
            assertNotNull(e.getMessage());
        }
    }
}

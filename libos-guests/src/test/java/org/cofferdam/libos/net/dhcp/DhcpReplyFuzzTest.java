package org.cofferdam.libos.net.dhcp;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import org.cofferdam.libos.net.stack.HandLink;

/**
 * Any bytes as a server's message: a lease that holds together, or a refusal.
 *
 * <p>An input is written over an honest offer from its option of the lease's seconds on; its first 192 bytes are the fields
 * of the server's name and of the file.
 */
final class DhcpReplyFuzzTest {
    private static final int XID = 1;
    private static final int FIELDS = 44;
    private static final int FIELD_BYTES = 192;

    @FuzzTest
    void whateverComesIsALeaseOrRefused(byte[] input) {
        byte[] head =
                new Written(MessageType.OFFER, XID, Written.GIVEN)
                        .seconds(DhcpOption.LEASE_SECONDS, Written.LEASE_SECONDS)
                        .cut();
        int fields = Math.min(input.length, FIELD_BYTES);
        byte[] all = Arrays.copyOf(head, head.length + input.length - fields);
        System.arraycopy(input, 0, all, FIELDS, fields);
        System.arraycopy(input, fields, all, head.length, input.length - fields);
        try {
            Lease lease = DhcpReply.read(all, all.length, XID, HandLink.MAC).lease();
            if (lease != null) {
                assertTrue(lease.prefix() > 0 && lease.prefix() <= 32);
                assertTrue(
                        lease.renewSeconds() > 0 && lease.renewSeconds() < lease.rebindSeconds());
                assertTrue(lease.rebindSeconds() < lease.seconds());
                assertTrue(lease.nameServers().size() <= 8 && lease.search().size() <= 6);
            }
        } catch (RefusedReplyException e) {
            assertNotNull(e.getMessage());
        }
    }
}

package org.cofferdam.libos.net.dhcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.cofferdam.libos.net.dns.DnsName;
import org.cofferdam.libos.net.stack.HandLink;
import org.cofferdam.libos.net.wire.IpAddress;
import org.junit.jupiter.api.Test;

class DhcpReplyTest {
    private static final int XID = 0x1234_5678;

    private static Lease read(byte[] bytes) throws RefusedReplyException {
        Lease lease = DhcpReply.read(bytes, bytes.length, XID, HandLink.MAC).lease();
        assertNotNull(lease);
        return lease;
    }

    private static Written offer() {
        return Written.lease(MessageType.OFFER, XID);
    }

    @Test
    void optionsInTheFieldsOfFileAndServersNameCountToo() throws Exception {
        Written w = new Written(MessageType.OFFER, XID, Written.GIVEN);
        w.option(DhcpOption.OVERLOAD, 3);
        int end = w.bytes.position();
        w.bytes.position(108);
        w.seconds(DhcpOption.LEASE_SECONDS, 600);
        w.bytes.put((byte) DhcpOption.END);
        w.bytes.position(44);
        w.text(DhcpOption.HOST_NAME, "over");
        w.bytes.put((byte) DhcpOption.END);
        w.bytes.position(end);
        Lease lease = read(w.end());
        assertEquals(600, lease.seconds());
        assertEquals(DnsName.parse("over"), lease.hostName());
    }

    @Test
    void anOptionMayComeInPieces() throws Exception {
        Lease lease =
                read(
                        offer().option(DhcpOption.NAME_SERVERS, 10, 9)
                                .option(DhcpOption.NAME_SERVERS, 0, 3)
                                .end());
        assertEquals(List.of(Written.SERVER, IpAddress.parse("10.9.0.3")), lease.nameServers());
    }

    @Test
    void aSearchListIsReadWithItsPointersAndADomainTakesItsPlace() throws Exception {
        Written w = offer().option(DhcpOption.SEARCH, 1, 'a', 3, 'l', 'a', 'n', 0, 1, 'b', 0xc0, 2);
        assertEquals(
                List.of(DnsName.parse("a.lan"), DnsName.parse("b.lan")), read(w.end()).search());
        // A pointer to itself, a name cut off, a name that no host has.
        for (int[] list : new int[][] {{0xc0, 0}, {3, 'a'}, {1, '\n', 0}}) {
            assertEquals(
                    List.of(DnsName.parse("test.lan")),
                    read(offer().option(DhcpOption.SEARCH, list).end()).search());
        }
    }

    @Test
    void timesThatCannotBeAreTheUsualOnes() throws Exception {
        Lease lease =
                read(
                        offer().seconds(DhcpOption.RENEW_SECONDS, 3500)
                                .seconds(DhcpOption.REBIND_SECONDS, 100)
                                .end());
        assertEquals(1800, lease.renewSeconds());
        assertEquals(3150, lease.rebindSeconds());
        Lease said =
                read(
                        offer().seconds(DhcpOption.RENEW_SECONDS, 100)
                                .seconds(DhcpOption.REBIND_SECONDS, 200)
                                .end());
        assertEquals(100, said.renewSeconds());
        assertEquals(200, said.rebindSeconds());
    }

    @Test
    void aMessageWithoutAnEndOrCutOffAnywhereIsRefused() {
        byte[] whole = offer().end();
        assertThrows(RefusedReplyException.class, () -> read(offer().cut()));
        for (int length = 0; length < whole.length; length++) {
            int cut = length;
            assertThrows(
                    RefusedReplyException.class,
                    () -> DhcpReply.read(whole, cut, XID, HandLink.MAC));
        }
    }

    @Test
    void namesThatNoHostHasAreNotTaken() throws Exception {
        Written w = new Written(MessageType.OFFER, XID, Written.GIVEN);
        w.seconds(DhcpOption.LEASE_SECONDS, 60).text(DhcpOption.HOST_NAME, "a\nb");
        w.text(DhcpOption.DOMAIN, "$(reboot)");
        Lease lease = read(w.end());
        assertEquals(null, lease.hostName());
        assertEquals(List.of(), lease.search());
    }

    /** Any bytes changed, any cut off: read, or refused in the one way, never anything else. */
    @Test
    void anyBytesMayBeChangedOrCutOff() {
        byte[] good =
                offer().option(DhcpOption.OVERLOAD, 3)
                        .option(DhcpOption.SEARCH, 1, 'a', 3, 'l', 'a', 'n', 0, 1, 'b', 0xc0, 2)
                        .option(DhcpOption.ROUTES, 0, 10, 9, 0, 8)
                        .poke(44, DhcpOption.END)
                        .poke(108, DhcpOption.END)
                        .end();
        SplittableRandom random = new SplittableRandom(67);
        int read = 0;
        int refused = 0;
        for (int i = 0; i < 300_000; i++) {
            byte[] bytes = good.clone();
            for (int changes = random.nextInt(1, 4); changes > 0; changes--) {
                int at =
                        random.nextInt(4) == 0
                                ? random.nextInt(240)
                                : random.nextInt(240, good.length);
                bytes[at] = (byte) random.nextInt();
            }
            int length = random.nextInt(8) == 0 ? random.nextInt(good.length) : good.length;
            try {
                DhcpReply reply = DhcpReply.read(bytes, length, XID, HandLink.MAC);
                Lease lease = reply.lease();
                if (lease != null) {
                    assertTrue(lease.prefix() > 0 && lease.prefix() <= 32);
                    assertTrue(lease.renewSeconds() < lease.rebindSeconds());
                    assertTrue(lease.rebindSeconds() < lease.seconds());
                }
                read++;
            } catch (RefusedReplyException e) {
                refused++;
            }
        }
        assertTrue(read > 10_000 && refused > 10_000, read + " read, " + refused + " refused");
    }
}

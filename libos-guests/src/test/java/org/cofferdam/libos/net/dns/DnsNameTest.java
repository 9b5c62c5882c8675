package org.cofferdam.libos.net.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.cofferdam.libos.net.wire.IpAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DnsNameTest {
    @Test
    void caseAndALastDotMakeNoDifference() {
        assertEquals(DnsName.parse("files.test.lan"), DnsName.parse("Files.TEST.lan."));
        assertNotEquals(DnsName.parse("files.test.lan"), DnsName.parse("files.testlan"));
        assertEquals("files.test.lan", DnsName.parse("Files.TEST.lan.").toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a..b", ".a", "a b", "a\0b", "ü.lan", "a/b", "a:b"})
    void whatIsNoHostsNameIsRefused(String text) {
        assertNull(DnsName.parseOrNull(text));
    }

    @Test
    void lengthsHaveTheirBounds() {
        String label = "a".repeat(63);
        assertNotNull(DnsName.parseOrNull(label));
        assertNull(DnsName.parseOrNull(label + "a"));
        String longest = String.join(".", label, label, label, "a".repeat(61));
        assertEquals(DnsName.MOST_BYTES, DnsName.parse(longest).wire().length);
        assertThrows(IllegalArgumentException.class, () -> DnsName.parse(longest + "a"));
        assertNull(DnsName.parse(longest).with(DnsName.parse("b")));
        assertEquals(DnsName.parse(longest), DnsName.parse(longest).with(DnsName.ROOT));
    }

    @Test
    void aNameIsWithinItsParents() {
        DnsName name = DnsName.parse("a.b.lan");
        assertTrue(name.isWithin(DnsName.parse("b.lan")));
        assertTrue(name.isWithin(name));
        assertTrue(name.isWithin(DnsName.ROOT));
        assertFalse(name.isWithin(DnsName.parse("c.b.lan")));
        assertFalse(DnsName.parse("b.lan").isWithin(name));
        assertFalse(DnsName.parse("xb.lan").isWithin(DnsName.parse("b.lan")));
        assertEquals(2, name.dots());
        assertEquals(0, DnsName.parse("lan").dots());
    }

    @Test
    void addressesHaveNamesThatAreTheirsBackwards() {
        assertEquals(
                "2.0.7.10.in-addr.arpa", DnsName.ofReverse(IpAddress.parse("10.7.0.2")).toString());
        assertEquals(
                "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
                DnsName.ofReverse(IpAddress.parse("2001:db8::567:89ab")).toString());
    }
}

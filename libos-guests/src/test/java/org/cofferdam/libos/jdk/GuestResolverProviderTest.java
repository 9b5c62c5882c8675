package org.cofferdam.libos.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolver.LookupPolicy;
import java.net.spi.InetAddressResolverProvider;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.cofferdam.libos.net.dns.StubResolver.Wanted;
import org.junit.jupiter.api.Test;

class GuestResolverProviderTest {
    /** The JDK's own resolver, of which nobody may ask anything here. */
    private static final class Builtin implements InetAddressResolver {
        @Override
        public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) {
            throw new AssertionError("the JDK's own resolver was asked for " + host);
        }

        @Override
        public String lookupByAddress(byte[] address) {
            throw new AssertionError("the JDK's own resolver was asked");
        }
    }

    private final Builtin builtin = new Builtin();

    @Test
    void theJdkFindsTheProvider() {
        assertInstanceOf(
                GuestResolverProvider.class,
                ServiceLoader.load(InetAddressResolverProvider.class).findFirst().orElseThrow());
    }

    @Test
    void aProcessThatIsNoGuestKeepsTheJdksOwnResolver() {
        assertSame(builtin, GuestResolverProvider.choose(() -> builtin));
    }

    @Test
    void aGuestNeverAsksTheJdksOwnResolverNotEvenWhenItsNetworkCannotBeStarted() throws Exception {
        System.setProperty("cofferdam.libos.ip", "none");
        try {
            InetAddressResolver resolver = GuestResolverProvider.choose(() -> builtin);
            assertNotSame(builtin, resolver);
            LookupPolicy both = LookupPolicy.of(LookupPolicy.IPV4 | LookupPolicy.IPV6);
            UnknownHostException told =
                    assertThrows(
                            UnknownHostException.class,
                            () -> resolver.lookupByName("files.test.lan", both));
            assertTrue(told.toString().contains("cofferdam.libos.ip is not"), told.toString());
            assertThrows(
                    UnknownHostException.class,
                    () -> resolver.lookupByAddress(new byte[] {10, 0, 0, 1}));
        } finally {
            System.clearProperty("cofferdam.libos.ip");
        }
    }

    @Test
    void thePolicysFamiliesAndTheirOrderAreKept() {
        int v4 = LookupPolicy.IPV4;
        int v6 = LookupPolicy.IPV6;
        assertEquals(Wanted.V4, wanted(v4));
        assertEquals(Wanted.V6, wanted(v6));
        assertEquals(Wanted.BOTH, wanted(v4 | v6));
        assertEquals(Wanted.V4_FIRST, wanted(v4 | v6 | LookupPolicy.IPV4_FIRST));
        assertEquals(Wanted.V6_FIRST, wanted(v4 | v6 | LookupPolicy.IPV6_FIRST));
    }

    private static Wanted wanted(int characteristics) {
        return GuestResolverProvider.wanted(LookupPolicy.of(characteristics));
    }
}

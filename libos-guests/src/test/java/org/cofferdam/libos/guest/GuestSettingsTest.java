package org.cofferdam.libos.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.cofferdam.libos.guest.GuestSettings.OnLink;
import org.cofferdam.libos.net.dns.DnsName;
import org.cofferdam.libos.net.wire.IpAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuestSettingsTest {
    private static GuestSettings parse(Map<String, String> values) throws WrongSettingException {
        return GuestSettings.parse(values::get);
    }

    private static OnLink onLink(String address, int prefix) {
        return new OnLink(IpAddress.parse(address), prefix);
    }

    @Test
    void allOfItIsRead() throws Exception {
        GuestSettings s =
                parse(
                        Map.of(
                                "cofferdam.libos.ip", "10.7.0.2/24, fd00:7::2/64",
                                "cofferdam.libos.router", "fe80::1,10.7.0.1",
                                "cofferdam.libos.dns", "10.7.0.1,fd00:7::1",
                                "cofferdam.libos.search", "test.lan,lan.",
                                "cofferdam.libos.hosts", "db=10.7.0.9,db=fd00:7::9,Me.lan=10.7.0.2",
                                "cofferdam.libos.name", "me"));
        assertEquals(List.of(onLink("10.7.0.2", 24), onLink("fd00:7::2", 64)), s.addresses());
        assertEquals(IpAddress.parse("10.7.0.1"), s.routerV4());
        assertEquals(IpAddress.parse("fe80::1"), s.routerV6());
        assertEquals(
                List.of(IpAddress.parse("10.7.0.1"), IpAddress.parse("fd00:7::1")),
                s.nameServers());
        assertEquals(List.of(DnsName.parse("test.lan"), DnsName.parse("lan")), s.search());
        assertEquals(
                List.of(IpAddress.parse("10.7.0.9"), IpAddress.parse("fd00:7::9")),
                s.hosts().get(DnsName.parse("DB")));
        assertEquals(DnsName.parse("me"), s.name());
        assertEquals(List.of(false, false), List.of(s.dhcp(), s.slaac()));
    }

    @Test
    void dhcpNeedsNothingElse() throws Exception {
        GuestSettings s = parse(Map.of("cofferdam.libos.ip", "dhcp"));
        assertTrue(s.dhcp());
        assertTrue(s.addresses().isEmpty());
        assertTrue(s.routerV4().isAny() && s.routerV6().isAny());
        assertNull(s.name());
    }

    @Test
    void dhcpMayStandBesideAddressesOfIpv6() throws Exception {
        GuestSettings s = parse(Map.of("cofferdam.libos.ip", "dhcp,fd00:7::2/64,slaac"));
        assertTrue(s.dhcp() && s.slaac());
        assertEquals(List.of(onLink("fd00:7::2", 64)), s.addresses());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "-           | -        | -       | the library OS needs the guest's address",
                "10.7.0.2    | -        | -       | cofferdam.libos.ip is not an address, '/' and",
                "10.7.0.2/33 | -        | -       | cofferdam.libos.ip is not an address with 0 to 32",
                "10.7.0.2/-1 | -        | -       | cofferdam.libos.ip is not an address with 0 to 32",
                "10.7.0.2/24/7 | -      | -       | cofferdam.libos.ip is not an address, '/' and",
                "fd00::2/129 | -        | -       | cofferdam.libos.ip is not an address with 0 to 128",
                "me/24       | -        | -       | cofferdam.libos.ip is not an address, '/' and",
                "0.0.0.0/8   | -        | -       | cofferdam.libos.ip is not an address that a station",
                "224.0.0.1/4 | -        | -       | cofferdam.libos.ip is not an address that a station",
                "127.0.0.1/8 | -        | -       | cofferdam.libos.ip is not an address that a station",
                "dhcp,       | -        | -       | cofferdam.libos.ip is not an address, '/' and",
                "dhcp,10.7.0.2/24 | -   | -       | cofferdam.libos.ip gives more than one IPv4",
                "dhcp        | 10.7.0.1 | -       | cofferdam.libos.router names a router of IPv4, but",
                "10.7.0.2/24 | fe80::1  | -       | cofferdam.libos.router names a router of IPv6, but",
                "10.7.0.2/24 | 10.7.0.1,10.7.0.3 | - | cofferdam.libos.router names more than one",
                "10.7.0.2/24 | gate     | -       | cofferdam.libos.router is not a router's address",
                "10.7.0.2/24 | -        | db      | cofferdam.libos.hosts is not a name, '=' and",
                "10.7.0.2/24 | -        | db=db2  | cofferdam.libos.hosts is not a host's address",
                "10.7.0.2/24 | -        | d b=10.7.0.9 | cofferdam.libos.hosts is not a host's name",
            })
    void whatIsWrongIsToldInOneSentence(String ip, String router, String hosts, String told) {
        WrongSettingException wrong =
                assertThrows(
                        WrongSettingException.class,
                        () ->
                                GuestSettings.parse(
                                        property ->
                                                switch (property) {
                                                    case "cofferdam.libos.ip" -> ip;
                                                    case "cofferdam.libos.router" -> router;
                                                    case "cofferdam.libos.hosts" -> hosts;
                                                    default -> null;
                                                }));
        assertTrue(wrong.toString().contains(": " + told), wrong.toString());
    }

    @Test
    void listsHaveBounds() {
        String nine = "10.7.0.1" + ",10.7.0.1".repeat(8);
        String eight = "fd00::1/64" + ",fd00::1/64".repeat(7);
        assertThrows(
                WrongSettingException.class,
                () -> parse(Map.of("cofferdam.libos.ip", "dhcp", "cofferdam.libos.dns", nine)));
        assertThrows(WrongSettingException.class, () -> parse(Map.of("cofferdam.libos.ip", eight)));
    }
}

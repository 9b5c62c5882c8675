package org.cofferdam.libos.guest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.cofferdam.libos.net.dns.DnsName;
import org.cofferdam.libos.net.ip.Addresses;
import org.cofferdam.libos.net.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * What a guest is told about its addresses and names. It says nothing of how the guest's card is attached.
 *
 * <pre>
 *  cofferdam.libos.ip       ADDRESS/PREFIX of either family, "dhcp" or "slaac"; several with commas between
 *  cofferdam.libos.router   the router's address, one of each family; without it only the link is reached
 *  cofferdam.libos.dns      addresses of name servers; they take the place of those that DHCP or routers name
 *  cofferdam.libos.search   domains that names without a dot are looked for in; likewise
 *  cofferdam.libos.hosts    NAME=ADDRESS, several with commas between; asked before any server
 *  cofferdam.libos.name     the guest's own name
 * </pre>
 *
 * @param addresses those that do not change
 * @param dhcp whether the IPv4 address comes from a server
 * @param slaac whether routers of IPv6 are listened to
 * @param routerV4 "any" for none
 * @param routerV6 "any" for none
 * @param nameServers empty: whoever DHCP or routers name
 * @param search empty: what DHCP names
 * @param hosts names that need no server
 * @param name null: what DHCP says
 */
public record GuestSettings(
        List<OnLink> addresses,
        boolean dhcp,
        boolean slaac,
        IpAddress routerV4,
        IpAddress routerV6,
        List<IpAddress> nameServers,
        List<DnsName> search,
        Map<DnsName, List<IpAddress>> hosts,
        @Nullable DnsName name) {
    /** What all properties begin with. */
    public static final String PREFIX = "cofferdam.libos.";

    private static final String IP = PREFIX + "ip";
    private static final String ROUTER = PREFIX + "router";
    private static final String DNS = PREFIX + "dns";
    private static final String SEARCH = PREFIX + "search";
    private static final String HOSTS = PREFIX + "hosts";
    private static final String NAME = PREFIX + "name";

    /** Nobody needs more, and each costs time when it does not answer. */
    private static final int MOST_SERVERS = 8;

    /** As many as the resolver of glibc takes. */
    private static final int MOST_SEARCHED = 6;

    /** An address and how many of its first bits are the link's. */
    public record OnLink(IpAddress address, int prefix) {}

    /** Keeps copies. */
    public GuestSettings {
        addresses = List.copyOf(addresses);
        nameServers = List.copyOf(nameServers);
        search = List.copyOf(search);
        hosts = Map.copyOf(hosts);
    }

    /**
     * The settings of this process: system properties, or environment variables whose names are the same in capitals with
     * underscores ({@code COFFERDAM_LIBOS_IP}).
     *
     * @throws WrongSettingException if one is missing or wrong
     */
    public static GuestSettings ofProcess() throws WrongSettingException {
        return parse(GuestSettings::value);
    }

    /** A property of this process, or the environment variable that stands for it, or null. */
    public static @Nullable String value(String property) {
        String value = System.getProperty(property);
        return value != null ? value : System.getenv(variable(property));
    }

    /** The environment variable that stands for a property. */
    public static String variable(String property) {
        return property.toUpperCase(Locale.ROOT).replace('.', '_');
    }

    /** Whether this process is told anything about a library OS, by a property or in its environment. */
    public static boolean areGiven() {
        String variable = variable(PREFIX);
        return System.getProperties().stringPropertyNames().stream()
                        .anyMatch(name -> name.startsWith(PREFIX))
                || System.getenv().keySet().stream().anyMatch(name -> name.startsWith(variable));
    }

    /**
     * Reads settings.
     *
     * @param values gives a property's value, or null
     * @throws WrongSettingException if one is missing or wrong
     */
    public static GuestSettings parse(Function<String, @Nullable String> values)
            throws WrongSettingException {
        List<OnLink> addresses = new ArrayList<>();
        boolean dhcp = false;
        boolean slaac = false;
        for (String word : words(values, IP)) {
            switch (word) {
                case "dhcp" -> dhcp = true;
                case "slaac" -> slaac = true;
                default -> addresses.add(onLink(word));
            }
        }
        if (addresses.isEmpty() && !dhcp && !slaac) {
            throw new WrongSettingException(
                    "the library OS needs the guest's address, such as 10.7.0.2/24 or dhcp: set -D"
                            + IP
                            + " or the environment's "
                            + variable(IP),
                    null);
        }
        checkAddresses(addresses, dhcp);
        List<IpAddress> routers = addresses(values, ROUTER, "a router's address");
        List<DnsName> names = names(values, NAME, "a host's name");
        if (names.size() > 1) {
            throw wrong(NAME, String.valueOf(values.apply(NAME)), "one name", null);
        }
        return new GuestSettings(
                addresses,
                dhcp,
                slaac,
                router(routers, addresses, true),
                router(routers, addresses, false),
                atMost(DNS, MOST_SERVERS, addresses(values, DNS, "a name server's address")),
                atMost(SEARCH, MOST_SEARCHED, names(values, SEARCH, "a domain's name")),
                hosts(values),
                names.isEmpty() ? null : names.getFirst());
    }

    private static OnLink onLink(String word) throws WrongSettingException {
        String wanted = "an address, '/' and the bits of its network, nor 'dhcp', nor 'slaac'";
        int slash = word.indexOf('/');
        if (slash < 0) {
            throw wrong(IP, word, wanted, null);
        }
        IpAddress address = address(IP, word.substring(0, slash), wanted);
        int most = address.isV4() ? 32 : 128;
        int prefix;
        try {
            prefix = Integer.parseInt(word.substring(slash + 1));
        } catch (NumberFormatException e) {
            throw wrong(IP, word, wanted, e);
        }
        if (prefix < 0 || prefix > most) {
            throw wrong(IP, word, "an address with 0 to " + most + " bits of network", null);
        }
        if (!isStation(address)) {
            throw wrong(IP, word, "an address that a station can have", null);
        }
        return new OnLink(address, prefix);
    }

    private static boolean isStation(IpAddress address) {
        return !address.isAny()
                && !IpAddress.isLoopback(address.high(), address.low())
                && !IpAddress.isMulticast(address.high(), address.low());
    }

    private static void checkAddresses(List<OnLink> addresses, boolean dhcp)
            throws WrongSettingException {
        long v4 = addresses.stream().filter(a -> a.address.isV4()).count();
        if (v4 + (dhcp ? 1 : 0) > 1) {
            throw new WrongSettingException(
                    IP + " gives more than one IPv4 address, and the stack has one", null);
        }
        // One place stays free for the link-local address.
        if (addresses.size() - v4 >= Addresses.MOST_V6) {
            throw new WrongSettingException(
                    IP + " gives more than " + (Addresses.MOST_V6 - 1) + " IPv6 addresses", null);
        }
    }

    private static IpAddress router(List<IpAddress> routers, List<OnLink> addresses, boolean v4)
            throws WrongSettingException {
        List<IpAddress> some = routers.stream().filter(r -> r.isV4() == v4).toList();
        String family = v4 ? "IPv4" : "IPv6";
        if (some.isEmpty()) {
            return v4 ? IpAddress.ANY_V4 : IpAddress.ANY_V6;
        }
        if (some.size() > 1) {
            throw new WrongSettingException(
                    ROUTER + " names more than one router of " + family, null);
        }
        if (addresses.stream().noneMatch(a -> a.address.isV4() == v4)) {
            throw new WrongSettingException(
                    ROUTER
                            + " names a router of "
                            + family
                            + ", but "
                            + IP
                            + " gives no fixed address of "
                            + family,
                    null);
        }
        return some.getFirst();
    }

    private static Map<DnsName, List<IpAddress>> hosts(Function<String, @Nullable String> values)
            throws WrongSettingException {
        Map<DnsName, List<IpAddress>> hosts = new LinkedHashMap<>();
        for (String pair : words(values, HOSTS)) {
            int equals = pair.indexOf('=');
            if (equals < 0) {
                throw wrong(HOSTS, pair, "a name, '=' and its address", null);
            }
            DnsName name = name(HOSTS, pair.substring(0, equals), "a host's name");
            IpAddress address = address(HOSTS, pair.substring(equals + 1), "a host's address");
            hosts.computeIfAbsent(name, n -> new ArrayList<>()).add(address);
        }
        hosts.replaceAll((name, all) -> List.copyOf(all));
        return hosts;
    }

    private static List<String> words(Function<String, @Nullable String> values, String property) {
        String value = values.apply(property);
        if (value == null || value.isBlank()) {
            return List.of();
        }
        return List.of(value.strip().split("\\s*,\\s*", -1));
    }

    private static List<IpAddress> addresses(
            Function<String, @Nullable String> values, String property, String wanted)
            throws WrongSettingException {
        List<IpAddress> all = new ArrayList<>();
        for (String word : words(values, property)) {
            IpAddress address = address(property, word, wanted);
            if (!isStation(address)) {
                throw wrong(property, word, wanted, null);
            }
            all.add(address);
        }
        return all;
    }

    private static IpAddress address(String property, String word, String wanted)
            throws WrongSettingException {
        try {
            return IpAddress.parse(word);
        } catch (IllegalArgumentException e) {
            throw wrong(property, word, wanted, e);
        }
    }

    private static List<DnsName> names(
            Function<String, @Nullable String> values, String property, String wanted)
            throws WrongSettingException {
        List<DnsName> all = new ArrayList<>();
        for (String word : words(values, property)) {
            all.add(name(property, word, wanted));
        }
        return all;
    }

    private static DnsName name(String property, String word, String wanted)
            throws WrongSettingException {
        try {
            return DnsName.parse(word);
        } catch (IllegalArgumentException e) {
            throw wrong(property, word, wanted, e);
        }
    }

    private static <T> List<T> atMost(String property, int most, List<T> all)
            throws WrongSettingException {
        if (all.size() > most) {
            throw new WrongSettingException(property + " names more than " + most, null);
        }
        return all;
    }

    private static WrongSettingException wrong(
            String property, String word, String wanted, @Nullable Exception cause) {
        return new WrongSettingException(
                property + " is not " + wanted + ": '" + word + "'", cause);
    }
}

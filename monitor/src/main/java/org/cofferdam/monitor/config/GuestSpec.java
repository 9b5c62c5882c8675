package org.cofferdam.monitor.config;

import java.net.InetAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * A guest's port as an operator describes it. It reaches the wire by the card, and nothing else that is not named.
 *
 * @param mac the only address that it may send from, and where its frames go
 * @param ips the only IP addresses that it may use; none: any
 * @param rate what it may send at most
 * @param peers the guests, and {@code host}, that it may talk to if they name it, too
 * @param socket where its front end connects or listens; empty: its name in the guests' folder
 * @param mode which of the two
 * @param uid the only user who may be at the other end
 * @param mtu bytes of IP packet that fit its frames; empty: the host interface's
 * @param linkUp whether it has a link; without one nothing passes
 */
public record GuestSpec(
        GuestName name,
        MacAddress mac,
        List<InetAddress> ips,
        RateLimit rate,
        Set<GuestName> peers,
        Optional<Path> socket,
        GuestMode mode,
        int uid,
        Optional<Integer> mtu,
        boolean linkUp) {

    /** The fields of a description beside the name, as the control API and the configuration file have them. */
    public static final Set<String> FIELDS =
            Set.of("mac", "ip", "rate", "peers", "socket", "mode", "uid", "mtu", "link");

    private static final int MOST_ADDRESSES = 16;
    private static final int SMALLEST_MTU = 68;
    private static final int LARGEST_MTU = 65535;

    public GuestSpec {
        ips = List.copyOf(ips);
        peers = Set.copyOf(peers);
        if (name.equals(GuestName.HOST)) {
            throw new IllegalArgumentException("a guest cannot be called host");
        }
        if (ips.size() > MOST_ADDRESSES) {
            throw new IllegalArgumentException(
                    "a guest has at most " + MOST_ADDRESSES + " IP addresses");
        }
    }

    /**
     * Makes one of texts.
     *
     * @param field a field's text, if it was given
     * @throws IllegalArgumentException naming the field and what is wrong with it
     */
    public static GuestSpec of(GuestName name, Function<String, Optional<String>> field) {
        MacAddress mac =
                parsed(field, "mac", MacAddress::parse)
                        .orElseThrow(() -> new IllegalArgumentException("mac is missing"));
        return new GuestSpec(
                name,
                mac,
                parsed(field, "ip", GuestSpec::addresses).orElse(List.of()),
                parsed(field, "rate", RateLimit::parse).orElse(RateLimit.NONE),
                parsed(field, "peers", GuestSpec::names).orElse(Set.of()),
                parsed(field, "socket", GuestSpec::path),
                parsed(field, "mode", GuestMode::parse).orElse(GuestMode.SERVER),
                parsed(field, "uid", GuestSpec::user).orElse(0),
                parsed(field, "mtu", GuestSpec::bytes),
                parsed(field, "link", GuestSpec::link).orElse(true));
    }

    /** The same with what is changed. */
    public GuestSpec with(GuestChange change) {
        return new GuestSpec(
                name,
                mac,
                change.ips().orElse(ips),
                change.rate().orElse(rate),
                change.peers().orElse(peers),
                socket,
                mode,
                uid,
                change.mtu().or(() -> mtu),
                change.linkUp().orElse(linkUp));
    }

    /**
     * Reads the value of a line {@code guest.NAME = mac=02:00:00:00:00:07 ip=10.0.0.7 peers=db,host}.
     *
     * @throws IllegalArgumentException for a word that is no field, or a field twice
     */
    public static GuestSpec parse(GuestName name, String line) {
        Map<String, String> fields = new HashMap<>();
        for (String word : line.strip().split("\\s+", -1)) {
            int equals = word.indexOf('=');
            String key = equals < 0 ? word : word.substring(0, equals);
            if (equals < 0 || !FIELDS.contains(key)) {
                throw new IllegalArgumentException(
                        "\""
                                + word
                                + "\" is not one of "
                                + new TreeSet<>(FIELDS)
                                + " with a value");
            }
            if (fields.put(key, word.substring(equals + 1)) != null) {
                throw new IllegalArgumentException(key + " is given twice");
            }
        }
        return of(name, key -> Optional.ofNullable(fields.get(key)));
    }

    static <T> Optional<T> parsed(
            Function<String, Optional<String>> field, String key, Function<String, T> parse) {
        try {
            return field.apply(key).map(parse);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
        }
    }

    static List<InetAddress> addresses(String text) {
        return Arrays.stream(text.split(",", -1)).map(GuestSpec::address).toList();
    }

    private static InetAddress address(String text) {
        // A literal only: names are never looked up.
        InetAddress address = InetAddress.ofLiteral(text);
        if (address.isAnyLocalAddress()
                || address.isMulticastAddress()
                || address.isLoopbackAddress()) {
            throw new IllegalArgumentException("\"" + text + "\" is not the address of a station");
        }
        return address;
    }

    static Set<GuestName> names(String text) {
        Set<GuestName> names = new TreeSet<>();
        for (String name : text.split(",", -1)) {
            names.add(new GuestName(name));
        }
        return names;
    }

    private static Path path(String text) {
        try {
            return Path.of(text).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("\"" + text + "\" is not a path", e);
        }
    }

    static int bytes(String text) {
        // virtio 1.2, 5.1.4.1: an MTU is 68 at least.
        if (!text.matches("[0-9]{2,5}")
                || Integer.parseInt(text) < SMALLEST_MTU
                || Integer.parseInt(text) > LARGEST_MTU) {
            throw new IllegalArgumentException(
                    "\"%s\" is not a number of bytes from %d to %d"
                            .formatted(text, SMALLEST_MTU, LARGEST_MTU));
        }
        return Integer.parseInt(text);
    }

    static boolean link(String text) {
        return switch (text) {
            case "up" -> true;
            case "down" -> false;
            default ->
                    throw new IllegalArgumentException(
                            "\"" + text + "\" is not one of: up or down");
        };
    }

    private static int user(String text) {
        if (!text.matches("[0-9]{1,9}")) {
            throw new IllegalArgumentException("\"" + text + "\" is not a user's number");
        }
        return Integer.parseInt(text);
    }
}

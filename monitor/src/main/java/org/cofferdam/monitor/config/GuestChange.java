package org.cofferdam.monitor.config;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * What an operator changes of a guest's port while the guest is attached; what is empty stays as it is. Its name, address
 * and socket are the port itself.
 *
 * @param ips the only IP addresses that it may use from now on; none: any
 * @param mtu bytes of IP packet that fit its frames
 * @param linkUp whether it has a link
 */
public record GuestChange(
        Optional<List<InetAddress>> ips,
        Optional<RateLimit> rate,
        Optional<Set<GuestName>> peers,
        Optional<Integer> mtu,
        Optional<Boolean> linkUp) {

    /** The fields of a change, as the control API has them. */
    public static final Set<String> FIELDS = Set.of("ip", "rate", "peers", "mtu", "link");

    /**
     * Makes one of texts, which have the form that a {@link GuestSpec} is made of; {@code any} and {@code none} empty the
     * lists.
     *
     * @param field a field's text, if it was given
     * @throws IllegalArgumentException naming the field and what is wrong with it, or that nothing is changed
     */
    public static GuestChange of(Function<String, Optional<String>> field) {
        if (FIELDS.stream().noneMatch(name -> field.apply(name).isPresent())) {
            throw new IllegalArgumentException(
                    "nothing is to be changed; give ip, rate, peers, mtu or link");
        }
        return new GuestChange(
                GuestSpec.parsed(
                        field,
                        "ip",
                        text -> text.equals("any") ? List.of() : GuestSpec.addresses(text)),
                GuestSpec.parsed(field, "rate", RateLimit::parse),
                GuestSpec.parsed(
                        field,
                        "peers",
                        text -> text.equals("none") ? Set.of() : GuestSpec.names(text)),
                GuestSpec.parsed(field, "mtu", GuestSpec::bytes),
                GuestSpec.parsed(field, "link", GuestSpec::link));
    }
}

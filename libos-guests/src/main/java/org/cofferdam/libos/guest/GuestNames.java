package org.cofferdam.libos.guest;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.cofferdam.libos.net.dhcp.Lease;
import org.cofferdam.libos.net.dns.DnsName;
import org.cofferdam.libos.net.dns.NameSettings;
import org.cofferdam.libos.net.dns.StubResolver;
import org.cofferdam.libos.net.ip.Addresses;
import org.cofferdam.libos.net.stack.NetworkStack;
import org.cofferdam.libos.net.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * A guest's names: its own, and how it finds others'. What the settings leave open is what the lease says, or what routers
 * advertise. Any thread but the stack's.
 */
public final class GuestNames {
    /** Of a guest that nobody gave a name. */
    private static final DnsName NAMELESS = DnsName.parse("guest");

    private static final long STACK_PATIENCE_SECONDS = 10;

    private final NetworkStack stack;
    private final GuestSettings settings;
    private final Supplier<@Nullable Lease> lease;
    private final StubResolver resolver;

    GuestNames(NetworkStack stack, GuestSettings settings, Supplier<@Nullable Lease> lease) {
        this.stack = stack;
        this.settings = settings;
        this.lease = lease;
        this.resolver =
                new StubResolver(stack, this::current, System::nanoTime, new SecureRandom());
    }

    /** Finds other hosts' names and addresses. */
    public StubResolver resolver() {
        return resolver;
    }

    /** The guest's own name: the settings', else the lease's, else {@code guest}. */
    public DnsName hostName() {
        if (settings.name() != null) {
            return settings.name();
        }
        Lease held = lease.get();
        return held != null && held.hostName() != null ? held.hostName() : NAMELESS;
    }

    /** Its addresses, IPv4 first, link-local ones last; without any, the loopback one. */
    public List<IpAddress> hostAddresses() {
        List<IpAddress> own = ownAddresses();
        return own.isEmpty() ? List.of(IpAddress.v4(0x7f00_0001)) : own;
    }

    private List<IpAddress> ownAddresses() {
        return stack.ask(() -> ordered(stack.ip().addresses()))
                .orTimeout(STACK_PATIENCE_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    private static List<IpAddress> ordered(Addresses addresses) {
        List<IpAddress> all = new ArrayList<>();
        if (addresses.v4() != 0) {
            all.add(IpAddress.v4(addresses.v4()));
        }
        List<IpAddress> v6 = addresses.v6();
        v6.stream().filter(a -> !IpAddress.isLinkLocalV6(a.high())).forEach(all::add);
        v6.stream().filter(a -> IpAddress.isLinkLocalV6(a.high())).forEach(all::add);
        return List.copyOf(all);
    }

    private NameSettings current() {
        Lease held = lease.get();
        List<IpAddress> servers = settings.nameServers();
        if (servers.isEmpty()) {
            servers = new ArrayList<>(held == null ? List.of() : held.nameServers());
            servers.addAll(stack.ip().advertisedServers());
        }
        List<DnsName> search = settings.search();
        if (search.isEmpty() && held != null) {
            search = held.search();
        }
        List<IpAddress> own = ownAddresses();
        boolean hasV6 = own.stream().anyMatch(a -> !a.isV4() && !IpAddress.isLinkLocalV6(a.high()));
        return new NameSettings(servers, search, settings.hosts(), hostName(), own, hasV6);
    }
}

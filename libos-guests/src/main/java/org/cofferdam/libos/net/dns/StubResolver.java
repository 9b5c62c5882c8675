package org.cofferdam.libos.net.dns;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.cofferdam.libos.net.stack.NetworkStack;
import org.cofferdam.libos.net.wire.IpAddress;

/**
 * Names to addresses and back. In this order: literals, {@code localhost}, the guest's own name, the hosts of the settings,
 * then the servers, through the search list (RFC 1034, section 5.3.1; RFC 1123, section 6.1.4.3).
 *
 * <p>Any thread but the stack's. A lookup waits for the network, seven seconds for each server that is silent.
 */
public final class StubResolver {
    private static final DnsName LOCALHOST = DnsName.parse("localhost");
    private static final IpAddress LOOPBACK_V4 = IpAddress.parse("127.0.0.1");

    /** RFC 6761, section 6.4; RFC 6762, section 22; RFC 7686: no name server is to be asked for these. */
    private static final List<DnsName> NOT_ASKED_FOR =
            List.of(DnsName.parse("local"), DnsName.parse("invalid"), DnsName.parse("onion"));

    private static final int MOST_KEPT = 1024;
    private static final long FIRST_PATIENCE = 1_000_000_000L;

    private final Supplier<NameSettings> settings;
    private final NameServers servers;

    /** Which addresses are wanted, and in what order. */
    public enum Wanted {
        V4,
        V6,
        V4_FIRST,
        V6_FIRST,
        /** Those of the family that reaches further first. */
        BOTH;

        boolean v4() {
            return this != V6;
        }

        boolean v6() {
            return this != V4;
        }
    }

    /**
     * A resolver over a stack that another thread runs.
     *
     * @param clock nanoseconds that never go back; how long answers are kept
     * @param random a secure one outside of tests: identifications come from it
     */
    public StubResolver(
            NetworkStack stack,
            Supplier<NameSettings> settings,
            LongSupplier clock,
            RandomGenerator random) {
        this(stack, settings, clock, random, FIRST_PATIENCE);
    }

    /** The same with another patience for the first round, in nanoseconds. */
    StubResolver(
            NetworkStack stack,
            Supplier<NameSettings> settings,
            LongSupplier clock,
            RandomGenerator random,
            long patience) {
        this.settings = settings;
        this.servers =
                new NameServers(
                        new DnsTransport(stack, random), new DnsCache(MOST_KEPT, clock), patience);
    }

    /**
     * The addresses of a host, at least one.
     *
     * @throws DnsException if there is none, or nobody says
     */
    public List<IpAddress> addresses(String host, Wanted wanted) throws DnsException {
        if (!host.isEmpty()
                && (host.indexOf(':') >= 0 || Character.isDigit(host.charAt(host.length() - 1)))) {
            try {
                return chosen(host, List.of(IpAddress.parse(host)), wanted, true);
            } catch (IllegalArgumentException e) {
                // A name may end in a digit.
            }
        }
        DnsName name = DnsName.parseOrNull(host);
        if (name == null) {
            throw new DnsException(DnsError.NOT_A_NAME, host);
        }
        NameSettings now = settings.get();
        if (name.isWithin(LOCALHOST)) {
            // RFC 6761, section 6.3.
            return chosen(host, List.of(LOOPBACK_V4, IpAddress.LOOPBACK_V6), wanted, false);
        }
        if (isOwn(name, now)) {
            return chosen(host, now.ownAddresses(), wanted, now.hasV6());
        }
        List<IpAddress> listed = now.hosts().get(name);
        if (listed != null) {
            return chosen(host, listed, wanted, now.hasV6());
        }
        return asked(host, name, wanted, now);
    }

    private static boolean isOwn(DnsName name, NameSettings now) {
        return name.equals(now.ownName()) && !now.ownAddresses().isEmpty();
    }

    /** Asks for each name that the host's may mean, until one has addresses. */
    private List<IpAddress> asked(String host, DnsName name, Wanted wanted, NameSettings now)
            throws DnsException {
        DnsError error = DnsError.NO_SUCH_NAME;
        for (DnsName candidate : candidates(host, name, now)) {
            if (NOT_ASKED_FOR.stream().anyMatch(candidate::isWithin)) {
                error = DnsError.NOT_ASKED_FOR;
                continue;
            }
            List<IpAddress> found = new ArrayList<>();
            if (ask(candidate, wanted, now, found)) {
                error = error == DnsError.NOT_ASKED_FOR ? error : DnsError.NO_DATA;
            }
            if (!found.isEmpty()) {
                return chosen(host, found, wanted, now.hasV6());
            }
        }
        throw new DnsException(error, host);
    }

    /** A name with a dot is tried as it is first, one without last; one with a dot at its end only so. */
    private static List<DnsName> candidates(String host, DnsName name, NameSettings now) {
        if (host.endsWith(".")) {
            return List.of(name);
        }
        LinkedHashSet<DnsName> all = new LinkedHashSet<>();
        if (name.dots() > 0) {
            all.add(name);
        }
        for (DnsName suffix : now.search()) {
            DnsName longer = name.with(suffix);
            if (longer != null) {
                all.add(longer);
            }
        }
        all.add(name);
        return List.copyOf(all);
    }

    /** Asks for the addresses of one name, of both families at once; says whether there is such a name. */
    private boolean ask(DnsName name, Wanted wanted, NameSettings now, List<IpAddress> found)
            throws DnsException {
        boolean askV6 = wanted.v6() && (now.hasV6() || !wanted.v4());
        if (!wanted.v4() || !askV6) {
            return take(
                    servers.ask(now.servers(), name, wanted.v4() ? RecordType.A : RecordType.AAAA),
                    found);
        }
        CompletableFuture<Answer> v6 =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return servers.ask(now.servers(), name, RecordType.AAAA);
                            } catch (DnsException e) {
                                throw new CompletionException(e);
                            }
                        },
                        Thread::startVirtualThread);
        DnsException failure = null;
        boolean exists = false;
        try {
            exists = take(servers.ask(now.servers(), name, RecordType.A), found);
        } catch (DnsException e) {
            failure = e;
        }
        try {
            exists |= take(v6.join(), found);
        } catch (CompletionException e) {
            if (!(e.getCause() instanceof DnsException other)) {
                throw e;
            }
            failure = other;
        }
        if (failure != null && found.isEmpty()) {
            // Half an answer is one; no answer is not the same as none.
            throw failure;
        }
        return exists;
    }

    private static boolean take(Answer answer, List<IpAddress> found) {
        for (ResourceRecord record : answer.records()) {
            if (record instanceof ResourceRecord.Address a) {
                found.add(a.address());
            }
        }
        return answer.exists();
    }

    /** Those of the wanted families in the wanted order. */
    private static List<IpAddress> chosen(
            String host, List<IpAddress> all, Wanted wanted, boolean hasV6) throws DnsException {
        List<IpAddress> v4 =
                wanted.v4() ? all.stream().filter(IpAddress::isV4).toList() : List.of();
        List<IpAddress> v6 = wanted.v6() ? all.stream().filter(a -> !a.isV4()).toList() : List.of();
        boolean v6First = wanted == Wanted.V6_FIRST || (wanted == Wanted.BOTH && hasV6);
        LinkedHashSet<IpAddress> both = new LinkedHashSet<>(v6First ? v6 : v4);
        both.addAll(v6First ? v4 : v6);
        if (both.isEmpty()) {
            throw new DnsException(DnsError.NO_DATA, host);
        }
        return List.copyOf(both);
    }

    /**
     * The name of an address: what its owner says, so it proves nothing until the name's addresses are looked up.
     *
     * @throws DnsException if there is none, or nobody says
     */
    public String name(IpAddress address) throws DnsException {
        NameSettings now = settings.get();
        if (IpAddress.isLoopback(address.high(), address.low())) {
            return LOCALHOST.toString();
        }
        DnsName own = now.ownName();
        if (own != null && now.ownAddresses().contains(address)) {
            return own.toString();
        }
        for (var host : now.hosts().entrySet()) {
            if (host.getValue().contains(address)) {
                return host.getKey().toString();
            }
        }
        Answer answer = servers.ask(now.servers(), DnsName.ofReverse(address), RecordType.PTR);
        for (ResourceRecord record : answer.records()) {
            // A program gets it as text: what no host can be called is not a name.
            if (record instanceof ResourceRecord.Pointer p && p.target().isHostName()) {
                return p.target().toString();
            }
        }
        throw new DnsException(DnsError.NO_NAME, address.toString());
    }
}

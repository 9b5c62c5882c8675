package org.cofferdam.libos.jdk;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.cofferdam.libos.guest.GuestNames;
import org.cofferdam.libos.guest.GuestSettings;
import org.cofferdam.libos.net.dns.StubResolver.Wanted;
import org.cofferdam.libos.net.wire.IpAddress;

/**
 * Names for {@link InetAddress} from the library OS's resolver. The JDK finds it on the class path, by
 * {@code META-INF/services}; in a process that is told nothing of a library OS it stands back for the JDK's own resolver.
 *
 * <p>As a guest it calls nothing native: not the JDK's own resolver either, whatever fails.
 */
public final class GuestResolverProvider extends InetAddressResolverProvider {
    /** {@link InetAddress#getLocalHost} is one of these. */
    private static final int FRAMES_LOOKED_AT = 8;

    private static final StackWalker WALKER =
            StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    /** For the JDK. */
    public GuestResolverProvider() {}

    @Override
    public InetAddressResolver get(Configuration configuration) {
        return choose(configuration::builtinResolver);
    }

    /** Ours in a guest, else the JDK's own. */
    static InetAddressResolver choose(Supplier<InetAddressResolver> builtin) {
        return GuestSettings.areGiven() ? new Resolver() : builtin.get();
    }

    @Override
    public String name() {
        return "cofferdam library OS";
    }

    private static final class Resolver implements InetAddressResolver {
        @Override
        public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
                throws UnknownHostException {
            GuestNames names = names(host);
            if (isForLocalHost()) {
                return named(names.hostName().toString(), names.hostAddresses()).stream();
            }
            return named(host, names.resolver().addresses(host, wanted(policy))).stream();
        }

        @Override
        public String lookupByAddress(byte[] address) throws UnknownHostException {
            IpAddress of = IpAddress.of(InetAddress.getByAddress(address));
            return names(of.toString()).resolver().name(of);
        }

        private static GuestNames names(String about) throws UnknownHostException {
            try {
                return GuestStart.network().names();
            } catch (IOException e) {
                UnknownHostException failure =
                        new UnknownHostException(about + ": " + e.getMessage());
                failure.initCause(e);
                throw failure;
            }
        }
    }

    /**
     * Whether {@link InetAddress#getLocalHost} asks. It asks for the kernel's name of the machine, which is not the guest's,
     * and which may also be the name of a station that the program means when it asks by itself.
     */
    private static boolean isForLocalHost() {
        return WALKER.walk(
                frames ->
                        frames.limit(FRAMES_LOOKED_AT)
                                .anyMatch(
                                        f ->
                                                f.getDeclaringClass() == InetAddress.class
                                                        && f.getMethodName()
                                                                .equals("getLocalHost")));
    }

    static Wanted wanted(InetAddressResolver.LookupPolicy policy) {
        int bits = policy.characteristics();
        boolean v4 = (bits & InetAddressResolver.LookupPolicy.IPV4) != 0;
        boolean v6 = (bits & InetAddressResolver.LookupPolicy.IPV6) != 0;
        if (v4 != v6) {
            return v4 ? Wanted.V4 : Wanted.V6;
        }
        if ((bits & InetAddressResolver.LookupPolicy.IPV4_FIRST) != 0) {
            return Wanted.V4_FIRST;
        }
        return (bits & InetAddressResolver.LookupPolicy.IPV6_FIRST) != 0
                ? Wanted.V6_FIRST
                : Wanted.BOTH;
    }

    /** The JDK's addresses, each with the name that it was asked for by. */
    private static List<InetAddress> named(String host, List<IpAddress> addresses)
            throws UnknownHostException {
        List<InetAddress> all = new ArrayList<>();
        for (IpAddress address : addresses) {
            all.add(InetAddress.getByAddress(host, address.toInetAddress().getAddress()));
        }
        return all;
    }
}

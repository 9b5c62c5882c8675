package org.cofferdam.libos.program;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Security;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the JDK's security providers would do with files, done without: random numbers come from the kernel by
 * getrandom(2), and who initializes trust managers with no key store gets the runtime's own certificates, which were
 * read before.
 *
 * <p>It stands first in the list, under the names that programs use ({@code NativePRNG}, {@code PKIX}); all else is the
 * JDK's. A program that asks for the provider {@code SUN} by name gets a generator that wants /dev/random and fails.
 */
final class GuestSecurityProvider extends Provider {
    private static final long serialVersionUID = 1;

    static final String NAME = "Cofferdam";

    private static final String RANDOM = "SecureRandom";
    private static final String TRUST = "TrustManagerFactory";

    private final transient KeyStore certificates;

    private GuestSecurityProvider(KeyStore certificates) {
        super(NAME, "1", "Random numbers and trust without files");
        this.certificates = certificates;
        Map<String, String> safe = Map.of("ThreadSafe", "true");
        putService(
                new Made(
                        this,
                        RANDOM,
                        "NativePRNG",
                        List.of("NativePRNGBlocking", "NativePRNGNonBlocking", "DRBG"),
                        safe));
        putService(new Made(this, RANDOM, "SHA1PRNG", List.of(), safe));
        putService(
                new Made(
                        this,
                        TRUST,
                        "PKIX",
                        List.of("SunPKIX", "X509", "X.509", "SunX509"),
                        Map.of()));
    }

    /** Puts it first. Reads the runtime's certificates, or those that {@code javax.net.ssl.trustStore} names. */
    static void install() throws GeneralSecurityException, IOException {
        if (Security.getProvider(NAME) == null) {
            Security.insertProviderAt(new GuestSecurityProvider(TrustFactory.certificates()), 1);
            Security.setProperty("securerandom.strongAlgorithms", "NativePRNGBlocking:" + NAME);
        }
    }

    /** A service whose object is made here, not by reflection. */
    private static final class Made extends Service {
        Made(
                GuestSecurityProvider provider,
                String type,
                String algorithm,
                List<String> aliases,
                Map<String, String> attributes) {
            super(provider, type, algorithm, Made.class.getName(), aliases, attributes);
        }

        @Override
        public Object newInstance(@Nullable Object parameter) throws NoSuchAlgorithmException {
            if (getType().equals(TRUST)) {
                GuestSecurityProvider provider = (GuestSecurityProvider) getProvider();
                return new TrustFactory(provider.certificates);
            }
            return getAlgorithm().equals("SHA1PRNG") ? new SeededRandom() : new FromKernel();
        }
    }
}

package org.cofferdam.libos.program;

import java.security.NoSuchAlgorithmException;
import java.security.NoSuchProviderException;
import java.security.SecureRandom;
import java.security.SecureRandomSpi;
import org.cofferdam.binding.random.KernelRandom;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's {@code SHA1PRNG}, which gives the same numbers for the same seed when it is seeded before its first use; else
 * it seeds itself, here from the kernel. Any thread.
 */
final class SeededRandom extends SecureRandomSpi {
    private static final long serialVersionUID = 1;
    private static final int SEED_BYTES = 20; // of SHA-1

    private transient @Nullable SecureRandom jdks;

    @Override
    protected synchronized void engineSetSeed(byte[] seed) {
        made().setSeed(seed);
    }

    @Override
    protected synchronized void engineNextBytes(byte[] bytes) {
        if (jdks == null) {
            made().setSeed(engineGenerateSeed(SEED_BYTES));
        }
        made().nextBytes(bytes);
    }

    @Override
    protected byte[] engineGenerateSeed(int length) {
        byte[] seed = new byte[length];
        KernelRandom.fill(seed);
        return seed;
    }

    private SecureRandom made() {
        SecureRandom there = jdks;
        if (there == null) {
            try {
                there = SecureRandom.getInstance("SHA1PRNG", "SUN");
            } catch (NoSuchAlgorithmException | NoSuchProviderException e) {
                throw new IllegalStateException(e);
            }
            jdks = there;
        }
        return there;
    }
}

package org.cofferdam.libos.program;

import java.security.SecureRandomSpi;
import org.cofferdam.binding.random.KernelRandom;

/** Random numbers of the kernel. Any thread. */
final class FromKernel extends SecureRandomSpi {
    private static final long serialVersionUID = 1;

    @Override
    protected void engineSetSeed(byte[] seed) {
        // A seed adds to what the generator knows, says the interface; the kernel's needs none.
    }

    @Override
    protected void engineNextBytes(byte[] bytes) {
        KernelRandom.fill(bytes);
    }

    @Override
    protected byte[] engineGenerateSeed(int length) {
        byte[] seed = new byte[length];
        KernelRandom.fill(seed);
        return seed;
    }
}

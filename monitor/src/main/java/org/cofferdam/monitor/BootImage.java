package org.cofferdam.monitor;

import java.io.IOException;
import org.cofferdam.drivervm.DomainLayout;
import org.cofferdam.drivervm.NanoImage;
import org.cofferdam.drivervm.linux.LinuxImage;
import org.cofferdam.monitor.config.DriverImage;
import org.cofferdam.monitor.config.StartOptions;

/** What runs in the driver domain, read and checked: kept in memory, since a restart reads no file. */
sealed interface BootImage {
    /** Bytes of memory of a domain with it. */
    long memoryBytes(StartOptions options);

    /** The minimal driver. */
    record Nano(NanoImage image) implements BootImage {
        @Override
        public long memoryBytes(StartOptions options) {
            return DomainLayout.MEMORY_BYTES;
        }
    }

    /** A distribution's kernel. */
    record Linux(LinuxImage image) implements BootImage {
        @Override
        public long memoryBytes(StartOptions options) {
            return (long) options.memoryMib() << 20;
        }
    }

    /**
     * Reads what the options name.
     *
     * @throws IOException if it cannot be read or is no such image
     */
    static BootImage read(DriverImage image) throws IOException {
        return switch (image) {
            case DriverImage.Nano nano -> new Nano(NanoImage.bundled());
            case DriverImage.ElfFile file -> new Nano(NanoImage.read(file.path()));
            case DriverImage.Linux linux -> new Linux(LinuxImage.read(linux.folder()));
        };
    }
}

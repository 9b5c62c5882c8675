package org.cofferdam.monitor.config;

import java.nio.file.Path;

/** What runs in the driver domain. */
public sealed interface DriverImage {
    /** How status names it. */
    String label();

    /** Whose driver it has. */
    default Driver driver() {
        return Driver.BUILT_IN;
    }

    /** Which cards a domain can have depends on its driver. */
    enum Driver {
        /** Made for the models of {@link CardModel}. */
        BUILT_IN,
        /** A kernel's, for whatever card it has a module for. */
        KERNEL
    }

    /** The minimal driver that comes with the monitor. */
    record Nano() implements DriverImage {
        @Override
        public String label() {
            return "nano";
        }
    }

    /** A distribution's kernel with its own driver, in the folder that ops/driver-image makes. */
    record Linux(Path folder) implements DriverImage {
        /** Where ops/driver-image puts it, unless the environment says another place. */
        public static final Path USUAL = Path.of("/var/lib/cofferdam/linux");

        /** The environment's variable with another place for {@code linux}. */
        public static final String PLACE = "COFFERDAM_LINUX_IMAGE";

        @Override
        public String label() {
            return "linux";
        }

        @Override
        public Driver driver() {
            return Driver.KERNEL;
        }
    }

    /** An ELF file with the nano image's layout; trusted no more than the one that comes along. */
    record ElfFile(Path path) implements DriverImage {
        @Override
        public String label() {
            return path.toString();
        }
    }
}

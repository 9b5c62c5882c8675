package org.cofferdam.monitor.config;

import java.nio.file.Path;

/** What runs in the driver domain. */
public sealed interface DriverImage {
    /** How status names it. */
    String label();

    /** The minimal driver that comes with the monitor. */
    record Nano() implements DriverImage {
        @Override
        public String label() {
            return "nano";
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

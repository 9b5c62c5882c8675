package org.cofferdam.monitor.pc;

import java.util.List;

/**
 * A function on the PCI bus: its configuration space and what lies behind its base address registers. A {@link
 * PciHost} decides which of them are decoded; it looks at {@link #config} after each write, so a function that is
 * passed through keeps command and base address registers there whatever it does otherwise.
 *
 * <p>The vCPU's thread only.
 */
public abstract class PciFunction {
    /** What a base address register maps (PCI 6.2.5). */
    public enum BarKind {
        /** Memory below 4 GiB, not prefetchable. */
        MEMORY32,
        /** I/O ports. */
        IO
    }

    /**
     * A base address register.
     *
     * @param index 0 to 5
     * @param size bytes: a power of two, at least 16 for memory and 4 for ports
     * @param address where firmware put it, a multiple of the size; 0 for nowhere
     */
    public record Bar(int index, BarKind kind, int size, long address) {
        /**
         * Checks.
         *
         * @throws IllegalArgumentException for what no register can hold
         */
        public Bar {
            boolean sound =
                    index >= 0
                            && index < ConfigSpace.BARS
                            && size >= (kind == BarKind.IO ? 4 : 16)
                            && Integer.bitCount(size) == 1
                            && address >= 0
                            && address <= 0xffff_ffffL
                            && address % size == 0;
            if (!sound) {
                throw new IllegalArgumentException(
                        "BAR %d cannot map %d bytes at 0x%x".formatted(index, size, address));
            }
        }
    }

    private final ConfigSpace config = new ConfigSpace();
    private final String name;
    private final List<Bar> bars;

    /**
     * Fills in the header; everything else is up to the subclass.
     *
     * @param name for records
     * @param classCode base class, subclass and programming interface, from bit 23 down
     * @param bars its base address registers, each index once
     */
    protected PciFunction(
            String name, int vendor, int device, int revision, int classCode, List<Bar> bars) {
        this.name = name;
        this.bars = List.copyOf(bars);
        config.set16(ConfigSpace.VENDOR_ID, vendor);
        config.set16(ConfigSpace.DEVICE_ID, device);
        config.set8(ConfigSpace.REVISION, revision);
        config.set8(ConfigSpace.CLASS_CODE, classCode);
        config.set16(ConfigSpace.CLASS_CODE + 1, classCode >> 8);
        config.allow8(ConfigSpace.CACHE_LINE_SIZE, 0xff);
        config.allow8(ConfigSpace.LATENCY_TIMER, 0xff);
        config.allow8(ConfigSpace.INTERRUPT_LINE, 0xff);
        int command =
                ConfigSpace.COMMAND_BUS_MASTER
                        | ConfigSpace.COMMAND_PARITY
                        | ConfigSpace.COMMAND_SERR
                        | ConfigSpace.COMMAND_NO_INTX;
        int seen = 0;
        for (Bar bar : this.bars) {
            if ((seen & 1 << bar.index()) != 0) {
                throw new IllegalArgumentException("BAR " + bar.index() + " is given twice");
            }
            seen |= 1 << bar.index();
            config.addBar(bar);
            command |=
                    bar.kind() == BarKind.IO ? ConfigSpace.COMMAND_IO : ConfigSpace.COMMAND_MEMORY;
        }
        config.allow16(ConfigSpace.COMMAND, command);
    }

    /** What it is called in records. */
    public final String name() {
        return name;
    }

    /** Its configuration space. */
    public final ConfigSpace config() {
        return config;
    }

    /** Its base address registers. */
    public final List<Bar> bars() {
        return bars;
    }

    /** What software reads from the configuration space; all ones for an access that cannot be. */
    public int readConfig(int offset, int size) {
        return config.read(offset, size);
    }

    /** What software writes to the configuration space. */
    public void writeConfig(int offset, int size, int value) {
        config.write(offset, size, value);
    }

    /**
     * Reads behind a base address register.
     *
     * @param offset from its begin; the whole access lies within its size
     * @param size bytes: 1 to 8, maybe an odd number
     * @return little-endian; all ones where there is nothing
     */
    protected abstract long readBar(int bar, long offset, int size);

    /** Writes behind a base address register, likewise. */
    protected abstract void writeBar(int bar, long offset, int size, long value);

    /**
     * Hears that a base address register has come to lie elsewhere, and replaces what was heard before. While software
     * turns decoding off nothing is heard: the function is not reached meanwhile, but what was set up for the address
     * may stay until decoding is on again, or until another function wants the room.
     *
     * @param address guest-physical or a port; where it lay, if it is no longer decoded
     * @param enabled whether it is decoded
     */
    protected void decodingChanged(int bar, long address, boolean enabled) {}
}

package org.cofferdam.monitor.pc;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The PCI bus: configuration mechanism #1 (PCI 3.2.2.3.2) at {@link #FIRST_PORT}, and which function an address
 * belongs to. One bus, one function a device.
 *
 * <p>A base address register is decoded while the command register says so, its whole range lies in the window, and no
 * other that is decoded already overlaps it. Who came first keeps the range.
 *
 * <p>The vCPU's thread only; allocation-free once functions are added.
 */
public final class PciHost implements PortDevice {
    /** Its first port. */
    public static final int FIRST_PORT = 0xcf8;

    /** Ports that it takes. */
    public static final int PORTS = 8;

    /** The first address that memory of functions may have. */
    public static final long MEMORY_BASE = 0xc000_0000L;

    /** The first address behind the window for memory. */
    public static final long MEMORY_END = 0xfec0_0000L;

    /** The first port that functions may have. */
    public static final int IO_BASE = 0xc000;

    /** The first port number behind the window for ports. */
    public static final int IO_END = 0x10000;

    private static final int DEVICES = 32;
    private static final int ADDRESS = 0;
    private static final int RESET_CONTROL = 1;
    private static final int DATA = 4;
    private static final int ADDRESS_ENABLE = 1 << 31;

    /** Bits 30:24 are reserved and bits 1:0 are 0. */
    private static final int ADDRESS_KEPT = 0x80ff_fffc;

    private static final int RESET_PROCESSOR = 1 << 2;
    private static final int RESET_KEPT = 0x0a;
    private static final long NOWHERE = -1;

    private final Refusals refusals;
    private final Runnable onReset;
    private final @Nullable PciFunction[] functions = new @Nullable PciFunction[DEVICES];
    private final List<Decoder> decoders = new ArrayList<>();
    private int address;
    private int resetControl;
    private long refused;

    /** One base address register and what is known of it. */
    private static final class Decoder {
        final PciFunction function;
        final PciFunction.Bar bar;

        /** Where it is decoded, or {@link #NOWHERE}. */
        long decoded = NOWHERE;

        /** Where its function believes it to be. */
        long announced = NOWHERE;

        Decoder(PciFunction function, PciFunction.Bar bar) {
            this.function = function;
            this.bar = bar;
        }

        boolean isMemory() {
            return bar.kind() == PciFunction.BarKind.MEMORY32;
        }

        boolean commanded() {
            return function.config()
                    .commands(isMemory() ? ConfigSpace.COMMAND_MEMORY : ConfigSpace.COMMAND_IO);
        }

        /** Where software wants it decoded. */
        long wanted() {
            if (!commanded()) {
                return NOWHERE;
            }
            long at = function.config().barAddress(bar);
            long first = isMemory() ? MEMORY_BASE : IO_BASE;
            long end = isMemory() ? MEMORY_END : IO_END;
            return at >= first && at <= end - bar.size() ? at : NOWHERE;
        }

        boolean overlaps(long mine, Decoder other, long theirs) {
            return theirs != NOWHERE
                    && isMemory() == other.isMemory()
                    && mine < theirs + other.bar.size()
                    && theirs < mine + bar.size();
        }

        void announce(long place) {
            if (announced != place) {
                long before = announced;
                announced = place;
                function.decodingChanged(
                        bar.index(), place == NOWHERE ? before : place, place != NOWHERE);
            }
        }
    }

    /**
     * @param refusals hears of accesses to the windows that no function decodes
     * @param onReset called when software pulls the reset line by port 0xcf9
     */
    public PciHost(Refusals refusals, Runnable onReset) {
        this.refusals = refusals;
        this.onReset = onReset;
    }

    /**
     * Puts a function on the bus.
     *
     * @throws IllegalArgumentException when there is no such device number, or another has it
     */
    public void add(int device, PciFunction function) {
        if (device < 0 || device >= DEVICES || functions[device] != null) {
            throw new IllegalArgumentException("Device number " + device + " is not free");
        }
        functions[device] = function;
        for (PciFunction.Bar bar : function.bars()) {
            decoders.add(new Decoder(function, bar));
        }
        refresh();
    }

    /** Claims its ports, and those of the window for functions. */
    public void attachTo(PortBus bus) {
        bus.add(FIRST_PORT, PORTS, this);
        bus.add(IO_BASE, IO_END - IO_BASE, new IoWindow());
    }

    @Override
    public int readPort(int offset, int size) {
        if (offset == ADDRESS && size == 4) {
            return address;
        }
        if (offset == RESET_CONTROL && size == 1) {
            return resetControl;
        }
        if (isData(offset, size)) {
            PciFunction function = addressed();
            if (function != null) {
                return function.readConfig(register(offset), size);
            }
        }
        return BusWidth.ones(size);
    }

    @Override
    public void writePort(int offset, int size, int value) {
        // Only a whole doubleword reaches the address register; narrower ones are other devices'.
        if (offset == ADDRESS && size == 4) {
            address = value & ADDRESS_KEPT;
        } else if (offset == RESET_CONTROL && size == 1) {
            resetControl = value & RESET_KEPT;
            if ((value & RESET_PROCESSOR) != 0) {
                onReset.run();
            }
        } else if (isData(offset, size)) {
            PciFunction function = addressed();
            if (function != null) {
                int register = register(offset);
                function.writeConfig(register, size, value);
                if (register < ConfigSpace.FIRST_BAR + 4 * ConfigSpace.BARS) {
                    refresh();
                }
            }
        }
    }

    private static boolean isData(int offset, int size) {
        return offset >= DATA && BusWidth.isPortSize(size) && offset + size <= PORTS;
    }

    private int register(int offset) {
        return (address & 0xfc) + offset - DATA;
    }

    private @Nullable PciFunction addressed() {
        // Enable, bus 0 and function 0 are wanted; the device's number is in bits 15:11.
        return (address & (ADDRESS_ENABLE | 0x00ff_0700)) == ADDRESS_ENABLE
                ? functions[address >> 11 & DEVICES - 1]
                : null;
    }

    /**
     * Looks at all command and base address registers again, and tells functions what changed. Is done after each write
     * to them; a function that changes them itself (when it is reset) has it done by its caller.
     */
    public void refresh() {
        for (int i = 0; i < decoders.size(); i++) {
            Decoder decoder = decoders.get(i);
            if (decoder.wanted() != decoder.decoded) {
                decoder.decoded = NOWHERE;
            }
        }
        for (int i = 0; i < decoders.size(); i++) {
            Decoder decoder = decoders.get(i);
            long wanted = decoder.wanted();
            if (decoder.decoded == NOWHERE && wanted != NOWHERE && isFree(decoder, wanted)) {
                decoder.decoded = wanted;
            }
        }
        // First whoever has to leave, so that no two functions are told of the same range.
        for (int i = 0; i < decoders.size(); i++) {
            Decoder decoder = decoders.get(i);
            if (decoder.announced != NOWHERE
                    && decoder.decoded == NOWHERE
                    && (decoder.commanded() || !isFree(decoder, decoder.announced))) {
                decoder.announce(NOWHERE);
            } else if (decoder.announced != NOWHERE
                    && decoder.announced != decoder.decoded
                    && !isFree(decoder, decoder.announced)) {
                decoder.announce(NOWHERE);
            }
        }
        for (int i = 0; i < decoders.size(); i++) {
            Decoder decoder = decoders.get(i);
            if (decoder.decoded != NOWHERE) {
                decoder.announce(decoder.decoded);
            }
        }
    }

    private boolean isFree(Decoder decoder, long place) {
        for (int i = 0; i < decoders.size(); i++) {
            Decoder other = decoders.get(i);
            if (other != decoder && decoder.overlaps(place, other, other.decoded)) {
                return false;
            }
        }
        return true;
    }

    /** Whether a function decodes the whole of such an access. */
    public boolean decodesMemory(long gpa, int size) {
        return find(true, gpa, size) != null;
    }

    /** What the guest reads from memory of functions; all ones where there is none, which is counted and told. */
    public long readMemory(long gpa, int size) {
        Decoder decoder = find(true, gpa, size);
        if (decoder == null) {
            refused++;
            refusals.refusedMemory(gpa, size, false, 0);
            return BusWidth.longOnes(size);
        }
        return decoder.function.readBar(decoder.bar.index(), gpa - decoder.decoded, size)
                & BusWidth.longOnes(size);
    }

    /**
     * Does what the guest writes to memory of functions.
     *
     * @return whether a function decodes it; if not, it vanished, was counted and told
     */
    public boolean writeMemory(long gpa, int size, long value) {
        Decoder decoder = find(true, gpa, size);
        if (decoder == null) {
            refused++;
            refusals.refusedMemory(gpa, size, true, value);
            return false;
        }
        decoder.function.writeBar(
                decoder.bar.index(), gpa - decoder.decoded, size, value & BusWidth.longOnes(size));
        return true;
    }

    private @Nullable Decoder find(boolean memory, long place, int size) {
        if (size < 1 || size > Long.BYTES || place < 0) {
            return null;
        }
        for (int i = 0; i < decoders.size(); i++) {
            Decoder decoder = decoders.get(i);
            if (decoder.isMemory() == memory
                    && decoder.decoded != NOWHERE
                    && place >= decoder.decoded
                    && place - decoder.decoded <= decoder.bar.size() - size) {
                return decoder;
            }
        }
        return null;
    }

    /** Accesses to the windows that no function decoded. */
    public long refused() {
        return refused;
    }

    /** The ports of functions. */
    private final class IoWindow implements PortDevice {
        @Override
        public int readPort(int offset, int size) {
            Decoder decoder = find(false, IO_BASE + offset, size);
            if (decoder == null) {
                refused++;
                refusals.refused(IO_BASE + offset, size, false, 0);
                return BusWidth.ones(size);
            }
            return (int)
                    decoder.function.readBar(
                            decoder.bar.index(), IO_BASE + offset - decoder.decoded, size);
        }

        @Override
        public void writePort(int offset, int size, int value) {
            Decoder decoder = find(false, IO_BASE + offset, size);
            if (decoder == null) {
                refused++;
                refusals.refused(IO_BASE + offset, size, true, value);
            } else {
                decoder.function.writeBar(
                        decoder.bar.index(),
                        IO_BASE + offset - decoder.decoded,
                        size,
                        value & BusWidth.longOnes(size));
            }
        }
    }
}

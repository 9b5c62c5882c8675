package org.cofferdam.drivervm.linux;

import static org.cofferdam.drivervm.linux.KernelFile.U16;
import static org.cofferdam.drivervm.linux.KernelFile.U32;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * Tells a kernel that has no ACPI about its processor and its interrupt lines (Intel MultiProcessor Specification 1.4,
 * chapter 4): one processor, one IOAPIC, a PCI bus 0 and an ISA bus 1.
 *
 * <pre>
 * EBDA + 0   floating pointer, 16 bytes (4.1)
 *      + 16  configuration header, 44 bytes (4.2), and its entries in the order of their types (4.3):
 *            processor 20, others 8 bytes each
 * </pre>
 */
public final class MpTable {
    /** Where KVM's IOAPIC and each LAPIC answer. */
    private static final int IOAPIC = 0xfec0_0000;

    private static final int LAPIC = 0xfee0_0000;

    private static final int FLOATING_POINTER_BYTES = 16;
    private static final int HEADER_BYTES = 44;
    private static final int PROCESSOR_BYTES = 20;
    private static final int ENTRY_BYTES = 8;
    private static final int REVISION_1_4 = 4;

    private static final int PCI_BUS = 0;
    private static final int ISA_BUS = 1;
    private static final int PCI_DEVICES = 32;
    private static final int FIRST_PCI_PIN = 16;
    private static final int ISA_LINES = 16;
    private static final int CASCADE = 2;

    private static final int CPU_ID = 0;
    private static final int IOAPIC_ID = 1;
    private static final int LAPIC_VERSION = 0x14;
    private static final int IOAPIC_VERSION = 0x11;
    private static final int ALL_LAPICS = 0xff;

    // Interrupt types and flags, 4.3.4
    private static final int INT = 0;
    private static final int NMI = 1;
    private static final int EXT_INT = 3;
    private static final int AS_THE_BUS = 0;
    private static final int LOW_LEVEL = 0xf;

    private final MemorySegment place;
    private int at = HEADER_BYTES;
    private int entries;

    private MpTable(MemorySegment place) {
        this.place = place;
    }

    /** The IOAPIC's pin that INTA of a device on bus 0 drives: also the line to raise for it. */
    public static int pciPin(int device) {
        return FIRST_PCI_PIN + (device & 7);
    }

    /**
     * Writes the table into the last KiB of base memory, and the two words of the BIOS data area that say where that is.
     *
     * @param ram the domain's memory, from address 0
     * @param signature what CPUID leaf 1 answers in EAX: family, model, stepping
     * @param features the same in EDX
     */
    public static void write(MemorySegment ram, int signature, int features) {
        MemorySegment ebda =
                ram.asSlice(LinuxLayout.EBDA, LinuxLayout.BASE_MEMORY_END - LinuxLayout.EBDA);
        ebda.fill((byte) 0);
        ram.set(U16, LinuxLayout.BIOS_DATA_EBDA_SEGMENT, (short) (LinuxLayout.EBDA >> 4));
        ram.set(U16, LinuxLayout.BIOS_DATA_BASE_KIB, (short) (LinuxLayout.EBDA >> 10));
        new MpTable(ebda.asSlice(FLOATING_POINTER_BYTES)).writeTable(signature, features);
        text(ebda, 0, "_MP_");
        ebda.set(U32, 4, (int) LinuxLayout.EBDA + FLOATING_POINTER_BYTES);
        put(ebda, 8, 1); // length in paragraphs
        put(ebda, 9, REVISION_1_4);
        // features: a table follows, virtual wire mode
        put(ebda, 10, checksum(ebda.asSlice(0, FLOATING_POINTER_BYTES)));
    }

    private void writeTable(int signature, int features) {
        writeProcessor(signature, features);
        writeBus(PCI_BUS, "PCI   ");
        writeBus(ISA_BUS, "ISA   ");
        writeIoapic();
        for (int line = 0; line < ISA_LINES; line++) {
            if (line != CASCADE) {
                writeInterrupt(3, INT, AS_THE_BUS, ISA_BUS, line, IOAPIC_ID, line);
            }
        }
        for (int device = 0; device < PCI_DEVICES; device++) {
            // the source is the device's number and INTA, which is 0 (D.3)
            writeInterrupt(3, INT, LOW_LEVEL, PCI_BUS, device << 2, IOAPIC_ID, pciPin(device));
        }
        writeInterrupt(4, EXT_INT, AS_THE_BUS, ISA_BUS, 0, ALL_LAPICS, 0);
        writeInterrupt(4, NMI, AS_THE_BUS, ISA_BUS, 0, ALL_LAPICS, 1);
        writeHeader();
    }

    private void writeProcessor(int signature, int features) {
        begin(0);
        put(place, at + 1, CPU_ID);
        put(place, at + 2, LAPIC_VERSION);
        put(place, at + 3, 3); // usable, the one that starts
        place.set(U32, at + 4, signature);
        place.set(U32, at + 8, features);
        at += PROCESSOR_BYTES;
    }

    private void writeBus(int id, String type) {
        begin(1);
        put(place, at + 1, id);
        text(place, at + 2, type);
        at += ENTRY_BYTES;
    }

    private void writeIoapic() {
        begin(2);
        put(place, at + 1, IOAPIC_ID);
        put(place, at + 2, IOAPIC_VERSION);
        put(place, at + 3, 1); // usable
        place.set(U32, at + 4, IOAPIC);
        at += ENTRY_BYTES;
    }

    /** Types 3 (to an IOAPIC's pin) and 4 (to a LAPIC's). */
    private void writeInterrupt(
            int type, int kind, int flags, int bus, int source, int chip, int pin) {
        begin(type);
        put(place, at + 1, kind);
        place.set(U16, at + 2, (short) flags);
        put(place, at + 4, bus);
        put(place, at + 5, source);
        put(place, at + 6, chip);
        put(place, at + 7, pin);
        at += ENTRY_BYTES;
    }

    private void begin(int type) {
        put(place, at, type);
        entries++;
    }

    private void writeHeader() {
        text(place, 0, "PCMP");
        place.set(U16, 4, (short) at);
        put(place, 6, REVISION_1_4);
        text(place, 8, "CFFRDM  ");
        text(place, 16, "DRIVERDOMAIN");
        place.set(U16, 34, (short) entries);
        place.set(U32, 36, LAPIC);
        put(place, 7, checksum(place.asSlice(0, at)));
    }

    /** What makes all bytes sum to zero. */
    private static int checksum(MemorySegment bytes) {
        int sum = 0;
        for (long i = 0; i < bytes.byteSize(); i++) {
            sum += bytes.get(ValueLayout.JAVA_BYTE, i);
        }
        return -sum;
    }

    private static void put(MemorySegment to, long offset, int value) {
        to.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
    }

    private static void text(MemorySegment to, long offset, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        MemorySegment.copy(bytes, 0, to, ValueLayout.JAVA_BYTE, offset, bytes.length);
    }
}

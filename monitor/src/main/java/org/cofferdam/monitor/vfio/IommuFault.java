package org.cofferdam.monitor.vfio;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the kernel's log says of an access that the IOMMU refused. Lines of the Intel driver (drivers/iommu/intel/dmar.c)
 * and of the AMD driver (drivers/iommu/amd/iommu.c):
 *
 * <pre>
 * DMAR: [DMA Write NO_PASID] Request device [03:00.0] fault addr 0x1000 [fault reason 0x05] PTE Write access is not set
 * DMAR: [INTR-REMAP] Request device [03:00.0] fault index 0x12 [fault reason 0x25] Blocked a compatibility format ...
 * e1000e 0000:03:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x000e address=0x1000 flags=0x0020]
 * dmar_fault: 12 callbacks suppressed
 * </pre>
 *
 * @param device bus, device and function as in {@code 03:00.0}
 * @param address IO virtual address, or for an interrupt its index in the remapping table
 * @param reason the hardware's number (VT-d 7.1.3; AMD: the event's flags)
 * @param text the kernel's line
 */
public record IommuFault(
        String device,
        long address,
        boolean isWrite,
        boolean isInterrupt,
        int reason,
        String text) {
    private static final int LONGEST_TEXT = 200;

    /** What an IOMMU reports that was not told the requester, QEMU's for one. */
    private static final int NOBODY = 0xffff;

    private static final Pattern INTEL =
            Pattern.compile(
                    "DMAR: \\[(DMA Read|DMA Write|INTR-REMAP)[^\\]]*\\] Request device"
                            + " \\[([0-9a-f]{2}:[0-9a-f]{2}\\.[0-7])\\] fault (?:addr|index)"
                            + " (?:0x)?([0-9a-f]{1,16}) \\[fault reason (?:0x)?([0-9a-f]{1,4})\\].*");
    private static final Pattern AMD =
            Pattern.compile(
                    ".*[ :]([0-9a-f]{2}:[0-9a-f]{2}\\.[0-7]): AMD-Vi: Event logged \\[IO_PAGE_FAULT"
                            + " .*address=0x([0-9a-f]{1,16}) flags=0x([0-9a-f]{1,4})\\].*");
    private static final Pattern SUPPRESSED =
            Pattern.compile(
                    "(?:dmar_fault|DMAR|amd_iommu_report_page_fault|amd_iommu_int_handler|AMD-Vi):"
                            + " ([0-9]{1,9}) callbacks suppressed.*");

    /** Event flags: RW and I (AMD IOMMU specification, 2.5.3). */
    private static final int AMD_WRITE = 0x20;

    private static final int AMD_INTERRUPT = 0x8;

    /** Reads a line; empty if it tells of no fault. */
    static Optional<IommuFault> parse(String line) {
        Matcher intel = INTEL.matcher(line);
        if (intel.matches()) {
            boolean interrupt = intel.group(1).equals("INTR-REMAP");
            return Optional.of(
                    new IommuFault(
                            intel.group(2),
                            Long.parseUnsignedLong(intel.group(3), 16),
                            interrupt || intel.group(1).equals("DMA Write"),
                            interrupt,
                            Integer.parseInt(intel.group(4), 16),
                            shortened(line)));
        }
        Matcher amd = AMD.matcher(line);
        if (amd.matches()) {
            int flags = Integer.parseInt(amd.group(3), 16);
            return Optional.of(
                    new IommuFault(
                            amd.group(1),
                            Long.parseUnsignedLong(amd.group(2), 16),
                            (flags & AMD_WRITE) != 0,
                            (flags & AMD_INTERRUPT) != 0,
                            flags,
                            shortened(line)));
        }
        return Optional.empty();
    }

    /** How many faults a line says that the kernel kept to itself; 0 if it is no such line. */
    static long suppressed(String line) {
        Matcher m = SUPPRESSED.matcher(line);
        return m.matches() ? Long.parseLong(m.group(1)) : 0;
    }

    private static String shortened(String line) {
        return line.length() <= LONGEST_TEXT ? line : line.substring(0, LONGEST_TEXT);
    }

    /** The device as PCI requester id: bus, device, function in 16 bits. */
    public int requester() {
        return Integer.parseInt(device, 0, 2, 16) << 8
                | Integer.parseInt(device, 3, 5, 16) << 3
                | (device.charAt(6) - '0');
    }

    /** Whether the requester is none: all ones. */
    public boolean isOfNobody() {
        return requester() == NOBODY;
    }

    /** A few words. */
    public String describe() {
        return (isInterrupt ? "interrupt, index 0x" : isWrite ? "write to 0x" : "read of 0x")
                + Long.toHexString(address)
                + " by "
                + device;
    }
}

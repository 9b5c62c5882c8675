package org.cofferdam.drivervm.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.cofferdam.drivervm.BadImageException;

/** Fills the memory of a Linux domain. Used by one thread, while no virtual CPU runs on that memory. */
public final class LinuxLoader {

    /** Where the initramfs lies if the memory's end has no room for it. */
    private static final long LOW_PLACE = 2 * LinuxLayout.MIB;

    private LinuxLoader() {}

    /**
     * Loads a kernel and its initramfs. Of the first MiB all that {@link MpTable} does not write is this method's.
     *
     * @param ram all memory of the domain, from address 0: whole pages, 2 MiB to 3 GiB. It must read zero, as a new or
     *     punched memfd does: nothing of an earlier run may be left to the next.
     * @param kernel a vmlinux with a PVH entry, or a bzImage; need not be trusted
     * @param initramfs goes to the end of the memory, or before a vmlinux if there is no room for it; may be empty
     * @param commandLine printable ASCII
     * @return the registers to start with
     * @throws BadImageException if the kernel is not usable, or the memory too small for it; nothing is written then
     */
    public static LinuxStart load(
            MemorySegment ram, MemorySegment kernel, MemorySegment initramfs, String commandLine)
            throws BadImageException {
        return load(ram, kernel, 0, initramfs, commandLine);
    }

    /**
     * The same of a vmlinux of which not all is needed.
     *
     * @param kernelEnd the first guest-physical address behind what the kernel needs ({@link LinuxImage#kernelEnd}); 0: all
     */
    public static LinuxStart load(
            MemorySegment ram,
            MemorySegment kernel,
            long kernelEnd,
            MemorySegment initramfs,
            String commandLine)
            throws BadImageException {
        checkRam(ram);
        byte[] line = commandLineBytes(commandLine);
        KernelPlan plan = plan(new KernelFile(kernel)).cutAt(kernelEnd);
        if (line.length > plan.mostCommandLine()) {
            throw new BadImageException(
                    "the kernel takes a command line of "
                            + plan.mostCommandLine()
                            + " bytes, and this one has "
                            + line.length);
        }
        Initramfs place = placeInitramfs(ram.byteSize(), plan, initramfs.byteSize());

        plan.pieces().forEach(piece -> piece.copy(plan.file(), ram));
        MemorySegment.copy(initramfs, 0, ram, place.start(), place.bytes());
        MemorySegment.copy(
                line, 0, ram, ValueLayout.JAVA_BYTE, LinuxLayout.COMMAND_LINE, line.length);
        ram.set(ValueLayout.JAVA_BYTE, LinuxLayout.COMMAND_LINE + line.length, (byte) 0);
        return switch (plan.protocol()) {
            case PVH -> StartInfo.write(ram, plan, place);
            case BOOT_64 -> ZeroPage.write(ram, plan, place);
        };
    }

    private static KernelPlan plan(KernelFile file) throws BadImageException {
        if (Vmlinux.looksLike(file)) {
            return Vmlinux.plan(file);
        }
        if (BzImage.looksLike(file)) {
            return BzImage.plan(file);
        }
        throw new BadImageException("the kernel is neither an ELF file nor a bzImage");
    }

    private static void checkRam(MemorySegment ram) {
        long bytes = ram.byteSize();
        if (bytes % LinuxLayout.PAGE != 0
                || bytes < LinuxLayout.LEAST_RAM
                || bytes > LinuxLayout.MOST_RAM) {
            throw new IllegalArgumentException(
                    "a Linux domain has 2 MiB to 3 GiB of memory in whole pages, not " + bytes);
        }
    }

    private static byte[] commandLineBytes(String commandLine) {
        if (commandLine.chars().anyMatch(c -> c < ' ' || c > '~')) {
            throw new IllegalArgumentException("a command line is printable ASCII");
        }
        return commandLine.getBytes(StandardCharsets.US_ASCII);
    }

    /** At the end of the memory, or at the last address that the kernel can reach, in whole pages. */
    private static Initramfs placeInitramfs(long ramBytes, KernelPlan plan, long bytes)
            throws BadImageException {
        long end = Math.min(ramBytes, plan.initramfsEnd()) & -LinuxLayout.PAGE;
        long pages = bytes <= LinuxLayout.MOST_RAM ? LinuxLayout.pageUp(bytes) : bytes;
        // plan.end() is at most MOST_RAM, so nothing of this overflows
        long kernelEnd = LinuxLayout.pageUp(plan.end());
        if (plan.end() <= ramBytes && pages > end - kernelEnd && fitsBelow(plan, pages)) {
            return new Initramfs(LOW_PLACE, bytes);
        }
        if (plan.end() > ramBytes || pages > end - kernelEnd) {
            throw new BadImageException(
                    "the kernel and its initramfs do not fit "
                            + ramBytes / LinuxLayout.MIB
                            + " MiB of memory; "
                            + (bytes <= LinuxLayout.MOST_RAM && fitsAtAll(plan, kernelEnd + pages)
                                    ? LinuxLayout.mibUp(kernelEnd + pages) + " MiB would do"
                                    : "no amount would do"));
        }
        return bytes == 0 ? new Initramfs(0, 0) : new Initramfs(end - pages, bytes);
    }

    /** A vmlinux leaves the memory before it alone, and gives the initramfs's back when it has read it. */
    private static boolean fitsBelow(KernelPlan plan, long pages) {
        return plan.protocol() == KernelPlan.Protocol.PVH
                && pages <= plan.pieces().getFirst().address() - LOW_PLACE;
    }

    private static boolean fitsAtAll(KernelPlan plan, long needed) {
        return needed <= Math.min(LinuxLayout.MOST_RAM, plan.initramfsEnd());
    }
}

package org.cofferdam.drivervm.linux;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import org.cofferdam.drivervm.BadImageException;

/**
 * A Linux kernel for a driver domain, with its initramfs: what {@code ops/driver-image} has made and this class has
 * checked. Immutable, so one serves all restarts; its memory is outside the Java heap and lives as long as the image.
 */
public final class LinuxImage {

    /** Those of distributions have 40 to 60 MB. */
    static final long MAX_VMLINUX_BYTES = 256L << 20;

    static final long MAX_VMLINUZ_BYTES = 64L << 20;
    static final long MAX_INITRAMFS_BYTES = 64L << 20;
    static final long MAX_LIST_BYTES = 1L << 20;

    private final ImageList list;
    private final MemorySegment vmlinux;
    private final MemorySegment vmlinuz;
    private final MemorySegment initramfs;

    private LinuxImage(
            ImageList list, MemorySegment vmlinux, MemorySegment vmlinuz, MemorySegment initramfs) {
        this.list = list;
        this.vmlinux = vmlinux;
        this.vmlinuz = vmlinuz;
        this.initramfs = initramfs;
    }

    /**
     * Reads and checks a folder, which need not be trusted. Takes about a third of a second, for the sums.
     *
     * @throws BadImageException if it is not what {@code ops/driver-image} makes; the message says which file, and what
     *     to do
     * @throws IOException if a file cannot be read for another reason
     */
    public static LinuxImage read(Path folder) throws IOException {
        ImageList list =
                ImageList.parse(
                        folder, ImageFile.read(folder, ImageList.NAME, MAX_LIST_BYTES).text());
        return new LinuxImage(
                list,
                checked(folder, list, "vmlinux", MAX_VMLINUX_BYTES),
                checked(folder, list, "vmlinuz", MAX_VMLINUZ_BYTES),
                checked(folder, list, "initramfs.cpio", MAX_INITRAMFS_BYTES));
    }

    private static MemorySegment checked(Path folder, ImageList list, String name, long limit)
            throws IOException {
        String expected = list.files().get(name);
        if (expected == null) {
            throw ImageFile.bad(folder, ImageList.NAME, "does not list " + name);
        }
        ImageFile file = ImageFile.read(folder, name, limit);
        if (!file.sha256().equals(expected)) {
            throw ImageFile.bad(
                    folder,
                    name,
                    "is not the file that " + ImageList.NAME + " lists (its SHA-256 differs)");
        }
        return file.bytes();
    }

    /** The kernel as an ELF file, with an entry for PVH; read-only. */
    public MemorySegment vmlinux() {
        return vmlinux;
    }

    /** The kernel as the package has it, a bzImage with {@link #vmlinux} inside; read-only. */
    public MemorySegment vmlinuz() {
        return vmlinuz;
    }

    /** The initramfs, an uncompressed cpio archive; read-only. */
    public MemorySegment initramfs() {
        return initramfs;
    }

    /** The distribution's package that the kernel and its modules are from, like {@code linux-image-6.1.0-50-amd64}. */
    public String packageName() {
        return list.packageName();
    }

    /** The package's version, like {@code 6.1.176-1}. */
    public String version() {
        return list.version();
    }

    /** What the kernel calls itself, like {@code 6.1.0-50-amd64}. */
    public String release() {
        return list.release();
    }

    /**
     * The guest-physical address at which the memory ends that the kernel fills where {@link #vmlinux} is linked to. It
     * may be below the end of the file's last segment, whose rest ({@code .init.scratch}) only a kernel with encrypted
     * memory works in: a domain whose memory ends earlier may leave that rest out.
     */
    public long kernelEnd() {
        return list.kernelEnd();
    }

    /** The modules in the initramfs, by name. */
    public List<Module> modules() {
        return list.modules();
    }

    /**
     * A kernel module, byte for byte the distribution's.
     *
     * @param name as the kernel has it, with underscores
     * @param sha256 of the module as it is loaded, uncompressed; 64 hexadecimal digits
     * @param packagedSha256 of the file in the package
     * @param path of that file, below the package's folder of modules for the kernel's release
     */
    public record Module(String name, String sha256, String packagedSha256, String path) {}
}

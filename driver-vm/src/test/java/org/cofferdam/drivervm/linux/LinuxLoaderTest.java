package org.cofferdam.drivervm.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.cofferdam.binding.kvm.Exit;
import org.cofferdam.binding.kvm.Kvm;
import org.cofferdam.binding.kvm.Register;
import org.cofferdam.binding.kvm.Vcpu;
import org.cofferdam.binding.kvm.Vm;
import org.cofferdam.binding.memory.SharedMemory;
import org.cofferdam.drivervm.BadImageException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** A kernel's file is checked before a byte of it is used, and enters its processor as its protocol says. */
class LinuxLoaderTest {
    private static final int MIB = 1 << 20;
    private static final MemorySegment NONE = MemorySegment.ofArray(new byte[0]);
    private static final int LOAD = KernelBytes.LOAD;
    private static final int NOTE = KernelBytes.NOTE;
    private static final int NOTES = KernelBytes.NOTE_BYTES;

    private static MemorySegment ram(int mib) {
        return MemorySegment.ofArray(new byte[mib * MIB]);
    }

    private static String refusal(KernelBytes kernel) {
        MemorySegment ram = ram(20);
        String message =
                assertThrows(
                                BadImageException.class,
                                () -> LinuxLoader.load(ram, kernel.segment(), NONE, "quiet"))
                        .getMessage();
        assertEquals(-1, ram.mismatch(ram(20)), "a refused kernel was written to memory");
        assertNotNull(message);
        return message;
    }

    private static String vmlinux(UnaryOperator<KernelBytes> change) {
        return refusal(change.apply(KernelBytes.vmlinux("f4")));
    }

    private static String bzImage(UnaryOperator<KernelBytes> change) {
        return refusal(change.apply(KernelBytes.bzImage("f4")));
    }

    /** Runs a kernel to its first exit and returns EAX. */
    private static long run(KernelBytes kernel) throws BadImageException {
        Assumptions.assumeTrue(
                Files.exists(Path.of("/dev/kvm")),
                "a virtual machine needs /dev/kvm, which is not on this machine");
        try (Kvm kvm = Kvm.open();
                Vm vm = kvm.createVm();
                SharedMemory memory = SharedMemory.create("loader-test", 32 * MIB)) {
            vm.setMemory(0, 0, memory, 0, 32 * MIB, false);
            try (Vcpu vcpu = vm.createVcpu(0)) {
                LinuxLoader.load(memory.segment(), kernel.segment(), NONE, "quiet").apply(vcpu);
                Exit exit;
                do {
                    exit = vcpu.run();
                } while (exit == Exit.INTERRUPTED);
                assertEquals(Exit.IO, exit);
                assertEquals(0x80, vcpu.portNumber());
                return vcpu.register(Register.RAX) & 0xffff_ffffL;
            }
        }
    }

    @Test
    void aVmlinuxIsEnteredIn32BitModeWithItsStartInfo() throws BadImageException {
        // mov eax, [ebx]; dec eax; inc eax (in 64-bit mode: inc rax); out 0x80, eax
        assertEquals(0x336ec578L, run(KernelBytes.vmlinux("8b03 48ffc0 e780")));
    }

    @Test
    void aBzImageIsEnteredIn64BitModeWithItsZeroPage() throws BadImageException {
        // mov eax, [rsi + 0x202]; inc rax; out 0x80, eax
        assertEquals(0x53726449L, run(KernelBytes.bzImage("8b8602020000 48ffc0 e780")));
    }

    @Test
    void theInitramfsAndTheCommandLineAreWhereTheKernelIsTold() throws BadImageException {
        byte[] initramfs = new byte[5000];
        new Random(1).nextBytes(initramfs);
        long start = 24L * MIB - 8192;
        for (KernelBytes kernel :
                new KernelBytes[] {KernelBytes.vmlinux("f4"), KernelBytes.bzImage("f4")}) {
            MemorySegment ram = ram(24);
            LinuxLoader.load(ram, kernel.segment(), MemorySegment.ofArray(initramfs), "a=b c");
            assertEquals(-1, ram.asSlice(start, 5000).mismatch(MemorySegment.ofArray(initramfs)));
            assertEquals("a=b c", ram.getString(0x20000, StandardCharsets.US_ASCII));
            if (Vmlinux.looksLike(new KernelFile(kernel.segment()))) {
                long modules = ram.get(ValueLayout.JAVA_LONG_UNALIGNED, 0x6010);
                assertEquals(start, ram.get(ValueLayout.JAVA_LONG_UNALIGNED, modules));
                assertEquals(5000, ram.get(ValueLayout.JAVA_LONG_UNALIGNED, modules + 8));
                assertEquals(3, ram.get(ValueLayout.JAVA_INT_UNALIGNED, 0x6030));
            } else {
                assertEquals(start, ram.get(ValueLayout.JAVA_INT_UNALIGNED, 0x7218));
                assertEquals(5000, ram.get(ValueLayout.JAVA_INT_UNALIGNED, 0x721c));
                assertEquals(3, ram.get(ValueLayout.JAVA_BYTE, 0x71e8));
                // the last entry of the memory map: all from 1 MiB to the end
                assertEquals(23L * MIB, ram.get(ValueLayout.JAVA_LONG_UNALIGNED, 0x72d0 + 40 + 8));
            }
        }
    }

    @Test
    void whatAKernelDoesNotNeedAtItsEndIsLeftOutAndTheInitramfsGoesBeforeIt()
            throws BadImageException {
        KernelBytes kernel = KernelBytes.vmlinux("f4").u64(LOAD + 40, 8L * MIB);
        byte[] initramfs = new byte[3 * MIB];
        new Random(2).nextBytes(initramfs);
        MemorySegment files = MemorySegment.ofArray(initramfs);
        MemorySegment small = ram(18);
        assertThrows(
                BadImageException.class, () -> LinuxLoader.load(small, kernel.segment(), NONE, ""));
        MemorySegment ram = ram(18);
        LinuxLoader.load(ram, kernel.segment(), 17L * MIB, files, "");
        long modules = ram.get(ValueLayout.JAVA_LONG_UNALIGNED, 0x6010);
        assertEquals(2L * MIB, ram.get(ValueLayout.JAVA_LONG_UNALIGNED, modules));
        assertEquals(-1, ram.asSlice(2L * MIB, initramfs.length).mismatch(files));
        assertThrows(
                BadImageException.class,
                () -> LinuxLoader.load(ram, kernel.segment(), KernelBytes.ADDRESS, NONE, ""));
    }

    @Test
    void aDomainThatIsTooSmallIsToldHowMuchWouldDo() throws BadImageException {
        MemorySegment vmlinux = KernelBytes.vmlinux("f4").segment();
        MemorySegment bzImage = KernelBytes.bzImage("f4").segment();
        assertTrue(tooSmall(16, vmlinux, 0).contains("17 MiB would do"));
        assertTrue(tooSmall(17, vmlinux, 15 * MIB).contains("32 MiB would do"));
        // init_size of a MiB, and the initramfs page by page behind it
        assertTrue(tooSmall(17, bzImage, 1).contains("18 MiB would do"));
        LinuxLoader.load(ram(17), bzImage, NONE, "");
        LinuxLoader.load(ram(18), bzImage, MemorySegment.ofArray(new byte[MIB]), "");
        assertTrue(tooSmall(18, bzImage, MIB + 1).contains("19 MiB would do"));
        assertTrue(
                bzImage(k -> k.u32(0x260, -1)).contains("3 GiB"), "an init_size of nearly 4 GiB");
    }

    private static String tooSmall(int mib, MemorySegment kernel, int initramfs) {
        return String.valueOf(
                assertThrows(
                                BadImageException.class,
                                () ->
                                        LinuxLoader.load(
                                                ram(mib),
                                                kernel,
                                                MemorySegment.ofArray(new byte[initramfs]),
                                                ""))
                        .getMessage());
    }

    @Test
    void aFileThatIsNoKernelIsRefusedWithASentence() {
        assertTrue(vmlinux(k -> k.u32(0, 1)).contains("neither"));
        assertTrue(vmlinux(k -> k.u8(4, 1)).contains("64 bits"));
        assertTrue(vmlinux(k -> k.u16(18, 3)).contains("x86-64"));
        assertTrue(vmlinux(k -> k.u16(56, 65)).contains("program headers"));
        assertTrue(vmlinux(k -> k.u32(NOTES + 32, 17)).contains("CONFIG_PVH"));
        assertTrue(
                vmlinux(k -> k.u32(NOTES + 40, (int) KernelBytes.ADDRESS + 1)).contains("entry"));
        assertTrue(bzImage(k -> k.u16(0x1fe, 0)).contains("0xaa55"));
        assertTrue(bzImage(k -> k.u16(0x206, 0x20b)).contains("2.11"));
        assertTrue(bzImage(k -> k.u8(0x211, 0)).contains("zImage"));
        assertTrue(bzImage(k -> k.u16(0x236, 0x7e)).contains("64-bit"));
        assertTrue(bzImage(k -> k.u8(0x201, 0x10)).contains("too early"));
        assertTrue(bzImage(k -> k.u32(0x238, 4)).contains("command line"));
        assertTrue(bzImage(k -> k.u32(0x230, 0x300000)).contains("power of two"));
        assertTrue(bzImage(k -> k.u64(0x258, 0x0110_0000)).contains("aligned"));
    }

    @Test
    void numbersOutsideTheFileOrTheMemoryAreRefusedAlsoWhenTheirSumsOverflow() {
        long[] hostile = {
            -1, -56, Long.MAX_VALUE, Long.MIN_VALUE, 0xffff_ffff_ffff_f000L, 1L << 40
        };
        for (long number : hostile) {
            assertTrue(vmlinux(k -> k.u64(32, number)).contains("outside the file"));
            assertTrue(vmlinux(k -> k.u64(LOAD + 8, number)).contains("outside the file"));
            assertTrue(vmlinux(k -> k.u64(LOAD + 24, number)).contains("physical memory"));
            assertTrue(vmlinux(k -> k.u64(LOAD + 32, number)).contains("in the file than"));
            assertTrue(vmlinux(k -> k.u64(LOAD + 40, number)).contains("physical memory"));
            assertTrue(vmlinux(k -> k.u64(NOTE + 8, number)).contains("notes outside"));
            assertTrue(vmlinux(k -> k.u64(NOTE + 32, number)).contains("notes outside"));
            assertTrue(bzImage(k -> k.u64(0x258, number)).contains("physical memory"));
        }
        assertTrue(vmlinux(k -> k.u64(LOAD + 24, 0x9000)).contains("below 1 MiB"));
        assertTrue(bzImage(k -> k.u64(0x258, 0x9000)).contains("below 1 MiB"));
        assertTrue(vmlinux(k -> k.u32(NOTES + 4, -1)).contains("longer than its segment"));
        assertTrue(vmlinux(k -> k.u32(NOTES, -1)).contains("longer than its segment"));
        assertTrue(bzImage(k -> k.u32(0x1f4, -1)).contains("cut short"));
        assertTrue(bzImage(k -> k.u8(0x1f1, 255)).contains("cut short"));
    }

    @Test
    void segmentsThatOverlapAreRefused() {
        // the note becomes a second segment, which begins inside the first
        assertTrue(
                vmlinux(
                                k ->
                                        k.u32(NOTE, 1)
                                                .u64(NOTE + 24, KernelBytes.ADDRESS + 0xffff)
                                                .u64(NOTE + 40, 0x1000))
                        .contains("overlap"));
    }

    @Test
    void anyFileIsTakenOrRefusedButNeverDoesHarm() {
        Random random = new Random(20260127);
        MemorySegment ram = ram(18);
        byte[][] good = {KernelBytes.vmlinux("f4").bytes(), KernelBytes.bzImage("f4").bytes()};
        int[][] headers = {{0, 180}, {0x1f0, 0x80}};
        int refused = 0;
        int taken = 0;
        for (int i = 0; i < 20_000; i++) {
            int kind = i & 1;
            byte[] file =
                    random.nextInt(4) == 0
                            ? Arrays.copyOf(good[kind], random.nextInt(good[kind].length + 1))
                            : good[kind].clone();
            for (int flips = random.nextInt(4); flips > 0; flips--) {
                int at = headers[kind][0] + random.nextInt(headers[kind][1]);
                if (kind == 0 && random.nextInt(3) == 0) {
                    at = NOTES + random.nextInt(48);
                }
                if (at < file.length) {
                    file[at] =
                            random.nextBoolean()
                                    ? (byte) random.nextInt()
                                    : (byte) (random.nextBoolean() ? 0xff : 0x80);
                }
            }
            try {
                LinuxStart start =
                        LinuxLoader.load(ram, MemorySegment.ofArray(file), NONE, "quiet");
                long rip = start.registers().getOrDefault(Register.RIP, 0L);
                assertTrue(rip >= MIB && rip < 18L * MIB, Long.toHexString(rip));
                taken++;
            } catch (BadImageException e) {
                refused++;
            }
        }
        assertTrue(refused > 5_000 && taken > 2_000, refused + " refused, " + taken + " taken");
    }
}

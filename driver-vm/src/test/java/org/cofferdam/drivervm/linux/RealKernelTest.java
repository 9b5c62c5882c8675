package org.cofferdam.drivervm.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.cofferdam.binding.kvm.Register;
import org.cofferdam.binding.memory.SharedMemory;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** A distribution's kernels, where the lab's cache or /boot has some: they fit and are loaded as they ask. */
class RealKernelTest {
    private static final PathMatcher KERNELS =
            FileSystems.getDefault().getPathMatcher("glob:**/{vmlinux,vmlinuz-*}");
    private static final int MIB = 1 << 20;

    private static List<Path> kernels() throws IOException {
        Path lab =
                Path.of(
                        Optional.ofNullable(System.getenv("COFFERDAM_LAB_CACHE"))
                                .orElse(System.getProperty("user.home") + "/.cache/cofferdam/lab"));
        return Stream.of(lab, Path.of("/boot")).flatMap(RealKernelTest::kernelsIn).toList();
    }

    private static Stream<Path> kernelsIn(Path folder) {
        try (Stream<Path> files = Files.isReadable(folder) ? Files.walk(folder, 2) : Stream.of()) {
            return files.filter(KERNELS::matches).filter(Files::isReadable).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void kernelsOfADistributionAreLoadedInto128MiB() throws IOException {
        List<Path> kernels = kernels();
        Assumptions.assumeFalse(kernels.isEmpty(), "no kernel here");
        for (Path kernel : kernels) {
            try (Arena arena = Arena.ofConfined();
                    FileChannel channel = FileChannel.open(kernel);
                    SharedMemory ram = SharedMemory.create("real-kernel", 128 * MIB)) {
                MemorySegment file =
                        channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
                MemorySegment initramfs = arena.allocate(8 * MIB);
                initramfs.fill((byte) 0x5a);
                LinuxStart start = LinuxLoader.load(ram.segment(), file, initramfs, "quiet");
                long rip = start.registers().getOrDefault(Register.RIP, 0L);
                assertTrue(rip >= 16 * MIB && rip < 120 * MIB, kernel + " starts at " + rip);
                assertTrue(
                        ram.segment().get(ValueLayout.JAVA_INT_UNALIGNED, rip) != 0,
                        kernel + " has no code where it starts");
                assertEquals(
                        0x5a5a_5a5a,
                        ram.segment().get(ValueLayout.JAVA_INT, 120 * MIB),
                        "" + kernel);
            }
        }
    }
}

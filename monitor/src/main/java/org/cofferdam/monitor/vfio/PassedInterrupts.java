package org.cofferdam.monitor.vfio;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.cofferdam.binding.file.NativeFile;

/**
 * How often a card interrupts that is passed through: its interrupts go from the kernel's VFIO to KVM without this process,
 * but the kernel counts them, /proc/interrupts (proc_interrupts(5)). The file is opened at the start, before the monitor
 * gives up opening files.
 *
 * <p>One thread, which may not be one with packets to move: on a machine of hundreds of processors the file is long.
 */
final class PassedInterrupts implements AutoCloseable {
    /**
     * More in a second are a storm. Drivers hold a card to 20,000, or 70,000 where they are told to favour latency; a domain
     * that polls takes fewer the more frames come.
     */
    static final long MOST_A_SECOND = 250_000;

    private static final Path TABLE = Path.of("/proc/interrupts");
    private static final int FIRST_BYTES = 64 << 10;
    private static final int MOST_BYTES = 64 << 20;
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final String owner;
    private final NativeFile table = NativeFile.open(TABLE, false);
    private int bytes;
    private long lastCount;
    private long lastTime;

    /**
     * What came since the last time.
     *
     * @param aSecond at this rate
     */
    record Arrivals(long count, long aSecond) {
        boolean isStorm() {
            return aSecond > MOST_A_SECOND;
        }
    }

    /**
     * @param address the card's, as VFIO names its interrupts by it (vfio_pci_intrs.c)
     */
    PassedInterrupts(String address) {
        this(address, FIRST_BYTES);
    }

    /**
     * @param bytes that the table is thought to have; more are found out
     */
    PassedInterrupts(String address, int bytes) {
        this.bytes = bytes;
        this.owner = '(' + address + ')';
        take(System.nanoTime());
    }

    /** Counts, at a time of System.nanoTime. */
    Arrivals take(long now) {
        return arrivals(read(), now);
    }

    Arrivals arrivals(String text, long now) {
        long count = count(text, owner);
        // Each time a driver sets its interrupts up the kernel counts from nothing.
        long came = count < lastCount ? count : count - lastCount;
        long nanos = Math.max(1, now - lastTime);
        lastCount = count;
        lastTime = now;
        // A pause of less than a second is none to judge by: a burst at its end would be a storm.
        return new Arrivals(came, came * SECOND_NANOS / Math.max(nanos, SECOND_NANOS));
    }

    /** Sums the lines with a name of VFIO's for this card, which may share a line; each has a count for each processor. */
    static long count(String table, String owner) {
        String[] lines = table.split("\n", -1);
        int processors = lines[0].isBlank() ? 0 : lines[0].strip().split(" +").length;
        long sum = 0;
        for (String line : lines) {
            if (line.contains("vfio-") && line.contains(owner)) {
                String[] words = line.strip().split(" +", processors + 2);
                for (int i = 1; i <= processors && i < words.length; i++) {
                    sum += Long.parseUnsignedLong(words[i]);
                }
            }
        }
        return sum;
    }

    /** The table as the kernel writes it. */
    String read() {
        while (true) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment text = arena.allocate(bytes);
                int length = table.read(text, 0, bytes, 0);
                if (length < bytes || bytes >= MOST_BYTES) {
                    return new String(
                            text.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE),
                            StandardCharsets.US_ASCII);
                }
            }
            bytes *= 2;
        }
    }

    @Override
    public void close() {
        table.close();
    }
}

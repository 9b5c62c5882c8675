package org.cofferdam.monitor.domain;

import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import org.cofferdam.binding.kvm.MachineState;
import org.cofferdam.binding.memory.SharedMemory;
import org.cofferdam.monitor.pc.WriteJournal;
import org.jspecify.annotations.Nullable;

/**
 * A Linux domain as it was when its first process began: the kernel is up, and neither the card's driver nor a frame has
 * been there. Another life can begin from it instead of from the kernel's first instruction, with the same memory and the
 * same processor.
 *
 * <p>Taken on the thread of a vCPU, used on the domain thread when that vCPU has ended.
 */
final class LinuxSnapshot implements AutoCloseable {
    private static final int PAGE = 4096;

    private final SharedMemory pages;
    private final MemorySegment zeroes;
    private final BitSet used = new BitSet();
    private @Nullable MachineState machine;
    private @Nullable WriteJournal writes;

    /**
     * Makes room for one, of which pages of zeroes take none. Before the monitor is confined.
     *
     * @param ramBytes the domain's memory
     */
    LinuxSnapshot(long ramBytes) {
        pages = SharedMemory.create("snapshot", ramBytes);
        zeroes = MemorySegment.ofArray(new byte[PAGE]);
    }

    /** Whether there is one. */
    boolean isTaken() {
        return machine != null;
    }

    /**
     * Takes it of a domain that stands still.
     *
     * @param writes what the domain wrote to its devices; nobody's else from now on
     */
    void take(MemorySegment ram, MachineState state, WriteJournal writes) {
        used.clear();
        int count = (int) (ram.byteSize() / PAGE);
        for (int page = 0; page < count; page++) {
            long at = (long) page * PAGE;
            if (MemorySegment.mismatch(ram, at, at + PAGE, zeroes, 0, PAGE) != -1) {
                used.set(page);
            }
        }
        copyUsed(ram, pages.segment());
        this.writes = writes;
        machine = state;
    }

    /** The state; of one that is taken. */
    MachineState machine() {
        return orThrow(machine);
    }

    /** What was written to devices; of one that is taken. */
    WriteJournal writes() {
        return orThrow(writes);
    }

    private static <T> T orThrow(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("there is no snapshot");
        }
        return part;
    }

    /** Fills memory, which is all zeroes, as it was. */
    void fill(MemorySegment ram) {
        copyUsed(pages.segment(), ram);
    }

    private void copyUsed(MemorySegment from, MemorySegment to) {
        for (int first = used.nextSetBit(0); first >= 0; ) {
            int end = used.nextClearBit(first);
            long at = (long) first * PAGE;
            MemorySegment.copy(from, at, to, at, (long) (end - first) * PAGE);
            first = used.nextSetBit(end);
        }
    }

    /** What it takes. */
    long bytes() {
        return (long) used.cardinality() * PAGE;
    }

    /** There is none any more. */
    void drop() {
        machine = null;
        writes = null;
        used.clear();
        pages.clear(0, pages.size());
    }

    @Override
    public void close() {
        pages.close();
    }
}

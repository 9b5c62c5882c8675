package org.cofferdam.monitor.pc;

import java.util.function.IntConsumer;

/**
 * MSI-X (PCI 6.8.2): a table of messages in a BAR and the array of pending bits.
 *
 * <p>The vCPU's thread calls everything but {@link #deliverable}, which any thread may. The function passes it the
 * accesses to table and array, and tells it of writes to its capability by {@link #configWritten}.
 */
public final class MsixCapability {
    /** The most vectors that are offered here. */
    public static final int MOST_VECTORS = 64;

    /** Bytes of the capability. */
    public static final int LENGTH = 12;

    /** Bytes of a vector's entry in the table. */
    public static final int ENTRY_BYTES = 16;

    private static final int ID = 0x11;
    private static final int CONTROL = 2;
    private static final int TABLE = 4;
    private static final int PENDING = 8;
    private static final int CONTROL_ENABLE = 1 << 15;
    private static final int CONTROL_MASK_ALL = 1 << 14;

    // Doublewords of an entry, PCI 6.8.2.6 to 6.8.2.9.
    private static final int ENTRY_ADDRESS = 0;
    private static final int ENTRY_UPPER_ADDRESS = 1;
    private static final int ENTRY_DATA = 2;
    private static final int ENTRY_CONTROL = 3;
    private static final int ENTRY_WORDS = 4;
    private static final int ENTRY_MASKED = 1;

    private final ConfigSpace config;
    private final int at;
    private final int vectors;
    private final int[] table;
    private final long[] routedAddress;
    private final int[] routedData;
    private final MessageInterrupts interrupts;
    private final VectorGate gate;

    /** Appends the capability to a function's list, at the next offset that is free. */
    public MsixCapability(
            ConfigSpace config,
            int vectors,
            int tableBar,
            int tableOffset,
            int pendingBar,
            int pendingOffset,
            MessageInterrupts interrupts,
            IntConsumer fire) {
        this(
                config,
                config.nextCapability(),
                vectors,
                tableBar,
                tableOffset,
                pendingBar,
                pendingOffset,
                interrupts,
                fire);
    }

    /**
     * Appends the capability to a function's list, at an offset of its own.
     *
     * @param offset behind the capabilities so far
     * @param vectors 1 to {@link #MOST_VECTORS}
     * @param tableOffset within its BAR, a multiple of 8
     * @param pendingOffset of the array of pending bits, likewise
     * @param fire signals a vector; the vCPU's thread calls it when a vector is unmasked that has a pending bit
     */
    public MsixCapability(
            ConfigSpace config,
            int offset,
            int vectors,
            int tableBar,
            int tableOffset,
            int pendingBar,
            int pendingOffset,
            MessageInterrupts interrupts,
            IntConsumer fire) {
        if (vectors < 1
                || vectors > MOST_VECTORS
                || (tableOffset & 7) != 0
                || (pendingOffset & 7) != 0) {
            throw new IllegalArgumentException(
                    "MSI-X cannot have %d vectors at 0x%x and 0x%x"
                            .formatted(vectors, tableOffset, pendingOffset));
        }
        this.config = config;
        this.vectors = vectors;
        this.interrupts = interrupts;
        this.gate = new VectorGate(fire);
        table = new int[vectors * ENTRY_WORDS];
        routedAddress = new long[vectors];
        routedData = new int[vectors];
        // PCI 6.8.2.9: after reset every vector is masked.
        for (int vector = 0; vector < vectors; vector++) {
            table[vector * ENTRY_WORDS + ENTRY_CONTROL] = ENTRY_MASKED;
        }
        at = config.addCapability(ID, LENGTH, offset);
        config.set16(at + CONTROL, vectors - 1);
        config.allow16(at + CONTROL, CONTROL_ENABLE | CONTROL_MASK_ALL);
        config.set32(at + TABLE, tableOffset | tableBar);
        config.set32(at + PENDING, pendingOffset | pendingBar);
    }

    /** Where in the configuration space it lies. */
    public int offset() {
        return at;
    }

    /** How many vectors it has. */
    public int vectors() {
        return vectors;
    }

    /** Bytes of its table. */
    public int tableBytes() {
        return vectors * ENTRY_BYTES;
    }

    /** Whether software has enabled it. Any thread. */
    public boolean enabled() {
        return gate.enabled();
    }

    /** Whether a vector signals: it is enabled and not masked. The vCPU's thread. */
    public boolean isOpen(int vector) {
        return gate.isOpen(vector);
    }

    /** Looks at its message control again, after software wrote to the configuration space. */
    public void configWritten() {
        boolean enabled = (control() & CONTROL_ENABLE) != 0;
        if (enabled != gate.enabled()) {
            gate.setEnabled(enabled);
        }
        for (int vector = 0; vector < vectors; vector++) {
            update(vector);
        }
    }

    private int control() {
        return config.get16(at + CONTROL);
    }

    /** Reads its table: doublewords and quadwords, aligned (PCI 6.8.2); all ones for others. */
    public long readTable(long offset, int size) {
        if (!isAccess(offset, size, tableBytes())) {
            return BusWidth.longOnes(size);
        }
        int word = (int) offset / 4;
        long low = table[word] & 0xffff_ffffL;
        return size == 4 ? low : low | (long) table[word + 1] << 32;
    }

    /** Writes its table, likewise. */
    public void writeTable(long offset, int size, long value) {
        if (!isAccess(offset, size, tableBytes())) {
            return;
        }
        int word = (int) offset / 4;
        setWord(word, (int) value);
        if (size == 8) {
            setWord(word + 1, (int) (value >> 32));
        }
        update(word / ENTRY_WORDS);
    }

    private void setWord(int word, int value) {
        table[word] =
                switch (word % ENTRY_WORDS) {
                    // PCI 6.8.2.7: a message is a doubleword, so its address's two low bits are 0.
                    case ENTRY_ADDRESS -> value & ~3;
                    case ENTRY_CONTROL -> value & ENTRY_MASKED;
                    default -> value;
                };
    }

    /** Reads the pending bits, likewise; a bit of a vector that there is none of is 0. */
    public long readPending(long offset, int size) {
        if (!isAccess(offset, size, 8)) {
            return BusWidth.longOnes(size);
        }
        return (gate.pending() >>> (8 * (int) offset)) & BusWidth.longOnes(size);
    }

    private static boolean isAccess(long offset, int size, int bytes) {
        return (size == 4 || size == 8)
                && offset >= 0
                && offset % size == 0
                && offset <= bytes - size;
    }

    private void update(int vector) {
        int word = vector * ENTRY_WORDS;
        boolean open =
                (control() & (CONTROL_ENABLE | CONTROL_MASK_ALL)) == CONTROL_ENABLE
                        && (table[word + ENTRY_CONTROL] & ENTRY_MASKED) == 0;
        if (open) {
            long address =
                    (table[word + ENTRY_ADDRESS] & 0xffff_ffffL)
                            | (long) table[word + ENTRY_UPPER_ADDRESS] << 32;
            int data = table[word + ENTRY_DATA];
            if (!gate.isOpen(vector)
                    || address != routedAddress[vector]
                    || data != routedData[vector]) {
                routedAddress[vector] = address;
                routedData[vector] = data;
                interrupts.route(vector, address, data);
                gate.open(vector);
            }
        } else if (gate.isOpen(vector)) {
            gate.close(vector);
            interrupts.mask(vector);
        }
    }

    /**
     * Whether a vector may be signalled now. If it is masked, a pending bit is kept and the vector is fired when it is
     * unmasked. Any thread; allocation-free.
     */
    public boolean deliverable(int vector) {
        return vector >= 0 && vector < vectors && gate.deliverable(vector);
    }

    /** Disables it and masks every vector, as a reset of the function does. */
    public void reset() {
        config.set16(at + CONTROL, vectors - 1);
        for (int vector = 0; vector < vectors; vector++) {
            int word = vector * ENTRY_WORDS;
            table[word + ENTRY_CONTROL] = ENTRY_MASKED;
        }
        configWritten();
    }
}

package org.cofferdam.monitor.pc;

import java.util.function.IntConsumer;

/**
 * MSI (PCI 6.8.1) with one vector, number 0: 64-bit addresses, and a mask bit with its pending bit.
 *
 * <p>The vCPU's thread calls everything but {@link #deliverable}, which any thread may. The function tells it of writes
 * to its capability by {@link #configWritten}, and has reads of it preceded by {@link #refreshPending}.
 */
public final class MsiCapability {
    /** Bytes of the capability. */
    public static final int LENGTH = 24;

    private static final int ID = 0x05;
    private static final int CONTROL = 2;
    private static final int ADDRESS = 4;
    private static final int UPPER_ADDRESS = 8;
    private static final int DATA = 12;
    private static final int MASK = 16;
    private static final int PENDING = 20;
    private static final int CONTROL_ENABLE = 1;

    /** One vector: multiple message capable and enable are 0. */
    private static final int CONTROL_AFTER_RESET = 1 << 7 | 1 << 8;

    private static final int VECTOR = 0;

    private final ConfigSpace config;
    private final int at;
    private final MessageInterrupts interrupts;
    private final VectorGate gate;
    private long routedAddress;
    private int routedData;

    /** Appends the capability to a function's list, at the next offset that is free. */
    public MsiCapability(ConfigSpace config, MessageInterrupts interrupts, IntConsumer fire) {
        this(config, config.nextCapability(), interrupts, fire);
    }

    /**
     * Appends the capability to a function's list, at an offset of its own.
     *
     * @param offset behind the capabilities so far
     * @param fire signals the vector; the vCPU's thread calls it when the vector is unmasked and has its pending bit
     */
    public MsiCapability(
            ConfigSpace config, int offset, MessageInterrupts interrupts, IntConsumer fire) {
        this.config = config;
        this.interrupts = interrupts;
        this.gate = new VectorGate(fire);
        at = config.addCapability(ID, LENGTH, offset);
        config.set16(at + CONTROL, CONTROL_AFTER_RESET);
        config.allow16(at + CONTROL, CONTROL_ENABLE);
        // A message is a doubleword, so its address's two low bits are 0 (PCI 6.8.1.4).
        config.allow32(at + ADDRESS, ~3);
        config.allow32(at + UPPER_ADDRESS, ~0);
        config.allow16(at + DATA, 0xffff);
        config.allow32(at + MASK, 1);
    }

    /** Where in the configuration space it lies. */
    public int offset() {
        return at;
    }

    /** Whether software has enabled it. Any thread. */
    public boolean enabled() {
        return gate.enabled();
    }

    /** Looks at its registers again, after software wrote to the configuration space. */
    public void configWritten() {
        boolean enabled = (config.get16(at + CONTROL) & CONTROL_ENABLE) != 0;
        if (enabled != gate.enabled()) {
            gate.setEnabled(enabled);
        }
        if (enabled && config.get32(at + MASK) == 0) {
            long address =
                    (config.get32(at + ADDRESS) & 0xffff_ffffL)
                            | (long) config.get32(at + UPPER_ADDRESS) << 32;
            int data = config.get16(at + DATA);
            if (!gate.isOpen(VECTOR) || address != routedAddress || data != routedData) {
                routedAddress = address;
                routedData = data;
                interrupts.route(VECTOR, address, data);
                gate.open(VECTOR);
            }
        } else if (gate.isOpen(VECTOR)) {
            gate.close(VECTOR);
            interrupts.mask(VECTOR);
        }
        refreshPending();
    }

    /** Brings the pending bit in the configuration space up to date. */
    public void refreshPending() {
        config.set32(at + PENDING, (int) gate.pending());
    }

    /**
     * Whether the vector may be signalled now. If it is masked, its pending bit is kept and it is fired when it is
     * unmasked. Any thread; allocation-free.
     */
    public boolean deliverable() {
        return gate.deliverable(VECTOR);
    }

    /** Disables it, as a reset of the function does. */
    public void reset() {
        config.set16(at + CONTROL, CONTROL_AFTER_RESET);
        config.set32(at + MASK, 0);
        configWritten();
    }
}

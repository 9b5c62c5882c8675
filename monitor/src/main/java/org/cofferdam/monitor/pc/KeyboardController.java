package org.cofferdam.monitor.pc;

/**
 * Of a PC's keyboard controller only what a kernel reboots by: command 0xfe pulses the processor's reset line. The
 * status register reads as 0, so that nobody waits for its buffers.
 */
public final class KeyboardController {
    private static final int DATA_PORT = 0x60;
    private static final int COMMAND_PORT = 0x64;
    private static final int PULSE_RESET = 0xfe;

    /**
     * Of the status register: there is always something to read, and what is written is taken at once. A kernel that looks
     * for a keyboard gives up after a few reads by this; by an empty buffer it would wait for an answer.
     */
    private static final int OUTPUT_FULL = 1;

    private final Runnable onReset;

    /**
     * @param onReset called by the vCPU's thread when the guest pulls the reset line
     */
    public KeyboardController(Runnable onReset) {
        this.onReset = onReset;
    }

    /** Claims its two ports; those between them are others'. */
    public void attachTo(PortBus bus) {
        bus.add(DATA_PORT, 1, new Register(false));
        bus.add(COMMAND_PORT, 1, new Register(true));
    }

    private final class Register implements PortDevice {
        private final boolean command;

        Register(boolean command) {
            this.command = command;
        }

        @Override
        public int readPort(int offset, int size) {
            return size == 1 ? OUTPUT_FULL : BusWidth.ones(size);
        }

        @Override
        public void writePort(int offset, int size, int value) {
            if (command && size == 1 && (value & 0xff) == PULSE_RESET) {
                onReset.run();
            }
        }
    }
}

package org.cofferdam.monitor.pc;

/**
 * A 16550A as PC16550D describes it, as far as a driver can see: what it transmits goes out at once and becomes lines;
 * nothing ever arrives but in loopback (section 8.6.7). An edge at the interrupt input is raised whenever the
 * interrupt line goes up; what is written before the driver has asked for the cause raises no other, as with the
 * FIFO of a real one, which is not empty between.
 *
 * <p>The vCPU's thread only.
 */
public final class SerialPort implements PortDevice {
    /** Ports that it takes. */
    public static final int PORTS = 8;

    private static final int DATA = 0;
    private static final int IER = 1;
    private static final int IIR_FCR = 2;
    private static final int LCR = 3;
    private static final int MCR = 4;
    private static final int LSR = 5;
    private static final int MSR = 6;
    private static final int SCR = 7;

    // Interrupt enables, section 8.6.6.
    private static final int IER_RECEIVED = 1;
    private static final int IER_TRANSMIT_EMPTY = 1 << 1;
    private static final int IER_LINE_STATUS = 1 << 2;
    private static final int IER_MODEM = 1 << 3;
    private static final int IER_ALL = 0x0f;

    // Interrupt identification in the order of priority, section 8.6.5.
    private static final int IIR_NONE = 1;
    private static final int IIR_LINE_STATUS = 6;
    private static final int IIR_RECEIVED = 4;
    private static final int IIR_TRANSMIT_EMPTY = 2;
    private static final int IIR_MODEM = 0;
    private static final int IIR_FIFOS_ON = 0xc0;

    private static final int FCR_ENABLE = 1;
    private static final int FCR_CLEAR_RECEIVE = 1 << 1;
    private static final int LCR_DLAB = 1 << 7;
    private static final int MCR_DTR = 1;
    private static final int MCR_RTS = 1 << 1;
    private static final int MCR_OUT1 = 1 << 2;
    private static final int MCR_OUT2 = 1 << 3;
    private static final int MCR_LOOP = 1 << 4;
    private static final int MCR_ALL = 0x1f;
    private static final int LSR_DATA_READY = 1;
    private static final int LSR_OVERRUN = 1 << 1;
    private static final int LSR_TRANSMITTER_EMPTY = 1 << 5 | 1 << 6;
    private static final int MSR_CTS = 1 << 4;
    private static final int MSR_DSR = 1 << 5;
    private static final int MSR_RI = 1 << 6;
    private static final int MSR_DCD = 1 << 7;
    private static final int MSR_LINES = 0xf0;
    private static final int MSR_CHANGES = 0x0f;

    /** Depth of the receive FIFO. */
    private static final int FIFO_BYTES = 16;

    private final Runnable raise;
    private final LineSink sink;
    private final byte[] line;
    private int lineBytes;
    private boolean skipping;

    private final byte[] fifo = new byte[FIFO_BYTES];
    private int fifoStart;
    private int fifoBytes;
    private boolean fifosOn;
    private int divisor = 12;
    private int ier;
    private int lcr;
    private int mcr;
    private int msr = MSR_DCD | MSR_DSR | MSR_CTS;
    private int scratch;
    private boolean overrun;
    private boolean emptied;
    private boolean interrupting;

    /**
     * @param longestLine bytes of the guest that a line may have; the rest of a longer one vanishes
     * @param raise signals an edge at the port's interrupt input
     */
    public SerialPort(int longestLine, Runnable raise, LineSink sink) {
        if (longestLine < 1) {
            throw new IllegalArgumentException("A line needs room for a byte");
        }
        this.line = new byte[longestLine];
        this.raise = raise;
        this.sink = sink;
    }

    @Override
    public int readPort(int offset, int size) {
        if (size != 1) {
            return BusWidth.ones(size);
        }
        int value =
                switch (offset) {
                    case DATA -> dlab() ? divisor & 0xff : receive();
                    case IER -> dlab() ? divisor >> 8 : ier;
                    case IIR_FCR -> identifyInterrupt();
                    case LCR -> lcr;
                    case MCR -> mcr;
                    case LSR -> lineStatus();
                    case MSR -> modemStatus();
                    case SCR -> scratch;
                    default -> 0xff;
                };
        updateInterrupt();
        return value;
    }

    @Override
    public void writePort(int offset, int size, int value) {
        if (size != 1) {
            return;
        }
        int octet = value & 0xff;
        switch (offset) {
            case DATA -> {
                if (dlab()) {
                    divisor = (divisor & 0xff00) | octet;
                } else {
                    transmit((byte) octet);
                }
            }
            case IER -> {
                if (dlab()) {
                    divisor = (divisor & 0xff) | (octet << 8);
                } else {
                    enableInterrupts(octet & IER_ALL);
                }
            }
            case IIR_FCR -> controlFifos(octet);
            case LCR -> lcr = octet;
            case MCR -> {
                mcr = octet & MCR_ALL;
                updateModemLines();
            }
            case SCR -> scratch = octet;
            default -> {
                // LSR and MSR are for reading (section 8.6.4: writing is for factory tests).
            }
        }
        updateInterrupt();
    }

    private boolean dlab() {
        return (lcr & LCR_DLAB) != 0;
    }

    private void enableInterrupts(int enables) {
        // Enabling the transmitter's interrupt with the holding register empty makes it pending.
        if ((enables & ~ier & IER_TRANSMIT_EMPTY) != 0) {
            emptied = true;
        }
        ier = enables;
    }

    private void controlFifos(int value) {
        boolean on = (value & FCR_ENABLE) != 0;
        // Section 8.6.3: changing the mode clears the FIFOs; other bits count only in FIFO mode.
        if (on != fifosOn || (on && (value & FCR_CLEAR_RECEIVE) != 0)) {
            fifoBytes = 0;
        }
        fifosOn = on;
    }

    private void transmit(byte octet) {
        if ((mcr & MCR_LOOP) == 0) {
            collect(octet);
        } else if (fifoBytes < (fifosOn ? FIFO_BYTES : 1)) {
            fifo[(fifoStart + fifoBytes) % FIFO_BYTES] = octet;
            fifoBytes++;
        } else {
            overrun = true;
        }
        emptied = true;
    }

    private int receive() {
        if (fifoBytes == 0) {
            return 0;
        }
        int octet = fifo[fifoStart] & 0xff;
        fifoStart = (fifoStart + 1) % FIFO_BYTES;
        fifoBytes--;
        return octet;
    }

    private int lineStatus() {
        int value =
                LSR_TRANSMITTER_EMPTY
                        | (fifoBytes > 0 ? LSR_DATA_READY : 0)
                        | (overrun ? LSR_OVERRUN : 0);
        overrun = false;
        return value;
    }

    private int modemStatus() {
        int value = msr;
        msr &= MSR_LINES;
        return value;
    }

    private void updateModemLines() {
        int lines = MSR_DCD | MSR_DSR | MSR_CTS;
        if ((mcr & MCR_LOOP) != 0) {
            // Section 8.6.7: in loopback the four outputs are connected to the four inputs.
            lines =
                    ((mcr & MCR_RTS) != 0 ? MSR_CTS : 0)
                            | ((mcr & MCR_DTR) != 0 ? MSR_DSR : 0)
                            | ((mcr & MCR_OUT1) != 0 ? MSR_RI : 0)
                            | ((mcr & MCR_OUT2) != 0 ? MSR_DCD : 0);
        }
        int before = msr & MSR_LINES;
        // Section 8.6.8: of the ring indicator only the trailing edge counts.
        int changed = (before ^ lines) & ~(lines & MSR_RI);
        msr = lines | (msr & MSR_CHANGES) | (changed >> 4);
    }

    private int interruptCause() {
        if ((ier & IER_LINE_STATUS) != 0 && overrun) {
            return IIR_LINE_STATUS;
        }
        if ((ier & IER_RECEIVED) != 0 && fifoBytes > 0) {
            return IIR_RECEIVED;
        }
        if ((ier & IER_TRANSMIT_EMPTY) != 0 && emptied) {
            return IIR_TRANSMIT_EMPTY;
        }
        if ((ier & IER_MODEM) != 0 && (msr & MSR_CHANGES) != 0) {
            return IIR_MODEM;
        }
        return IIR_NONE;
    }

    private int identifyInterrupt() {
        int cause = interruptCause();
        if (cause == IIR_TRANSMIT_EMPTY) {
            // Section 8.6.5, table III: reading takes back this one only.
            emptied = false;
        }
        return cause | (fifosOn ? IIR_FIFOS_ON : 0);
    }

    private void updateInterrupt() {
        boolean wanted = interruptCause() != IIR_NONE;
        if (wanted && !interrupting) {
            raise.run();
        }
        interrupting = wanted;
    }

    private void collect(byte octet) {
        if (octet == '\n') {
            if (!skipping) {
                deliver(false);
            }
            skipping = false;
        } else if (octet != '\r' && !skipping) {
            if (lineBytes < line.length) {
                line[lineBytes++] = octet;
            } else {
                deliver(true);
                skipping = true;
            }
        }
    }

    private void deliver(boolean truncated) {
        String printable = printable();
        lineBytes = 0;
        sink.line(printable, truncated);
    }

    private String printable() {
        StringBuilder text = new StringBuilder(lineBytes);
        for (int i = 0; i < lineBytes; i++) {
            int octet = line[i] & 0xff;
            if (octet >= 0x20 && octet < 0x7f) {
                text.append((char) octet);
            } else {
                text.append("\\x")
                        .append(Character.forDigit(octet >> 4, 16))
                        .append(Character.forDigit(octet & 0xf, 16));
            }
        }
        return text.toString();
    }

    /** Delivers a line that has no end yet, if there is one: for when the guest stops. */
    public void flush() {
        if (lineBytes > 0) {
            deliver(false);
        }
    }
}

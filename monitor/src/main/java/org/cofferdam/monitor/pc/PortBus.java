package org.cofferdam.monitor.pc;

import java.util.Arrays;

/**
 * The I/O ports and who claims them. A port that nobody claims reads as all ones and ignores writes, as on a PC; such
 * accesses are counted and told. An access that crosses the end of a device is nobody's.
 *
 * <p>The vCPU's thread only.
 */
public final class PortBus {
    /** Number of ports. */
    public static final int PORTS = 0x10000;

    /** Takes everything and answers nothing: ports that are written to pass the time. */
    private static final PortDevice SILENT =
            new PortDevice() {
                @Override
                public int readPort(int offset, int size) {
                    return BusWidth.ones(size);
                }

                @Override
                public void writePort(int offset, int size, int value) {}
            };

    private final Refusals refusals;
    private int[] firsts = new int[0];
    private int[] ends = new int[0];
    private PortDevice[] devices = new PortDevice[0];
    private long refused;

    public PortBus(Refusals refusals) {
        this.refusals = refusals;
    }

    /**
     * Gives ports to a device.
     *
     * @throws IllegalArgumentException when a port does not exist or is another's
     */
    public void add(int firstPort, int count, PortDevice device) {
        if (firstPort < 0 || count < 1 || count > PORTS - firstPort) {
            throw new IllegalArgumentException(
                    "There are no %d ports at 0x%x".formatted(count, firstPort));
        }
        int end = firstPort + count;
        for (int i = 0; i < devices.length; i++) {
            if (firstPort < ends[i] && firsts[i] < end) {
                throw new IllegalArgumentException(
                        "Ports 0x%x to 0x%x are claimed already".formatted(firsts[i], ends[i] - 1));
            }
        }
        int place = devices.length;
        firsts = Arrays.copyOf(firsts, place + 1);
        ends = Arrays.copyOf(ends, place + 1);
        devices = Arrays.copyOf(devices, place + 1);
        firsts[place] = firstPort;
        ends[place] = end;
        devices[place] = device;
    }

    /** Has writes to ports ignored and reads answered with all ones, without counting them as refused. */
    public void addSilent(int firstPort, int count) {
        add(firstPort, count, SILENT);
    }

    /** What the guest reads; upper bits zero. */
    public int read(int port, int size) {
        int place = find(port, size);
        if (place < 0) {
            refused++;
            refusals.refused(port, size, false, 0);
            return BusWidth.ones(size);
        }
        return devices[place].readPort(port - firsts[place], size) & BusWidth.ones(size);
    }

    /** Does what the guest writes. */
    public void write(int port, int size, int value) {
        int place = find(port, size);
        if (place < 0) {
            refused++;
            refusals.refused(port, size, true, value);
        } else {
            devices[place].writePort(port - firsts[place], size, value & BusWidth.ones(size));
        }
    }

    private int find(int port, int size) {
        if (port >= 0 && port < PORTS && BusWidth.isPortSize(size)) {
            for (int i = 0; i < devices.length; i++) {
                if (port >= firsts[i] && port + size <= ends[i]) {
                    return i;
                }
            }
        }
        return -1;
    }

    /** Accesses that no device claimed. */
    public long refused() {
        return refused;
    }
}

package org.cofferdam.monitor.pc;

/** A device behind I/O ports. Called by the vCPU's thread; never throws, whatever the guest does. */
public interface PortDevice {
    /**
     * Reads.
     *
     * @param offset from the device's first port
     * @param size bytes: 1, 2 or 4; the device reads as all ones where it has no such register
     * @return little-endian, upper bits zero
     */
    int readPort(int offset, int size);

    /**
     * Writes; vanishes where there is no such register.
     *
     * @param offset from the device's first port
     * @param size bytes: 1, 2 or 4
     * @param value little-endian; bits above the size are to be ignored
     */
    void writePort(int offset, int size, int value);
}

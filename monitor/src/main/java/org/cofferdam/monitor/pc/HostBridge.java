package org.cofferdam.monitor.pc;

import java.util.List;

/** The bridge between processor and bus that kernels look for before they believe in mechanism #1: a 440FX. */
public final class HostBridge extends PciFunction {
    private static final int VENDOR_INTEL = 0x8086;
    private static final int DEVICE_440FX = 0x1237;
    private static final int CLASS_HOST_BRIDGE = 0x060000;

    /** Creates it. */
    public HostBridge() {
        super("host bridge", VENDOR_INTEL, DEVICE_440FX, 2, CLASS_HOST_BRIDGE, List.of());
    }

    @Override
    protected long readBar(int bar, long offset, int size) {
        return BusWidth.longOnes(size);
    }

    @Override
    protected void writeBar(int bar, long offset, int size, long value) {}
}

package org.cofferdam.proxy.virtqueue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.cofferdam.proxy.fuzz.FuzzInput;

/** Any driver at all before a packed queue. An input is the size, the shape, the start, then the steps of a script. */
final class PackedRingFuzzTest {
    private static final int MOST = 40;

    private final HostileQueue memory = new HostileQueue(MOST);

    @FuzzTest
    void nothingComesOfAnyDriverButARefusalAndOnlyItsBuffersAreWritten(byte[] input) {
        FuzzInput in = new FuzzInput(input);
        new Script(memory, 1 + in.below(MOST)).run(in);
    }

    private static final class Script extends QueueScript {
        private final int size;
        private final PackedDriver driver;

        Script(HostileQueue memory, int size) {
            super(memory);
            this.size = size;
            this.driver = new PackedDriver(memory, size);
        }

        @Override
        DeviceQueue start(boolean indirect, boolean eventIndex, DataFlow flow, int position) {
            return driver.config(indirect, eventIndex).resume(memory.memory(), flow, position);
        }

        @Override
        int firstPosition(FuzzInput in) {
            int at = in.u8();
            return at == 0 ? PackedRing.WRAP : at % size | (at & 0x80) << 8;
        }

        @Override
        void driverWrites(int what, FuzzInput in) {
            switch (what) {
                case 0 -> driver.put(in.below(size), address(in), length(in), in.u16(), in.u16());
                case 1 ->
                        memory.descriptorAt(
                                HostileQueue.WINDOW + 16L * in.u8(),
                                address(in),
                                length(in),
                                in.u8(),
                                in.u8());
                case 2 -> driver.offer(address(in), length(in), in.u8() & 7, in.u16());
                default -> driver.wants(in.u8(), in.u16());
            }
        }

        @Override
        int shown() {
            return -1;
        }
    }
}

package org.cofferdam.proxy.virtqueue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.cofferdam.proxy.fuzz.FuzzInput;

/** Any driver at all before a split queue. An input is the size's power, the shape, then the steps of a script. */
final class SplitRingFuzzTest {
    private static final int POWERS = 6;

    private final HostileQueue[] memories = new HostileQueue[POWERS];

    @FuzzTest
    void nothingComesOfAnyDriverButARefusalAndOnlyItsBuffersAreWritten(byte[] input) {
        FuzzInput in = new FuzzInput(input);
        int power = in.below(POWERS);
        int size = 1 << power;
        if (memories[power] == null) {
            memories[power] = new HostileQueue(size);
        }
        new Script(memories[power], size).run(in);
    }

    private static final class Script extends QueueScript {
        private final int size;
        private int index;

        Script(HostileQueue memory, int size) {
            super(memory);
            this.size = size;
        }

        @Override
        DeviceQueue start(boolean indirect, boolean eventIndex, DataFlow flow, int position) {
            return memory.config(indirect, eventIndex).resume(memory.memory(), flow, position);
        }

        @Override
        int firstPosition(FuzzInput in) {
            memory.availableIndex(0);
            return 0;
        }

        @Override
        void driverWrites(int what, FuzzInput in) {
            switch (what) {
                case 0 ->
                        memory.descriptor(
                                in.below(size), address(in), length(in), in.u8(), in.u8());
                case 1 ->
                        memory.descriptorAt(
                                HostileQueue.WINDOW + 16L * in.u8(),
                                address(in),
                                length(in),
                                in.u8(),
                                in.u8());
                case 2 -> {
                    memory.availableEntry(index, in.u8());
                    index = (index + 1) & 0xffff;
                    memory.availableIndex(index);
                }
                default -> {
                    if (in.bool()) {
                        index = in.u16();
                        memory.availableIndex(index);
                    }
                    memory.usedEvent(in.u16()).availableFlags(in.u8());
                }
            }
        }

        @Override
        int shown() {
            return memory.usedIndex();
        }
    }
}

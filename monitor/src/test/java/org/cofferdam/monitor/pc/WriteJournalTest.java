package org.cofferdam.monitor.pc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A PC that gets another's writes once more is as that one. */
class WriteJournalTest {
    private static final int WRITES = 5000;
    private static final int CONFIG_ADDRESS = 0xcf8;
    private static final int CONFIG_DATA = 0xcfc;

    private final SmallPc first = new SmallPc();
    private final SmallPc second = new SmallPc();
    private final WriteJournal journal = new WriteJournal();

    private void write(int port, int size, int value) {
        first.bus.write(port, size, value);
        journal.wrotePort(port, size, value);
    }

    private void writeMemory(long gpa, int size, long value) {
        first.host.writeMemory(gpa, size, value);
        journal.wroteMemory(gpa, size, value);
    }

    /** Configuration spaces byte by byte, and the registers of the serial ports that are not only for reading. */
    private static List<Integer> stateOf(SmallPc pc) {
        List<Integer> state = new ArrayList<>();
        state.add(pc.bus.read(CONFIG_ADDRESS, 4));
        for (int device = 0; device <= SmallPc.UPLINK; device++) {
            for (int at = 0; at < ConfigSpace.BYTES; at += 4) {
                state.add(pc.config(device, at, 4));
            }
        }
        for (int port : new int[] {SmallPc.CONSOLE, SmallPc.RECORDS}) {
            for (int register : new int[] {1, 3, 4, 7}) {
                state.add(pc.bus.read(port + register, 1));
            }
        }
        state.add(pc.bus.read(0x71, 1));
        for (int at = 0; at < 0x38; at += 4) { // the uplink's common configuration, virtio 4.1.4.3
            state.add((int) pc.host.readMemory(pc.uplink.notifyAddress(0) - 0x3000 + at, 4));
        }
        return state;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void devicesThatGetTheWritesAgainAreAsTheyWere(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < WRITES; i++) {
            switch (random.nextInt(5)) {
                case 0 ->
                        write(
                                CONFIG_ADDRESS,
                                4,
                                0x8000_0000 | random.nextInt(3) << 11 | random.nextInt(64) << 2);
                case 1 -> write(CONFIG_DATA, 1 << random.nextInt(3), random.nextInt());
                case 2 ->
                        write(
                                (random.nextBoolean() ? SmallPc.CONSOLE : SmallPc.RECORDS)
                                        + 1
                                        + random.nextInt(7),
                                1,
                                random.nextInt());
                case 3 ->
                        writeMemory(
                                first.uplink.notifyAddress(0) - 0x3000 + random.nextInt(0x38),
                                1 << random.nextInt(3),
                                random.nextInt(8));
                default -> write(0x70, 1, random.nextInt(0x80));
            }
        }
        List<Integer> written = stateOf(first); // which reads, and writes to read
        assertNotEquals(stateOf(new SmallPc()), written, "the writes changed something");
        journal.replay(second.bus, second.host);
        assertTrue(journal.isWhole());
        assertEquals(written, stateOf(second));
        assertEquals(
                first.uplink.notifyAddress(0),
                second.uplink.notifyAddress(0),
                "what a BAR shows is where it was");
    }

    /** As a kernel with its own virtio_pci does it before its first process begins. */
    @Test
    void anUplinkThatAKernelHasMetIsAcknowledgedAgain() {
        int command = 0x8000_0000 | SmallPc.UPLINK << 11 | ConfigSpace.COMMAND;
        write(CONFIG_ADDRESS, 4, command);
        write(CONFIG_DATA, 2, ConfigSpace.COMMAND_MEMORY);
        long status = SmallPc.UPLINK_AT + 0x14;
        writeMemory(status, 1, 0);
        writeMemory(status, 1, 1);
        writeMemory(status, 1, 3);
        journal.replay(second.bus, second.host);
        assertEquals(3, second.host.readMemory(status, 1));
    }

    @Test
    void tooManyWritesAreNoJournal() {
        for (int i = 0; i < WriteJournal.MOST; i++) {
            journal.wrotePort(0x80, 1, i);
        }
        assertTrue(journal.isWhole());
        journal.wrotePort(0x80, 1, 0);
        assertFalse(journal.isWhole());
        journal.wrotePort(0x80, 1, 0);
        assertFalse(journal.isWhole());
    }
}

package org.cofferdam.drivervm.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Reads the table as a kernel does: by its sums, its lengths and its count. */
class MpTableTest {
    private final MemorySegment ram = MemorySegment.ofArray(new byte[2 << 20]);

    private int u8(long at) {
        return Byte.toUnsignedInt(ram.get(ValueLayout.JAVA_BYTE, at));
    }

    private int u16(long at) {
        return Short.toUnsignedInt(ram.get(ValueLayout.JAVA_SHORT_UNALIGNED, at));
    }

    private int sum(long at, int bytes) {
        int sum = 0;
        for (int i = 0; i < bytes; i++) {
            sum += u8(at + i);
        }
        return sum & 0xff;
    }

    private String text(long at, int bytes) {
        return new String(
                ram.asSlice(at, bytes).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII);
    }

    @Test
    void theTableIsFoundInTheEbdaAndItsSumsAndCountsHold() {
        MpTable.write(ram, 0x806f2, 0x0f8bfbff);
        long pointer = (long) u16(0x40e) << 4;
        assertEquals(0x9fc00, pointer);
        assertEquals("_MP_", text(pointer, 4));
        assertEquals(0, sum(pointer, 16));
        long table = ram.get(ValueLayout.JAVA_INT_UNALIGNED, pointer + 4);
        assertEquals("PCMP", text(table, 4));
        int length = u16(table + 4);
        assertEquals(0, sum(table, length));
        assertTrue(table + length <= 0xa0000, "behind base memory");

        Map<Integer, Integer> counts = new HashMap<>();
        long at = table + 44;
        while (at < table + length) {
            int type = u8(at);
            counts.merge(type, 1, Integer::sum);
            at += type == 0 ? 20 : 8;
        }
        assertEquals(table + length, at);
        assertEquals(u16(table + 34), counts.values().stream().mapToInt(Integer::intValue).sum());
        assertEquals(Map.of(0, 1, 1, 2, 2, 1, 3, 15 + 32, 4, 2), counts);
    }

    @Test
    void linesLeadToTheirPins() {
        MpTable.write(ram, 0, 0);
        long at = 0x9fc10 + 44 + 20 + 3 * 8; // behind processor, buses, IOAPIC
        Map<Integer, Integer> pins = new HashMap<>();
        for (; u8(at) == 3; at += 8) {
            pins.put(u8(at + 4) << 8 | u8(at + 5), u8(at + 7));
            assertEquals(1, u8(at + 6), "the IOAPIC's id");
        }
        assertEquals(4, pins.get(1 << 8 | 4)); // ISA 4: the console
        assertEquals(3, pins.get(1 << 8 | 3));
        assertEquals(17, pins.get(1 << 2)); // 00:01.0, INTA
        assertEquals(18, pins.get(2 << 2));
        assertEquals(16, pins.get(8 << 2));
        assertEquals(18, MpTable.pciPin(2));
    }
}

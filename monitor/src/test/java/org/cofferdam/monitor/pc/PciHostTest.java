package org.cofferdam.monitor.pc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The bus as Linux probes it, and which function gets an address. */
class PciHostTest {
    private static final int COMMAND = ConfigSpace.COMMAND;
    private static final int BAR0 = ConfigSpace.FIRST_BAR;
    private static final int BAR1 = ConfigSpace.FIRST_BAR + 4;

    private final SmallPc pc = new SmallPc();
    private final List<String> heard = new ArrayList<>();
    private final Card card = new Card("card", 0xd000_0000L);

    /** A card with 64 KiB of memory and 32 ports, which answers with where it was asked. */
    private final class Card extends PciFunction {
        Card(String name, long address) {
            this(name, 0x10000, address);
        }

        Card(String name, int size, long address) {
            super(
                    name,
                    0x8086,
                    0x10d3,
                    0,
                    0x020000,
                    List.of(
                            new Bar(0, BarKind.MEMORY32, size, address),
                            new Bar(1, BarKind.IO, 32, 0xc100)));
        }

        @Override
        protected long readBar(int bar, long offset, int size) {
            return bar << 24 | offset;
        }

        @Override
        protected void writeBar(int bar, long offset, int size, long value) {
            heard.add("%s %d %x=%x".formatted(name(), bar, offset, value));
        }

        @Override
        protected void decodingChanged(int bar, long address, boolean enabled) {
            heard.add("%s %d %x %s".formatted(name(), bar, address, enabled ? "on" : "off"));
        }
    }

    /** pci_check_type1 and pci_sanity_check of Linux, then a scan. */
    @Test
    void linuxFindsMechanismOneAndTheFunctions() {
        pc.bus.write(0xcfb, 1, 1);
        pc.bus.write(0xcf8, 4, 0x8000_0000);
        assertEquals(0x8000_0000, pc.bus.read(0xcf8, 4));
        assertEquals(0x8086, pc.config(0, 0, 2));
        assertEquals(0x1237, pc.config(0, 2, 2));
        assertEquals(0x0600, pc.config(0, 0x0a, 2));
        assertEquals(0x10411af4, pc.config(1, 0, 4));
        assertEquals(0, pc.config(1, 0x0e, 1) & 0x80, "one function");
        for (int device = 2; device < 32; device++) {
            assertEquals(-1, pc.config(device, 0, 4));
        }
        pc.bus.write(0xcf8, 4, 0x8001_0000);
        assertEquals(-1, pc.bus.read(0xcfc, 4), "no other bus");
        pc.bus.write(0xcf8, 4, 0x8000_0900);
        assertEquals(-1, pc.bus.read(0xcfc, 4), "no other function");
        pc.bus.write(0xcf8, 4, 0x0000_0800);
        assertEquals(-1, pc.bus.read(0xcfc, 4), "not without the enable bit");
        assertEquals(0xffff, pc.bus.read(0xcff, 2));
    }

    @Test
    void sizingTellsTheSizeAndChangesNothing() {
        pc.host.add(2, card);
        assertEquals(List.of(), heard, "nothing is decoded before it is commanded");
        pc.setConfig(2, COMMAND, 2, 3);
        assertEquals(List.of("card 0 d0000000 on", "card 1 c100 on"), heard);
        heard.clear();
        assertEquals(0xffff_0000, pc.sizeBar(2, 0));
        assertEquals(0xffff_ffe1, pc.sizeBar(2, 1));
        assertEquals(0, pc.sizeBar(2, 2), "no third one");
        assertEquals(0xd000_0000, pc.config(2, BAR0, 4));
        assertEquals(3, pc.config(2, COMMAND, 2));
        assertEquals(List.of(), heard);
        assertEquals(0x1234, pc.host.readMemory(0xd000_1234L, 4));
        assertEquals(1 << 24 | 6, pc.bus.read(0xc106, 4));
    }

    @Test
    void aMovedRangeIsToldOnceItIsDecodedAgain() {
        pc.host.add(2, card);
        pc.setConfig(2, COMMAND, 2, 2);
        heard.clear();
        pc.setConfig(2, COMMAND, 2, 0);
        pc.setConfig(2, BAR0, 4, 0xd123_0000);
        assertEquals(0xffff_ffffL, pc.host.readMemory(0xd000_0000L, 4));
        assertFalse(pc.host.decodesMemory(0xd123_0000L, 4));
        assertEquals(List.of(), heard);
        pc.setConfig(2, COMMAND, 2, 2);
        assertEquals(List.of("card 0 d1230000 on"), heard);
        assertTrue(pc.host.decodesMemory(0xd123_fffcL, 4));
        assertFalse(pc.host.decodesMemory(0xd123_fffdL, 4), "an access across the end");
        assertTrue(pc.host.writeMemory(0xd123_0010L, 2, 0x12345));
        assertEquals("card 0 10=2345", heard.getLast());
    }

    @Test
    void nothingIsDecodedOutsideTheWindows() {
        pc.host.add(2, card);
        pc.setConfig(2, COMMAND, 2, 3);
        for (int at : new int[] {0, 0x0010_0000, 0xbfff_0000, 0xfec0_0000, 0xfee0_0000, ~0}) {
            heard.clear();
            pc.setConfig(2, BAR0, 4, 0xfebf_0000);
            assertTrue(pc.host.decodesMemory(0xfebf_fff8L, 8));
            pc.setConfig(2, BAR0, 4, at);
            assertEquals(List.of("card 0 febf0000 on", "card 0 febf0000 off"), heard);
            assertFalse(pc.host.writeMemory(at & 0xffff_0000L, 4, 0));
        }
        heard.clear();
        pc.setConfig(2, BAR1, 4, 0x3f8);
        assertEquals(List.of("card 1 c100 off"), heard, "the console stays where it is");
        pc.setConfig(2, BAR1, 4, 0xffe0);
        assertEquals(1 << 24 | 0x1f, pc.bus.read(0xffff, 1) | 1 << 24);
        pc.setConfig(2, BAR1, 4, 0x1_c100);
        assertEquals(0xff, pc.bus.read(0xc100, 1), "there are 64 Ki ports");
    }

    @Test
    void aRangeThatReachesOutOfTheWindowIsNotDecoded() {
        pc.host.add(2, new Card("large", 1 << 24, 0xfe00_0000L));
        pc.setConfig(2, COMMAND, 2, 2);
        assertEquals(List.of(), heard, "the interrupt controllers lie within it");
        assertFalse(pc.host.decodesMemory(0xfe00_0000L, 4));
        pc.setConfig(2, BAR0, 4, 0xfd00_0000);
        assertEquals(List.of("large 0 fd000000 on"), heard);
    }

    @Test
    void whoCameFirstKeepsARange() {
        Card other = new Card("other", 0xd100_0000L);
        pc.host.add(2, card);
        pc.host.add(3, other);
        pc.setConfig(2, COMMAND, 2, 2);
        pc.setConfig(3, COMMAND, 2, 2);
        heard.clear();
        pc.setConfig(3, BAR0, 4, 0xd000_0000);
        assertEquals(List.of("other 0 d1000000 off"), heard);
        pc.host.writeMemory(0xd000_0000L, 1, 1);
        assertEquals("card 0 0=1", heard.getLast());
        heard.clear();
        // The first leaves: the second gets the range, and not before the first was told.
        pc.setConfig(2, COMMAND, 2, 0);
        assertEquals(List.of("card 0 d0000000 off", "other 0 d0000000 on"), heard);
        heard.clear();
        pc.setConfig(2, COMMAND, 2, 2);
        assertEquals(List.of(), heard, "and keeps it now");
        pc.setConfig(3, BAR0, 4, 0xd200_0000);
        assertEquals(
                List.of("other 0 d0000000 off", "card 0 d0000000 on", "other 0 d2000000 on"),
                heard);
    }

    @Test
    void bothWaysToResetAreHeard() {
        pc.bus.write(0xcf9, 1, 0x02);
        assertEquals(0, pc.resets);
        assertEquals(2, pc.bus.read(0xcf9, 1));
        pc.bus.write(0xcf9, 1, 0x06);
        assertEquals(1, pc.resets);
        pc.bus.write(0xcf9, 1, 0x0e);
        assertEquals(2, pc.resets);
        assertEquals(1, pc.bus.read(0x64, 1));
        pc.bus.write(0x64, 1, 0xfe);
        assertEquals(3, pc.resets);
        pc.bus.write(0x60, 1, 0xfe);
        pc.bus.write(0x64, 1, 0xd1);
        assertEquals(3, pc.resets);
    }

    @Test
    void unclaimedPortsAreCountedAndTold() {
        assertEquals(0xff, pc.bus.read(0x3e8, 1));
        pc.bus.write(0xffff, 4, 1);
        pc.bus.write(0x80, 1, 1);
        assertEquals(0xff, pc.bus.read(0x87, 1));
        assertEquals(2, pc.bus.refused());
        pc.bus.read(0xc000, 4);
        assertEquals(1, pc.host.refused());
        assertEquals(List.of("port 3e8", "port ffff", "port c000"), pc.refusals);
        PortDevice device = new CmosClock(() -> 0);
        assertThrows(IllegalArgumentException.class, () -> pc.bus.add(0x3ff, 2, device));
        assertThrows(IllegalArgumentException.class, () -> pc.bus.add(0xfff0, 17, device));
    }
}

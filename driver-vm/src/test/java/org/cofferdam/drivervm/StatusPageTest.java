package org.cofferdam.drivervm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a domain says is read as what it is: anything. */
class StatusPageTest {

    private static final long PAGE = DomainLayout.STATUS_PAGE.value();

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment domain = arena.allocate(DomainLayout.MEMORY_BYTES, 4096);

    @AfterEach
    void free() {
        arena.close();
    }

    private void macs(String octets) {
        byte[] mac = HexFormat.of().parseHex(octets);
        MemorySegment.copy(mac, 0, domain, ValueLayout.JAVA_BYTE, PAGE + 8, 6);
    }

    @Test
    void aStateThatIsNoneIsUnknown() {
        domain.set(ValueLayout.JAVA_INT, PAGE, 0x8000_0001);
        assertEquals(StatusPage.State.UNKNOWN, StatusPage.read(domain).state());
    }

    @Test
    void onlyAStationsMacIsUsable() {
        macs("525400123456");
        assertTrue(StatusPage.read(domain).hasStationMac());
        assertEquals(0x525400123456L, StatusPage.read(domain).mac());
        assertArrayEquals(
                new byte[] {0x52, 0x54, 0, 0x12, 0x34, 0x56}, StatusPage.read(domain).macOctets());
        macs("000000000000");
        assertFalse(StatusPage.read(domain).hasStationMac());
        macs("33333300ff01");
        assertFalse(StatusPage.read(domain).hasStationMac());
        macs("ffffffffffff");
        assertFalse(StatusPage.read(domain).hasStationMac());
    }

    @Test
    void aPanicTextWithoutEndIsCutAndCannotDriveATerminal() {
        domain.asSlice(PAGE, 4096).fill((byte) 0x1b);
        String text = StatusPage.panicText(domain);
        assertEquals("?".repeat(255), text);

        byte[] words = "bye\0hidden".getBytes(StandardCharsets.US_ASCII);
        MemorySegment.copy(words, 0, domain, ValueLayout.JAVA_BYTE, PAGE + 0x100, words.length);
        assertEquals("bye", StatusPage.panicText(domain));
    }

    @Test
    void onlyAlignedWordsAtKnownOffsetsAreDoorbells() {
        for (Doorbell bell : Doorbell.values()) {
            assertEquals(bell, Doorbell.of(bell.offset(), 4));
            assertNull(Doorbell.of(bell.offset(), 8));
            assertNull(Doorbell.of(bell.offset() + 1L, 4));
        }
        assertNull(Doorbell.of(0x18, 4));
        assertNull(Doorbell.of(-4, 4));
        assertNull(Doorbell.of(Long.MIN_VALUE, 4));
    }
}

package org.cofferdam.monitor.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MacAddressTest {
    @Test
    void textAndBitsAreOneAddress() {
        MacAddress address = MacAddress.parse("52:54:00:12:34:56");
        assertEquals(0x525400123456L, address.bits());
        assertEquals(address, MacAddress.parse("52-54-00-12-34-56"));
        assertEquals("52:54:00:12:34:56", address.toString());
    }

    @Test
    void aCardMaySayTheAddressOfAStation() {
        assertEquals(
                Optional.of(MacAddress.parse("52:54:00:12:34:56")),
                MacAddress.station(0x525400123456L));
        assertEquals(
                Optional.of(MacAddress.parse("fe:ff:ff:ff:ff:ff")),
                MacAddress.station(0xfeff_ffff_ffffL));
    }

    /** Nothing, what registers of a card that is gone read, multicast, and more bits than there are. */
    @ParameterizedTest
    @ValueSource(longs = {0, 0xffff_ffff_ffffL, -1, 0x0100_5e00_0001L, 0x1_5254_0012_3456L})
    void whatIsNoStationsAddressIsNone(long bits) {
        assertEquals(Optional.empty(), MacAddress.station(bits));
        assertThrows(IllegalArgumentException.class, () -> new MacAddress(bits));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "52:54:00:12:34",
                "52:54:00:12:34:56:78",
                "52:54:00:12:34:5g",
                "525400123456",
                "00:00:00:00:00:00",
                "01:00:5e:00:00:01"
            })
    void textThatIsNoStationsAddressIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> MacAddress.parse(text));
    }
}

package org.cofferdam.audit.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.read.CrossingMaker;
import org.junit.jupiter.api.Test;

class LogStatisticsTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void crossingsPacketsBytesAndDropsAreCounted() {
        LogStatistics sums = new LogStatistics();
        sums.add(CrossingMaker.burst(CrossingType.BURST_IN, 0, 3, 0, 0, 2));
        sums.add(CrossingMaker.burst(CrossingType.BURST_OUT, 10 * SECOND, 3, 0, 6));
        sums.add(
                CrossingMaker.plain(
                        CrossingType.DOORBELL.code(), 17, SECOND, 2 * SECOND, "", 4, 1));
        sums.add(
                CrossingMaker.plain(
                        CrossingType.GUEST_CALL_REFUSED.code(), 1, 5, 5, "", 3, 1, 1, 1, 1));
        String json = sums.json();
        assertTrue(json.contains("\"records\":4,\"crossings\":20,"), json);
        assertTrue(json.contains("\"packets\":5,\"packetsPerSecond\":0.5,\"bytes\":300"), json);
        assertTrue(json.contains("\"drops\":{\"drop_no_room\":1,\"drop_spoofed_mac\":1}"), json);
        assertTrue(json.contains("\"DOORBELL\":17"), json);
        assertTrue(
                json.contains(
                        "{\"port\":3,\"name\":\"\",\"crossings\":3,\"packetsIn\":2,\"bytesIn\":120,"
                                + "\"packetsOut\":3,\"bytesOut\":180,\"dropped\":2,\"refusals\":1}"),
                json);
        assertTrue(sums.text().contains("packets"), sums.text());
    }

    @Test
    void namesWithoutEndAreBoundedAndNothingIsLostInTheSum() {
        LogStatistics sums = new LogStatistics();
        for (int i = 0; i < 20_000; i++) {
            sums.add(CrossingMaker.plain(0x1000 + i, 1, 0, 0, "", 0));
        }
        String text = sums.text();
        assertTrue(text.contains("(others)"), "the rest is counted together");
        assertTrue(text.contains("records            20,000"), text.substring(0, 200));
        assertFalse(text.contains("TYPE_0x5000"), "told apart although it came late");
    }

    @Test
    void anEmptyLogIsSaidToBeEmpty() {
        assertEquals("no crossings\n", new LogStatistics().text());
    }
}

package org.cofferdam.audit.kafka.ship;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.cofferdam.audit.format.BlockHash;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StateDirectoryTest {
    @TempDir Path folder = Path.of("");

    @Test
    void thePositionIsFiveLinesAndIsReplacedAsAWhole() throws IOException {
        LogIdentity log = new LogIdentity("host", 0x0102030405060708L, 0x1112131415161718L);
        try (StateDirectory state = StateDirectory.claim(folder.resolve("a/b"))) {
            assertEquals(Optional.empty(), StateDirectory.readShipped(folder.resolve("a/b")));
            state.shipped(log, 7, BlockHash.NONE, Instant.EPOCH);
            state.shipped(log, 8, new BlockHash(1, 0, 0, 0), Instant.EPOCH.plusSeconds(1));
            assertEquals(
                    """
                    cofferdam-shipped 1
                    log 08070605040302011817161514131211
                    block 8
                    hash 0100000000000000000000000000000000000000000000000000000000000000
                    time 1970-01-01T00:00:01Z
                    """,
                    StateDirectory.readShipped(folder.resolve("a/b")).orElseThrow());
        }
    }

    @Test
    void oneFolderHasOneShipper() throws IOException {
        try (StateDirectory first = StateDirectory.claim(folder)) {
            first.counters("");
            ShippingException e =
                    assertThrows(ShippingException.class, () -> StateDirectory.claim(folder));
            assertEquals(ShippingException.End.REFUSED, e.end());
            assertTrue(String.valueOf(e.getMessage()).contains("--state-dir"));
        }
        try (StateDirectory again = StateDirectory.claim(folder)) {
            again.counters("");
        }
    }
}

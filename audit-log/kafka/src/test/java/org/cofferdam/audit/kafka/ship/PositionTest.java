package org.cofferdam.audit.kafka.ship;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.cofferdam.audit.format.BlockHash;
import org.junit.jupiter.api.Test;

final class PositionTest {
    private static final String SESSION = "00ff00ff00ff00ff";

    @Test
    void whatWasCommittedReadsBackTheSame() {
        Position p =
                new Position(3, 1L << 40, new BlockHash(1, -2, Long.MIN_VALUE, 4), 12_345, SESSION);
        assertEquals(Optional.of(p), Position.decode(3, p.encode()));
        assertEquals(
                Optional.of(Position.start(0, SESSION)),
                Position.decode(0, Position.start(0, SESSION).encode()));
    }

    @Test
    void whatNoShipperCommittedIsNoPosition() {
        String hash = "0".repeat(64);
        for (String metadata :
                List.of(
                        "",
                        "2 session=" + SESSION + " hash=" + hash + " open=0",
                        "1 session=" + SESSION + " hash=" + hash + " open=8",
                        "1 session=" + SESSION + " hash=" + hash + " open=-1",
                        "1 session=xx hash=" + hash + " open=0",
                        "1 session=" + SESSION + " hash=0 open=0",
                        "1 session=" + SESSION + " hash=" + hash + " open=0 more")) {
            assertEquals(
                    Optional.empty(),
                    Position.decode(0, new OffsetAndMetadata(7, metadata)),
                    metadata);
        }
    }
}

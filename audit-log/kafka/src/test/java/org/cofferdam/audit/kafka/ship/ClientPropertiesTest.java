package org.cofferdam.audit.kafka.ship;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ClientPropertiesTest {
    @TempDir Path folder = Path.of("");

    @Test
    void whatThePromisesRestOnCannotBeGiven() {
        for (String name :
                List.of("acks", "enable.idempotence", "transactional.id", "isolation.level")) {
            ShippingException e =
                    assertThrows(
                            ShippingException.class,
                            () -> new ClientProperties("a:1", Map.of(name, "x")));
            assertTrue(String.valueOf(e.getMessage()).contains(name));
            assertEquals(ShippingException.End.USAGE, e.end());
        }
    }

    @Test
    void eachClientGetsWhatItKnowsOfTheOperatorsFile() throws IOException {
        Path file = folder.resolve("kafka.properties");
        Files.writeString(
                file,
                """
                # TLS and a password
                security.protocol=SASL_SSL
                sasl.mechanism=SCRAM-SHA-512
                compression.type=zstd
                max.poll.records=7
                """);
        ClientProperties p = new ClientProperties("a:1", ClientProperties.read(file));
        assertEquals("SASL_SSL", p.producer("x").get("security.protocol"));
        assertEquals("SASL_SSL", p.admin().get("security.protocol"));
        assertEquals("zstd", p.producer("x").get("compression.type"));
        assertFalse(p.producer("x").containsKey("max.poll.records"));
        assertEquals("7", p.consumer().get("max.poll.records"));
        assertFalse(p.consumer().containsKey("compression.type"));
        assertEquals("all", p.producer("x").get("acks"));
        assertEquals("read_committed", p.consumer().get("isolation.level"));
    }

    @Test
    void aFileThatIsNotThereIsSaidInOneSentence() {
        ShippingException e =
                assertThrows(
                        ShippingException.class,
                        () -> ClientProperties.read(folder.resolve("none")));
        assertEquals(1, String.valueOf(e.getMessage()).lines().count());
    }
}

package org.cofferdam.audit.kafka.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.cofferdam.audit.AuditLogException;
import org.cofferdam.audit.read.BlockFeedProvider;
import org.junit.jupiter.api.Test;

final class KafkaPlaceTest {
    @Test
    void anAddressHasBrokersATopicAndAHost() {
        assertEquals(
                new KafkaPlace("a:9092", "cofferdam.audit.blocks", Optional.empty()),
                KafkaPlace.parse("kafka://a:9092"));
        assertEquals(
                new KafkaPlace("a.example:1,[::1]:2", "t_1", Optional.of("my host")),
                KafkaPlace.parse("kafka://a.example:1,[::1]:2/t_1?host=my%20host"));
    }

    @Test
    void whatIsNoAddressIsSaidInOneSentence() {
        for (String wrong :
                List.of(
                        "a:9092",
                        "kafka://",
                        "kafka://a",
                        "kafka://a:x",
                        "kafka://a:1,,b:2",
                        "kafka://a:1/b/c",
                        "kafka://a:1/t?x=y",
                        "kafka://a:1/t?host=%zz",
                        "kafka://a:1/t\u0000")) {
            AuditLogException e =
                    assertThrows(AuditLogException.class, () -> KafkaPlace.parse(wrong), wrong);
            assertEquals(1, String.valueOf(e.getMessage()).lines().count());
        }
    }

    @Test
    void readersFindItByItsScheme() {
        List<BlockFeedProvider> found =
                ServiceLoader.load(BlockFeedProvider.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .filter(p -> p.scheme().equals("kafka"))
                        .toList();
        assertEquals(1, found.size());
        assertInstanceOf(KafkaBlockFeedProvider.class, found.getFirst());
    }
}

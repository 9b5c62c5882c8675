package org.cofferdam.libos.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.function.Consumer;
import org.cofferdam.libos.frontend.BackEnd;
import org.cofferdam.libos.frontend.BackEndException;
import org.cofferdam.libos.ring.RingError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A back end that lies gets a guest nothing, and from it nothing but its card. */
final class HostileBackEndTest {
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private static void withCard(Consumer<QueuePair> test, HostileBackEnd backEnd)
            throws BackEndException {
        try (backEnd;
                QueuePair card = new QueuePair(NetFeatures.PLAIN)) {
            card.attach(BackEnd.connect(backEnd.start().socket(), PATIENCE));
            test.accept(card);
        }
    }

    @Test
    void aFrameOfWholeBuffersComes() throws BackEndException {
        HostileBackEnd backEnd = new HostileBackEnd();
        withCard(
                card -> {
                    assertEquals(1500, card.mtu());
                    backEnd.header(0, 2).returns(0, 2048).returns(1, 100).show();
                    assertEquals(2148, card.receive());
                    assertEquals(QueuePair.NONE, card.receive());
                    assertEquals(0, card.brokenFrames());
                },
                backEnd);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"no byte behind the header,12,1", "less than a header,3,1", "nothing,0,1"})
    void aFrameWithoutAByteIsCountedAndPassedOver(String what, int bytes, int buffers)
            throws BackEndException {
        HostileBackEnd backEnd = new HostileBackEnd();
        withCard(
                card -> {
                    backEnd.header(0, buffers).returns(0, bytes).show();
                    assertEquals(QueuePair.NONE, card.receive());
                    assertEquals(1, card.brokenFrames());
                    // The next one is whole.
                    backEnd.header(1, 1).returns(1, 80).show();
                    assertEquals(80, card.receive());
                },
                backEnd);
    }

    @ParameterizedTest
    @CsvSource({"2", "300", "65535"})
    void aFrameOfMoreBuffersThanCameIsCountedAndPassedOver(int buffers) throws BackEndException {
        HostileBackEnd backEnd = new HostileBackEnd();
        withCard(
                card -> {
                    backEnd.header(0, buffers).returns(0, 2048).show();
                    assertEquals(QueuePair.NONE, card.receive());
                    assertEquals(1, card.brokenFrames());
                },
                backEnd);
    }

    @Test
    void aFrameThatGrowsWithoutEndIsCutOff() throws BackEndException {
        HostileBackEnd backEnd = new HostileBackEnd();
        withCard(
                card -> {
                    for (int i = 0; i < 100; i++) {
                        backEnd.header(i, 100).returns(i, 2048);
                    }
                    backEnd.show();
                    while (card.receive() != QueuePair.NONE) {
                        // What is left of it is a frame or none, and within the memory.
                    }
                    assertTrue(card.brokenFrames() > 0);
                    assertEquals(RingError.NONE, card.error());
                },
                backEnd);
    }

    @ParameterizedTest
    @CsvSource({"256,100", "-1,100", "0,4000", "0,-1"})
    void aReturnThatIsNoneRefusesTheRing(int descriptor, int bytes) throws BackEndException {
        HostileBackEnd backEnd = new HostileBackEnd();
        withCard(
                card -> {
                    backEnd.returns(descriptor, bytes).show();
                    assertEquals(QueuePair.NONE, card.receive());
                    assertNotEquals(RingError.NONE, card.error());
                },
                backEnd);
    }

    @Test
    void anIndexThatRunsAheadRefusesTheRing() throws BackEndException {
        HostileBackEnd backEnd = new HostileBackEnd();
        withCard(
                card -> {
                    backEnd.shows(5000);
                    assertEquals(QueuePair.NONE, card.receive());
                    assertEquals(RingError.USED_INDEX_JUMP, card.error());
                },
                backEnd);
    }

    private static void isRefused(HostileBackEnd backEnd, String why) {
        BackEndException e =
                assertThrows(BackEndException.class, () -> withCard(card -> {}, backEnd));
        assertTrue(String.valueOf(e.getMessage()).contains(why), e::toString);
    }

    private static byte[] answer(int... words) {
        byte[] bytes = new byte[4 * words.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (words[i / 4] >>> (8 * (i % 4)));
        }
        return bytes;
    }

    @Test
    void whoDoesNotAnswerIsGivenUp() {
        isRefused(new HostileBackEnd().answers(1), "does not answer");
    }

    @Test
    void anAnswerToAnotherRequestIsNone() {
        isRefused(new HostileBackEnd().answers(1, answer(2, 5, 8, 0, 0)), "is none");
        isRefused(new HostileBackEnd().answers(1, answer(1, 1, 8, 0, 0)), "is none");
        isRefused(new HostileBackEnd().answers(1, answer(1, 5, -1, 0, 0)), "is none");
        isRefused(new HostileBackEnd().answers(1, answer(1, 5, 4, 0)), "is no number");
    }

    @Test
    void aBackEndWithoutWhatIsNeededIsRefused() {
        isRefused(new HostileBackEnd().answers(1, answer(1, 5, 8, 1 << 30, 0)), "older");
        isRefused(new HostileBackEnd().answers(5, answer(5, 5, 8, 1, 0)), "refuses");
        isRefused(new HostileBackEnd().answers(24, answer(24, 5, 0)), "no such configuration");
    }
}

package org.cofferdam.proxy.vhostuser;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cofferdam.proxy.fuzz.FuzzInput;
import org.cofferdam.proxy.vhostuser.message.MessageDecoder;
import org.cofferdam.proxy.vhostuser.message.MessageHeader;
import org.cofferdam.proxy.vhostuser.message.ProtocolFaultException;
import org.cofferdam.proxy.vhostuser.message.RequestCode;

/**
 * Any bytes as a message. An input is the number of descriptors in one byte, then header and payload as on the wire;
 * what is missing of the payload is 0.
 */
final class DecoderFuzzTest {
    private final MessageDecoder decoder = new MessageDecoder(4);

    @FuzzTest
    void nothingComesOfAMessageButAFaultOrWhatItMaySay(byte[] input) {
        FuzzInput in = new FuzzInput(input);
        int descriptors = in.u8();
        byte[] message = in.rest(MessageHeader.BYTES + RequestCode.MOST_BYTES);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(MessageHeader.BYTES + RequestCode.MOST_BYTES, 8);
            MemorySegment.copy(message, 0, buffer, ValueLayout.JAVA_BYTE, 0, message.length);
            MessageHeader header = MessageHeader.decode(buffer, 0);
            MemorySegment payload = buffer.asSlice(MessageHeader.BYTES, header.size());
            MessageFuzzTest.check(decoder.decode(header, payload, descriptors));
        } catch (ProtocolFaultException e) {
            // What a wrong message is for.
        }
    }
}

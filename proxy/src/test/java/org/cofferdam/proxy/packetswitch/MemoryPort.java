package org.cofferdam.proxy.packetswitch;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.cofferdam.proxy.frame.NetHeader;
import org.cofferdam.proxy.frame.TestFrame;

/** A port whose peer is the test: frames to send are queued, frames received are kept. */
public final class MemoryPort implements Port {
    private final Deque<byte[]> toSend = new ArrayDeque<>();
    private final List<byte[]> received = new ArrayList<>();
    private ReceiveGate gate = ReceiveGate.OPEN;
    private int room = Integer.MAX_VALUE;

    /** The peer sends a frame that asks for no offload. */
    public MemoryPort sends(TestFrame frame) {
        return sends(frame, MemorySegment.ofArray(new byte[NetHeader.BYTES]));
    }

    /** The peer sends a frame with a virtio-net header. */
    public MemoryPort sends(TestFrame frame, MemorySegment header) {
        byte[] bytes = new byte[NetHeader.BYTES + frame.length()];
        MemorySegment memory = MemorySegment.ofArray(bytes);
        MemorySegment.copy(header, 0, memory, 0, NetHeader.BYTES);
        frame.write(memory, NetHeader.BYTES);
        return sends(bytes);
    }

    /** The peer sends header and frame as they are. */
    public MemoryPort sends(byte[] headerAndFrame) {
        toSend.add(headerAndFrame);
        return this;
    }

    /** What the peer got so far, each with its header; forgotten after the call. */
    public List<byte[]> received() {
        List<byte[]> all = List.copyOf(received);
        received.clear();
        return all;
    }

    public int waiting() {
        return toSend.size();
    }

    public void setGate(ReceiveGate value) {
        gate = value;
    }

    /** The peer has room for so many more frames. */
    public void setRoom(int frames) {
        room = frames;
    }

    @Override
    public void receive(Burst burst, ReceiveGate admission) {
        while (burst.hasRoom() && !toSend.isEmpty() && admission.admits()) {
            byte[] next = toSend.remove();
            MemorySegment.copy(
                    MemorySegment.ofArray(next), 0, burst.memory(), burst.next(), next.length);
            admission.reserve(next.length - NetHeader.BYTES);
            burst.add(next.length - NetHeader.BYTES);
        }
    }

    @Override
    public void send(Burst burst, Selection selection) {
        for (int i = 0; i < selection.count(); i++) {
            if (room == 0) {
                selection.refuse(i, Verdict.DROP_NO_ROOM);
                continue;
            }
            room--;
            int frame = selection.frame(i);
            received.add(
                    TestFrame.bytes(
                            burst.memory(),
                            burst.header(frame),
                            NetHeader.BYTES + burst.length(frame)));
        }
    }

    @Override
    public void flush(long now) {}

    @Override
    public ReceiveGate gate() {
        return gate;
    }
}

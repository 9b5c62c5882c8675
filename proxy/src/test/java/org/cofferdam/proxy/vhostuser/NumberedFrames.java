package org.cofferdam.proxy.vhostuser;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicLong;
import org.cofferdam.proxy.frame.Ethernet;
import org.cofferdam.proxy.frame.InternetChecksum;
import org.cofferdam.proxy.frame.Mac;
import org.cofferdam.proxy.frame.NetHeader;
import org.cofferdam.proxy.packetswitch.Burst;
import org.cofferdam.proxy.packetswitch.Port;
import org.cofferdam.proxy.packetswitch.ReceiveGate;
import org.cofferdam.proxy.packetswitch.Selection;

/**
 * A port that sends numbered frames to a guest that returns them, and checks each that comes back: none lost, none
 * twice, none changed. Only so many are under way at a time, so that nothing is lost for want of room.
 *
 * <pre>
 *  Ethernet header | u64 number | u16 checksum of what follows | bytes that are a function of number and place
 * </pre>
 */
final class NumberedFrames implements Port {
    private static final int WINDOW = 128;
    private static final int TYPE = Ethernet.TYPE_IPV4;
    private static final int NUMBER = Ethernet.HEADER_BYTES;
    private static final int CHECKSUM = NUMBER + 8;
    private static final int BODY = CHECKSUM + 2;
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED;

    private final Mac from;
    private final Mac to;
    private final int smallest;
    private final int largest;
    private final AtomicLong returned = new AtomicLong();
    private final AtomicLong wrong = new AtomicLong();
    private final BitSet under = new BitSet();
    private boolean sending;
    private long next;
    private long nanosPerFrame;
    private long due;

    NumberedFrames(Mac from, Mac to, int smallest, int largest) {
        this.from = from;
        this.to = to;
        this.smallest = smallest;
        this.largest = largest;
    }

    /** On the switch's thread. Frames under way when the guest left are gone: a new start forgets them. */
    void sending(boolean value) {
        sending = value;
        due = System.nanoTime();
        if (value) {
            under.clear();
        }
    }

    /** From now on so many a second at most; on the switch's thread. */
    void pace(long framesPerSecond) {
        nanosPerFrame = 1_000_000_000L / framesPerSecond;
    }

    private boolean isDue() {
        if (nanosPerFrame == 0) {
            return true;
        }
        if (System.nanoTime() - due < 0) {
            return false;
        }
        due += nanosPerFrame;
        return true;
    }

    /** Frames that came back as they were. */
    long returned() {
        return returned.get();
    }

    /** Frames that came back changed, twice, or never sent. */
    long wrong() {
        return wrong.get();
    }

    /** Frames that have not come back yet; on the switch's thread. */
    int underWay() {
        return under.cardinality();
    }

    @Override
    public void receive(Burst burst, ReceiveGate gate) {
        while (sending
                && under.cardinality() < WINDOW
                && burst.hasRoom()
                && gate.admits()
                && isDue()) {
            int slot = under.nextClearBit(0);
            int bytes = smallest + (int) (next % (largest - smallest + 1));
            long number = next++ * WINDOW + slot;
            MemorySegment memory = burst.memory();
            NetHeader.clear(memory, burst.next());
            long frame = burst.next() + NetHeader.BYTES;
            Ethernet.write(memory, frame, to.value(), from.value(), TYPE);
            memory.set(U64, frame + NUMBER, number);
            for (int i = BODY; i < bytes; i++) {
                memory.set(ValueLayout.JAVA_BYTE, frame + i, (byte) (number * 31 + i));
            }
            memory.set(U16, frame + CHECKSUM, checksum(memory, frame, bytes));
            under.set(slot);
            gate.reserve(bytes);
            burst.add(bytes);
        }
    }

    private static short checksum(MemorySegment memory, long frame, int bytes) {
        return (short)
                InternetChecksum.finish(InternetChecksum.sum(memory, frame + BODY, bytes - BODY));
    }

    @Override
    public void send(Burst burst, Selection selection) {
        for (int i = 0; i < selection.count(); i++) {
            int index = selection.frame(i);
            long frame = burst.frame(index);
            long number = burst.memory().get(U64, frame + NUMBER);
            int slot = (int) Math.floorMod(number, (long) WINDOW);
            int bytes = burst.length(index);
            long nth = number / WINDOW;
            boolean right =
                    under.get(slot)
                            && bytes == smallest + (int) (nth % (largest - smallest + 1))
                            && burst.memory().get(U16, frame + CHECKSUM)
                                    == checksum(burst.memory(), frame, bytes);
            under.clear(slot);
            (right ? returned : wrong).incrementAndGet();
        }
    }

    @Override
    public void flush(long now) {}
}

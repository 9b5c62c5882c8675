package org.cofferdam.monitor.card;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.net.NetDevice;
import org.cofferdam.binding.net.PacketSocket;
import org.cofferdam.proxy.frame.InternetChecksum;
import org.cofferdam.proxy.frame.NetHeader;
import org.cofferdam.proxy.frame.Segmenter;

/**
 * A host interface as the card's cable (AF_PACKET).
 *
 * <p>The host's stack hands over frames that no cable carries: with a checksum still to be made, or larger
 * than the MTU, to be segmented. Both are done here, so that the card sees what would have come over a real
 * cable. Frames to send go out as they are, with an empty header. An interface that is removed is a cable
 * cut for good: no carrier, nothing heard. The card's thread; allocation-free but for {@link #hasCarrier}.
 */
public final class PacketWire implements WirePort {
    /** Frames of one system call. */
    private static final int BATCH = 64;

    /** Room for the largest frame that the host's stack makes, and what the card may append. */
    private static final int SLOT_BYTES = 68 << 10;

    private static final int HEADER = PacketSocket.HEADER_BYTES;
    private static final int ETHERNET_HEADER = 14;
    private static final int LARGEST_SEGMENT = 16 << 10;

    private final String interfaceName;
    private final PacketSocket socket;
    private final MemorySegment slots;
    private final MemorySegment sendSlots;
    private final int sendBytes;
    private final Segmenter segmenter = new Segmenter();
    private final MemorySegment segment = Arena.ofAuto().allocate(LARGEST_SEGMENT + TAIL_ROOM, 64);

    // Received slots [next, received) are still to be looked at.
    private int received;
    private int next;
    private int segmentsLeft;
    private boolean current;
    private MemorySegment frameMemory;
    private long frameOffset;
    private int frameLength;
    private long unusable;

    // Sent slots [flushed, committed) wait for the kernel.
    private int committed;
    private int flushed;

    // The interface is gone: a cable cut for good.
    private boolean cut;

    private PacketWire(String interfaceName, PacketSocket socket) {
        this.interfaceName = interfaceName;
        this.socket = socket;
        this.slots = socket.slots();
        this.sendSlots = socket.sendSlots();
        this.frameMemory = slots;
        this.sendBytes = SLOT_BYTES - HEADER;
    }

    /**
     * Takes an interface of this network namespace as the cable.
     *
     * @throws NativeCallException if there is no such interface, or no permission
     */
    public static PacketWire open(String interfaceName) {
        return new PacketWire(interfaceName, PacketSocket.open(interfaceName, BATCH, SLOT_BYTES));
    }

    @Override
    public int fd() {
        return socket.fd();
    }

    @Override
    public boolean peek(int most) {
        while (!current) {
            if (segmentsLeft > 0) {
                cutSegment();
            } else if (next < received) {
                takeSlot(next++);
            } else {
                received = receive(most);
                next = 0;
                if (received == 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private int receive(int most) {
        if (cut) {
            return 0;
        }
        try {
            return socket.receive(most);
        } catch (NativeCallException e) {
            cut = true;
            return 0;
        }
    }

    private void takeSlot(int slot) {
        long header = socket.slotOffset(slot);
        int length = socket.length(slot) - HEADER;
        // The kernel cuts a frame that is longer than a slot to it; the tail room is then gone.
        if (length < ETHERNET_HEADER || length > SLOT_BYTES - HEADER - TAIL_ROOM) {
            unusable++;
            return;
        }
        long frame = header + HEADER;
        int gso = NetHeader.gsoType(slots, header);
        if (gso != NetHeader.GSO_NONE) {
            int size = NetHeader.gsoSize(slots, header);
            if (!segmenter.begin(slots, frame, length, gso, size)
                    || segmenter.largest() > LARGEST_SEGMENT) {
                unusable++;
                return;
            }
            segmentsLeft = segmenter.segments();
            return;
        }
        if ((NetHeader.flags(slots, header) & NetHeader.NEEDS_CSUM) != 0) {
            int start = NetHeader.checksumStart(slots, header);
            int field = NetHeader.checksumOffset(slots, header);
            // Two numbers of 16 bits: no overflow.
            if (start + field + 2 > length) {
                unusable++;
                return;
            }
            InternetChecksum.complete(slots, frame, length, start, field);
        }
        frameMemory = slots;
        frameOffset = frame;
        frameLength = length;
        current = true;
    }

    private void cutSegment() {
        frameMemory = segment;
        frameOffset = 0;
        frameLength = segmenter.write(segmenter.segments() - segmentsLeft, segment, 0);
        segmentsLeft--;
        current = true;
    }

    @Override
    public MemorySegment frameMemory() {
        return frameMemory;
    }

    @Override
    public long frameOffset() {
        return frameOffset;
    }

    @Override
    public int frameLength() {
        return frameLength;
    }

    @Override
    public void consume() {
        current = false;
    }

    @Override
    public long reserve() {
        if (committed == BATCH) {
            flush();
            if (committed == BATCH) {
                return -1;
            }
        }
        return socket.sendSlotOffset(committed) + HEADER;
    }

    @Override
    public MemorySegment sendMemory() {
        return sendSlots;
    }

    @Override
    public int sendBytes() {
        return sendBytes;
    }

    @Override
    public void commit(int length) {
        // The header in front of the place was zero at first, and nobody writes there.
        socket.sendLength(committed, HEADER + length);
        committed++;
    }

    @Override
    public void flush() {
        if (flushed < committed) {
            flushed += send();
        }
        if (flushed == committed) {
            flushed = 0;
            committed = 0;
        }
    }

    private int send() {
        if (!cut) {
            try {
                return socket.send(flushed, committed);
            } catch (NativeCallException e) {
                cut = true;
            }
        }
        return committed - flushed; // into nothing, as from a card without its cable
    }

    @Override
    public boolean sendWaits() {
        return flushed < committed;
    }

    @Override
    public long drops() {
        return socket.drops();
    }

    /** Frames that the kernel handed over and that no cable could carry. */
    public long unusable() {
        return unusable;
    }

    @Override
    public boolean hasCarrier() {
        return !cut && NetDevice.hasCarrier(interfaceName);
    }

    @Override
    public void close() {
        socket.close();
    }
}

package org.cofferdam.proxy.hostport;

import java.lang.foreign.MemorySegment;
import org.cofferdam.binding.net.NetDevice;
import org.cofferdam.binding.net.Tap;
import org.cofferdam.proxy.frame.Ethernet;
import org.cofferdam.proxy.frame.FrameView;
import org.cofferdam.proxy.frame.Ipv4;
import org.cofferdam.proxy.frame.Mac;
import org.cofferdam.proxy.frame.NetHeader;
import org.cofferdam.proxy.frame.Tcp;
import org.cofferdam.proxy.packetswitch.Burst;
import org.cofferdam.proxy.packetswitch.Port;
import org.cofferdam.proxy.packetswitch.ReceiveGate;
import org.cofferdam.proxy.packetswitch.Selection;
import org.cofferdam.proxy.packetswitch.Verdict;

/**
 * The host's port: a tap interface with virtio-net headers, which the host sees as the card's network device.
 *
 * <p>Checksums and segmentation travel both ways in the headers. Each call of {@link #receive} reads one queue, and the
 * next call begins with the next, so no queue waits for a busier one. What the host's stack has no memory for is
 * refused, and so is everything while the interface is down.
 *
 * <p>The switch's thread calls everything here; frames are passed without allocation.
 */
public final class HostPort implements Port, AutoCloseable {
    /**
     * How many frames of the host wait in each of the tap's queues for the switch. A tap does not stop its sender when it
     * is full, as a card's driver does, but drops, so that this is what a pause of the switch or of the domain may take
     * at a given rate: 4,000 small frames a second for a second, which is also how long the uplink waits for a domain.
     */
    public static final int QUEUE_FRAMES = 4096;

    private final Tap tap;
    private final Coalescer coalescer;
    private final FrameView view = new FrameView();
    private int nextQueue;

    private final boolean largeDatagrams;

    private HostPort(Tap tap, boolean largeDatagrams) {
        this.tap = tap;
        this.largeDatagrams = largeDatagrams;
        this.coalescer = new Coalescer(this::write, largeDatagrams, Burst.DEFAULT_FRAMES);
    }

    /**
     * Makes the tap, sets its address and MTU and what the uplink can do for it, and brings it up without a carrier.
     *
     * @param name the interface's name, which must not exist
     * @param queues 1 to 16
     * @param mac the card's address
     * @param mtu bytes of IP packet that fit a frame
     * @throws org.cofferdam.binding.NativeCallException when the kernel refuses; nothing is left behind then
     */
    public static HostPort create(String name, int queues, Mac mac, int mtu) {
        Tap tap = Tap.create(name, queues);
        try {
            NetDevice.setMac(name, mac.bytes());
            NetDevice.setMtu(name, mtu);
            NetDevice.setQueueLength(name, QUEUE_FRAMES);
            boolean largeDatagrams = tap.knowsUdpSegmentation();
            tap.setOffloads(true, true, true);
            NetDevice.setUp(name, true);
            tap.setCarrier(false);
            return new HostPort(tap, largeDatagrams);
        } catch (RuntimeException e) {
            tap.close();
            throw e;
        }
    }

    /** The interface's name. */
    public String name() {
        return tap.name();
    }

    /**
     * Whether the host takes a frame of many UDP datagrams of one connection ({@link NetHeader#GSO_UDP}): Linux since 6.2.
     */
    public boolean takesLargeDatagrams() {
        return largeDatagrams;
    }

    /** How many queues, each with its descriptor. */
    public int queues() {
        return tap.queues();
    }

    /** A queue's descriptor: readable when the host has sent a frame. Owned by this port. */
    public int fd(int queue) {
        return tap.fd(queue);
    }

    /** The card has another address. */
    public void setMac(Mac mac) {
        NetDevice.setMac(tap.name(), mac.bytes());
    }

    /** The card takes longer or shorter frames. */
    public void setMtu(int mtu) {
        NetDevice.setMtu(tap.name(), mtu);
    }

    /** The card's link went up or down. */
    public void setCarrier(boolean up) {
        tap.setCarrier(up);
    }

    @Override
    public void receive(Burst burst, ReceiveGate gate) {
        int queues = tap.queues();
        for (int tried = 0; tried < queues && burst.count() == 0; tried++) {
            burst.setQueue(nextQueue);
            readQueue(nextQueue, burst, gate);
            nextQueue = nextQueue + 1 == queues ? 0 : nextQueue + 1;
        }
    }

    private void readQueue(int queue, Burst burst, ReceiveGate gate) {
        while (burst.hasRoom() && gate.admits()) {
            int bytes =
                    tap.read(
                            queue,
                            burst.memory(),
                            burst.next(),
                            NetHeader.BYTES + Ethernet.LARGEST_FRAME);
            if (bytes < 0) {
                return;
            }
            int frameBytes = bytes - NetHeader.BYTES;
            gate.reserve(Math.max(0, frameBytes));
            if (frameBytes < Ethernet.HEADER_BYTES) {
                burst.addRefused(Math.max(0, frameBytes), Verdict.DROP_MALFORMED);
            } else {
                burst.add(frameBytes);
            }
        }
    }

    @Override
    public void send(Burst burst, Selection selection) {
        coalescer.send(burst, selection);
    }

    private Verdict write(MemorySegment memory, long header, int frameBytes) {
        int written =
                tap.write(
                        queueFor(memory, header, frameBytes),
                        memory,
                        header,
                        NetHeader.BYTES + frameBytes);
        if (written >= 0) {
            return Verdict.FORWARDED;
        }
        return written == -1 ? Verdict.DROP_NO_ROOM : Verdict.DROP_PORT_DOWN;
    }

    // The kernel answers on the queue that a flow came by, so a flow keeps to one.
    private int queueFor(MemorySegment memory, long header, int frameBytes) {
        int queues = tap.queues();
        long frame = header + NetHeader.BYTES;
        if (queues == 1 || !view.parse(memory, frame, frameBytes)) {
            return 0;
        }
        int hash = Tcp.ports(memory, frame + view.transport());
        if (view.isIpv4()) {
            hash ^=
                    Ipv4.source(memory, frame + view.network())
                            ^ Ipv4.destination(memory, frame + view.network());
        }
        return Math.floorMod((hash * 0x9e37_79b9) >>> 16, queues);
    }

    @Override
    public void flush(long now) {
        // A write is complete when it returns.
    }

    /** Takes the interface away. */
    @Override
    public void close() {
        tap.close();
    }
}

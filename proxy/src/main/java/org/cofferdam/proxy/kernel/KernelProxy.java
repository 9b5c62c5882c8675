package org.cofferdam.proxy.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.cofferdam.binding.bpf.BpfAttachment;
import org.cofferdam.binding.bpf.BpfObject;
import org.cofferdam.binding.bpf.BpfRing;
import org.cofferdam.binding.bpf.TcDirection;
import org.cofferdam.binding.bpf.TcFilters;
import org.cofferdam.binding.bpf.TcPlace;
import org.cofferdam.binding.net.NetDevice;
import org.cofferdam.proxy.frame.Mac;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The proxy's kernel half: the program in the host kernel, what it is told, and what it dropped.
 *
 * <p>Until {@link #setHost} it lets nothing through. Thread: the domain thread for all but {@link #cleanUp};
 * {@link #doWork}, {@link #ringFd} and {@link #nanosUntilWork} allocate nothing. Interfaces are those of the
 * process's network namespace.
 */
public final class KernelProxy implements AutoCloseable {
    /** The handle of our tc filters at every interface, so that they are known again after a crash. */
    public static final int FILTER_HANDLE = 0xc0fd;

    /** The priority of our tc filters: before the operator's own. */
    public static final int FILTER_PRIORITY = 1;

    /** What the names of our programs begin with, and nobody else's do. */
    public static final String PROGRAM_PREFIX = "cofd_";

    private static final TcPlace PLACE = new TcPlace(FILTER_HANDLE, FILTER_PRIORITY);

    private static final String OBJECT = "proxy.bpf.o";
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long CLOSE_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final Logger LOG = LoggerFactory.getLogger(KernelProxy.class);

    /** A port in use; its attachments in the order in which they were made. */
    private record Port(PortSettings settings, int place, List<BpfAttachment> attachments) {}

    private final String tap;
    private final int tapIndex;
    private final @Nullable String wire;
    private final BpfObject object;
    private final BpfRing ring;
    private final Arena arena = Arena.ofShared();
    private final ProgramMaps maps;
    private final DropReader reader;
    private final List<BpfAttachment> tapAttachments = new ArrayList<>();
    private final List<BpfAttachment> attachments = new ArrayList<>();
    private final FilterPlacer placer;
    private final List<Port> ports = new ArrayList<>();
    private final Set<Mac> blocked = new HashSet<>();
    private @Nullable HostSettings host;
    private boolean open = true;

    private KernelProxy(
            String tap, int tapIndex, @Nullable String wire, DropSink sink, FilterPlacer placer) {
        this.placer = placer;
        this.tap = tap;
        this.tapIndex = tapIndex;
        this.wire = wire;
        object = BpfObject.load(OBJECT, image());
        try {
            maps = new ProgramMaps(object);
            ring = object.ring("events");
            reader = new DropReader(object, ring, arena, sink, System::nanoTime, PERIOD_NANOS);
        } catch (RuntimeException e) {
            object.close();
            arena.close();
            throw e;
        }
    }

    /**
     * Loads the program and attaches it to the tap and, if there is one, to the emulated card's wire.
     *
     * @param tap the name of the tap that is the card's network device for the host
     * @param wire the name of the host interface that is the emulated card's wire, or null: there the host's own
     *     stack neither receives nor sends from now on
     * @param sink takes the drops
     * @throws org.cofferdam.binding.NativeCallException if the kernel refuses the program (its verifier's words
     *     are in the message), a right is missing, or another program sits where ours must
     */
    public static KernelProxy open(String tap, @Nullable String wire, DropSink sink) {
        return open(tap, wire, sink, FilterPlacer.DIRECT);
    }

    /**
     * The same.
     *
     * @param placer attaches to interfaces other than the tap
     */
    public static KernelProxy open(
            String tap, @Nullable String wire, DropSink sink, FilterPlacer placer) {
        int tapIndex = indexOf(tap);
        int wireIndex = wire == null ? 0 : indexOf(wire);
        KernelProxy proxy = new KernelProxy(tap, tapIndex, wire, sink, placer);
        try {
            // XDP first: cofd_tap_in relies on its having refused the ports' addresses. Native
            // only: the generic
            // hook would also see what cofd_port_in sends to the host by the tap.
            proxy.tapAttachments.add(
                    proxy.object.program("cofd_tap_xdp").attachXdp(tapIndex, false));
            proxy.attachToTap("cofd_tap_in", TcDirection.INGRESS);
            proxy.attachToTap("cofd_tap_out", TcDirection.EGRESS);
            if (wire != null) {
                proxy.attach("cofd_wire", wireIndex, TcDirection.EGRESS);
                proxy.attach("cofd_wire", wireIndex, TcDirection.INGRESS);
            }
            return proxy;
        } catch (RuntimeException e) {
            proxy.detach();
            proxy.release();
            throw e;
        }
    }

    /** Sets or replaces what the program knows of the host; the ports stay. */
    public void setHost(HostSettings settings) {
        if (portWith(settings.mac()) != null || blocked.contains(settings.mac())) {
            throw new IllegalArgumentException(
                    settings.mac() + " already belongs to a port or a blocked station");
        }
        if (host != null && !host.mac().equals(settings.mac())) {
            maps.forget(host.mac());
        }
        maps.rate(ProgramMaps.DOMAIN_BUCKET, settings.fromDomainPerSecond());
        maps.rate(ProgramMaps.HOST_BUCKET, settings.fromHostPerSecond());
        maps.station(settings.mac(), ProgramMaps.Action.TO_HOST);
        maps.config(tapIndex, settings);
        host = settings;
    }

    /**
     * Makes an interface a port. From now on nothing of what it receives reaches the host's stack but through the
     * tap, and only if it may talk to the host.
     *
     * @throws IllegalArgumentException if there is no such interface, it or its address is in use here, or there
     *     are 8 ports already
     */
    public void addPort(PortSettings settings) {
        String netdev = settings.netdev();
        int ifindex = indexOf(netdev);
        if (netdev.equals(tap) || netdev.equals(wire) || portNamed(netdev) != null) {
            throw new IllegalArgumentException(netdev + " is in use by the proxy already");
        }
        if (portWith(settings.mac()) != null
                || blocked.contains(settings.mac())
                || (host != null && host.mac().equals(settings.mac()))) {
            throw new IllegalArgumentException(
                    settings.mac() + " already belongs to the host, a port or a blocked station");
        }
        int place = freePlace();
        List<BpfAttachment> made = new ArrayList<>();
        try {
            // Both programs drop everything as long as the port's address is not in the map.
            made.add(program("cofd_port_in", ifindex, TcDirection.INGRESS));
            made.add(program("cofd_port_out", ifindex, TcDirection.EGRESS));
            maps.port(place, ifindex, settings);
        } catch (RuntimeException e) {
            maps.forgetPort(place, settings.mac());
            closeAll(made);
            throw e;
        }
        ports.add(new Port(settings, place, made));
    }

    /**
     * Takes a port away; the interface is an ordinary one of the host again. Also right when it has vanished.
     *
     * @return false if there is no such port
     */
    public boolean removePort(String netdev) {
        Port port = portNamed(netdev);
        if (port == null) {
            return false;
        }
        ports.remove(port);
        maps.forgetPort(port.place(), port.settings().mac());
        closeAll(port.attachments());
        return true;
    }

    /** The ports, in the order of their making. */
    public List<PortSettings> ports() {
        return ports.stream().map(Port::settings).toList();
    }

    /** From now on no frame to or from this address passes, in any direction. */
    public void block(Mac mac) {
        if (portWith(mac) != null || (host != null && host.mac().equals(mac))) {
            throw new IllegalArgumentException(
                    mac + " belongs to the host or a port: remove that instead");
        }
        maps.station(mac, ProgramMaps.Action.NOWHERE);
        blocked.add(mac);
    }

    /** Takes back {@link #block}; false if the address was not blocked. */
    public boolean unblock(Mac mac) {
        if (!blocked.remove(mac)) {
            return false;
        }
        maps.forget(mac);
        return true;
    }

    /** The process may detach nothing any more: what is at the tap ends with the tap. */
    public void leaveTap() {
        tapAttachments.clear();
    }

    /** Brings drops to the sink: the agent's turn. Returns 0 if there was nothing to do. */
    public int doWork() {
        return reader.doWork();
    }

    /** How long the domain thread may sleep for all this agent knows; Long.MAX_VALUE = until {@link #ringFd} wakes it. */
    public long nanosUntilWork() {
        return reader.nanosUntilWork();
    }

    /** The descriptor that becomes readable (level-triggered) when the program has dropped something. */
    public int ringFd() {
        return ring.fd();
    }

    /** The drop counters' map, for comparison with bpftool. */
    int dropsFd() {
        return object.map("drops").fd();
    }

    /** Offers all drops so far to the sink now; false if it had no room for all. */
    public boolean flush() {
        return reader.flush();
    }

    /** The kernel's counters as they are now. Allocates. */
    public KernelCounters counters() {
        return reader.counters();
    }

    /**
     * Detaches everything in the reverse order, then gives the sink the last drops, for which it waits up to 5 s,
     * so that the log's sums are the counters' last values.
     */
    @Override
    public void close() {
        if (!open) {
            return;
        }
        open = false;
        detach();
        long deadline = System.nanoTime() + CLOSE_PATIENCE_NANOS;
        boolean all = reader.flush();
        while (!all && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            all = reader.flush();
        }
        if (!all) {
            LOG.error("The audit log did not take the kernel program's last drops in 5 s");
        }
        release();
    }

    /**
     * Removes what a killed monitor left at the interfaces that were its ports or its wire: the filters with our
     * place and our name, and the clsact qdisc if nobody else uses it. Needs no running proxy and must not meet one
     * on the same interfaces. Interfaces that do not exist are passed over. Any thread.
     *
     * @return how many filters were removed
     */
    public static int cleanUp(List<String> interfaces) {
        int removed = 0;
        for (String name : interfaces) {
            int ifindex = NetDevice.index(name);
            int here = 0;
            for (TcDirection direction : TcDirection.values()) {
                if (ifindex != 0 && TcFilters.remove(ifindex, direction, PLACE, PROGRAM_PREFIX)) {
                    here++;
                }
            }
            if (here > 0) {
                TcFilters.removeQdiscIfEmpty(ifindex);
            }
            removed += here;
        }
        return removed;
    }

    /** Whether another proxy, or somebody else, has a filter where ours would sit at an interface. Any thread. */
    public static boolean isTaken(String netdev) {
        int ifindex = NetDevice.index(netdev);
        for (TcDirection direction : TcDirection.values()) {
            if (ifindex != 0 && TcFilters.isTaken(ifindex, direction, PLACE)) {
                return true;
            }
        }
        return false;
    }

    private static int indexOf(String name) {
        int ifindex = NetDevice.index(name);
        if (ifindex == 0) {
            throw new IllegalArgumentException("there is no interface " + name);
        }
        return ifindex;
    }

    private static byte[] image() {
        try (InputStream in = KernelProxy.class.getResourceAsStream(OBJECT)) {
            if (in == null) {
                throw new IllegalStateException("this build holds no " + OBJECT);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(OBJECT + " cannot be read", e);
        }
    }

    private BpfAttachment program(String name, int ifindex, TcDirection direction) {
        return placer.attach(object.program(name), ifindex, direction, PLACE);
    }

    private void attachToTap(String name, TcDirection direction) {
        tapAttachments.add(object.program(name).attachTc(tapIndex, direction, PLACE));
    }

    private void attach(String name, int ifindex, TcDirection direction) {
        attachments.add(program(name, ifindex, direction));
    }

    private @Nullable Port portNamed(String netdev) {
        for (Port port : ports) {
            if (port.settings().netdev().equals(netdev)) {
                return port;
            }
        }
        return null;
    }

    private @Nullable Port portWith(Mac mac) {
        for (Port port : ports) {
            if (port.settings().mac().equals(mac)) {
                return port;
            }
        }
        return null;
    }

    private int freePlace() {
        for (int place = 0; place < ProgramMaps.MAX_PORTS; place++) {
            int wanted = place;
            if (ports.stream().noneMatch(port -> port.place() == wanted)) {
                return place;
            }
        }
        throw new IllegalArgumentException(
                "there are " + ProgramMaps.MAX_PORTS + " ports already, and no more are possible");
    }

    private void detach() {
        for (Port port : ports.reversed()) {
            maps.forgetPort(port.place(), port.settings().mac());
            closeAll(port.attachments());
        }
        ports.clear();
        closeAll(attachments);
        attachments.clear();
        closeAll(tapAttachments);
        tapAttachments.clear();
    }

    /** Closes in the reverse order, all of them, whatever one says. */
    private static void closeAll(List<BpfAttachment> made) {
        for (BpfAttachment attachment : made.reversed()) {
            try {
                attachment.close();
            } catch (RuntimeException e) {
                LOG.warn("A program stays attached: {}", e.getMessage());
            }
        }
    }

    private void release() {
        ring.close();
        object.close();
        arena.close();
    }
}

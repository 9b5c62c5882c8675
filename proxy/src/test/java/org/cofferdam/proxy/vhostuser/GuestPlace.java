package org.cofferdam.proxy.vhostuser;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.cofferdam.binding.socket.UnixListener;
import org.cofferdam.binding.socket.UnixStream;
import org.cofferdam.proxy.frame.Mac;
import org.cofferdam.proxy.guestport.GuestPort;
import org.cofferdam.proxy.packetswitch.Burst;
import org.cofferdam.proxy.packetswitch.ListRecorder;
import org.cofferdam.proxy.packetswitch.PacketSwitch;
import org.cofferdam.proxy.packetswitch.Port;
import org.cofferdam.proxy.packetswitch.PortCounter;
import org.cofferdam.proxy.packetswitch.PortId;
import org.cofferdam.proxy.packetswitch.PortPolicy;

/** A switch with ports for guests, each with its door, in a folder of the test's own. */
final class GuestPlace implements AutoCloseable {
    static final int MTU = 1500;

    private final Path folder;
    private final ListGuestRecorder recorder = new ListGuestRecorder();
    private final ListRecorder crossings = new ListRecorder();
    private final PacketSwitch packets = new PacketSwitch(System::nanoTime, crossings, new Burst());
    private final SwitchThread thread = new SwitchThread(packets);
    private final List<GuestDoor> doors = new ArrayList<>();
    private final List<GuestPort> ports = new ArrayList<>();

    GuestPlace() {
        try {
            folder = Files.createTempDirectory("cofferdam-guests-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Mac mac(int guest) {
        return new Mac(0x0200_0000_0000L + guest);
    }

    Path socket(int guest) {
        return folder.resolve("guest" + guest);
    }

    /** A port with another peer than a guest; before {@link #start}. */
    GuestPlace with(int id, Port port, PortPolicy policy) {
        packets.addPort(new PortId(id), port, policy);
        return this;
    }

    /** Ports for guests, numbered as they are; before {@link #start}. */
    GuestPlace withGuests(int... ids) {
        for (int id : ids) {
            GuestPort port = new GuestPort(new PortId(id), crossings);
            packets.addPort(port.id(), port, PortPolicy.station(mac(id), MTU));
            thread.add(port);
            ports.add(port);
        }
        return this;
    }

    GuestPlace start() {
        thread.start();
        for (GuestPort port : ports) {
            open(port, new Arrivals.Listening(UnixListener.bind(socket(port.id().value()), 16)));
        }
        return this;
    }

    /** Like {@link #start}, but this end connects to sockets that the front ends make. */
    GuestPlace startAsClient() {
        thread.start();
        for (GuestPort port : ports) {
            open(port, connecting(port));
        }
        return this;
    }

    private Arrivals connecting(GuestPort port) {
        Path place = socket(port.id().value());
        return new Arrivals.Connecting(() -> UnixStream.connect(place));
    }

    private void open(GuestPort port, Arrivals arrivals) {
        GuestCard card = new GuestCard(mac(port.id().value()), MTU, GuestPort.MOST_PAIRS);
        doors.add(GuestDoor.open(port, card, OptionalInt.empty(), arrivals, thread, recorder));
    }

    /** A door that closes as when the monitor ends, and connects again as when it is started afresh. */
    void reopenAsClient(int index) {
        GuestPort port = ports.get(index);
        doors.remove(index).close();
        open(port, connecting(port));
    }

    /** A door that closes as when the monitor ends, and listens again as when it is started afresh. */
    void reopen(int index) {
        GuestPort port = ports.get(index);
        doors.get(index).close();
        Path socket = socket(port.id().value());
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        open(port, new Arrivals.Listening(UnixListener.bind(socket, 16)));
        doors.set(index, doors.removeLast());
    }

    ListGuestRecorder recorder() {
        return recorder;
    }

    SwitchThread thread() {
        return thread;
    }

    GuestDoor door(int index) {
        return doors.get(index);
    }

    GuestPort port(int index) {
        return ports.get(index);
    }

    int running(int index) {
        return thread.ask(() -> ports.get(index).running());
    }

    long count(int id, PortCounter counter) {
        return packets.counters(new PortId(id)).get(counter);
    }

    PacketSwitch packets() {
        return packets;
    }

    List<String> crossings() {
        return thread.ask(crossings::lines);
    }

    static void await(String what, BooleanSupplier condition) {
        Awaitility.await(what)
                .atMost(java.time.Duration.ofSeconds(20))
                .pollDelay(java.time.Duration.ZERO)
                .pollInterval(java.time.Duration.ofMillis(10))
                .until(condition::getAsBoolean);
    }

    @Override
    public void close() {
        doors.forEach(GuestDoor::close);
        thread.close();
        try {
            for (GuestPort port : ports) {
                Files.deleteIfExists(socket(port.id().value()));
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package org.cofferdam.monitor;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.cofferdam.audit.AuditSource;
import org.cofferdam.binding.socket.PeerCredentials;
import org.cofferdam.binding.socket.UnixListener;
import org.cofferdam.monitor.config.EtherType;
import org.cofferdam.monitor.config.GuestChange;
import org.cofferdam.monitor.config.GuestMode;
import org.cofferdam.monitor.config.GuestName;
import org.cofferdam.monitor.config.GuestSpec;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.config.StartOptions;
import org.cofferdam.monitor.control.MonitorStatus;
import org.cofferdam.monitor.domain.DomainThread;
import org.cofferdam.proxy.frame.Mac;
import org.cofferdam.proxy.guestport.GuestPort;
import org.cofferdam.proxy.packetswitch.AddressClaims;
import org.cofferdam.proxy.packetswitch.PacketSwitch;
import org.cofferdam.proxy.packetswitch.PortId;
import org.cofferdam.proxy.packetswitch.PortPolicy;
import org.cofferdam.proxy.refusedcalls.RefusedCallDoor;
import org.cofferdam.proxy.vhostuser.Arrivals;
import org.cofferdam.proxy.vhostuser.GuestCard;
import org.cofferdam.proxy.vhostuser.GuestDoor;
import org.cofferdam.proxy.vhostuser.PacketThread;
import org.cofferdam.proxy.vhostuser.SessionState;

/**
 * The guests' ports: makes them, takes them away, and keeps whom each may talk to. The main thread at start and stop,
 * the control thread between; {@link #readyToSleep} is the domain thread's.
 */
final class GuestDesk implements AutoCloseable {
    private record Guest(
            GuestSpec spec, GuestPort port, GuestDoor door, Optional<RefusedCallDoor> calls) {}

    private final StartOptions options;
    private final DomainThread thread;
    private final PacketSwitch packets;
    private final SwitchRecorder crossings;
    private final PortSources sources;
    private final GuestsRecorder recorder;
    private final GuestFolder folder;
    private final PacketThread turns;
    private final Map<GuestName, Guest> guests = new TreeMap<>();

    // The domain thread's own.
    private final List<GuestPort> asked = new ArrayList<>();

    GuestDesk(
            StartOptions options,
            DomainThread thread,
            PacketSwitch packets,
            SwitchRecorder crossings,
            PortSources sources,
            GuestsRecorder recorder,
            GuestFolder folder) {
        this.options = options;
        this.thread = thread;
        this.packets = packets;
        this.crossings = crossings;
        this.sources = sources;
        this.recorder = recorder;
        this.folder = folder;
        this.turns = thread.asPacketThread();
    }

    /** Asks all guests for kicks; false if one has frames that would be taken now. Domain thread. */
    boolean readyToSleep() {
        boolean ready = true;
        for (int i = 0; i < asked.size(); i++) {
            GuestPort port = asked.get(i);
            // What waits for room elsewhere is told of by whatever makes the room.
            ready &= !port.askForKicks() || packets.heldBack(port.id());
        }
        return ready;
    }

    /** From now on sockets are made in the guests' folder only. */
    synchronized void confine() {
        folder.confine();
    }

    /**
     * Makes a port; its front end can connect, or is being looked for, when this returns.
     *
     * @throws OperatorError if the name or the address is taken, or its socket cannot be made
     */
    synchronized void add(GuestSpec spec) {
        if (guests.containsKey(spec.name())) {
            throw OperatorError.refused(
                    "there is a guest " + spec.name() + " already; see 'monitor guest list'");
        }
        checkMtu(spec);
        GuestPort port = new GuestPort(freeId(), crossings);
        AuditSource records = sources.packets(spec.name().value());
        Optional<UnixListener> reports = Optional.empty();
        Arrivals arrivals =
                switch (spec.mode()) {
                    case SERVER -> new Arrivals.Listening(folder.listen(spec));
                    case CLIENT ->
                            new Arrivals.Connecting(folder.connector(spec, options.guests()));
                };
        try {
            if (spec.mode() == GuestMode.SERVER) {
                reports = Optional.of(folder.listenForReports(spec));
            }
            ask(
                    () -> {
                        crossings.assign(port.id(), records);
                        // Alone until its neighbours are told of it.
                        packets.addPort(port.id(), port, policy(spec, 0));
                        packets.name(port.id(), spec.name().value());
                        asked.add(port);
                        return true;
                    });
        } catch (IllegalArgumentException | OperatorError e) {
            reports.ifPresent(UnixListener::close);
            arrivals.close();
            folder.remove(spec);
            throw e instanceof OperatorError told
                    ? told
                    : OperatorError.refused(e.getMessage() + "; see 'monitor port list'");
        }
        Mac mac = new Mac(spec.mac().bits());
        recorder.joined(port.id(), mac.value(), GuestPort.MOST_QUEUES, spec.name().value());
        GuestDoor door =
                GuestDoor.open(
                        port, card(spec), OptionalInt.of(spec.uid()), arrivals, turns, recorder);
        Optional<RefusedCallDoor> calls =
                reports.map(
                        listener ->
                                RefusedCallDoor.open(port.id(), spec.uid(), listener, recorder));
        guests.put(spec.name(), new Guest(spec, port, door, calls));
        applyReach();
    }

    private PortId freeId() {
        for (int id = MonitorParts.HOST.value() + 1; id < PortId.LIMIT; id++) {
            int candidate = id;
            if (guests.values().stream().noneMatch(g -> g.port.id().value() == candidate)) {
                return new PortId(id);
            }
        }
        throw OperatorError.refused(
                "there are " + guests.size() + " guests already, which is the most; remove one");
    }

    /**
     * Changes a guest's port. The switch goes by what is new before the guest is told of it.
     *
     * @throws OperatorError if there is none of this name, or its packets would be larger than the host interface's
     */
    synchronized void change(GuestName name, GuestChange change) {
        Guest guest = required(name);
        GuestSpec spec = guest.spec.with(change);
        checkMtu(spec);
        guests.put(name, new Guest(spec, guest.port, guest.door, guest.calls));
        applyReach();
        guest.door.change(card(spec));
    }

    private Guest required(GuestName name) {
        Guest guest = guests.get(name);
        if (guest == null) {
            throw OperatorError.refused(
                    "there is no guest " + name + "; 'monitor guest list' shows them");
        }
        return guest;
    }

    private void checkMtu(GuestSpec spec) {
        if (mtu(spec) > options.mtu()) {
            throw OperatorError.refused(
                    "an MTU of %d is more than the host interface's %d; start the monitor with --mtu to have that"
                            .formatted(mtu(spec), options.mtu()));
        }
    }

    private int mtu(GuestSpec spec) {
        return spec.mtu().orElse(options.mtu());
    }

    private GuestCard card(GuestSpec spec) {
        return new GuestCard(
                new Mac(spec.mac().bits()), mtu(spec), GuestPort.MOST_PAIRS, spec.linkUp());
    }

    /**
     * Ends a guest's session and takes its port away.
     *
     * @throws OperatorError if there is none of this name
     */
    synchronized void remove(GuestName name) {
        Guest guest = required(name);
        guests.remove(name);
        takeAway(guest);
        applyReach();
    }

    private void takeAway(Guest guest) {
        guest.door.close();
        guest.calls.ifPresent(RefusedCallDoor::close);
        ask(
                () -> {
                    packets.removePort(guest.port.id());
                    crossings.release(guest.port.id());
                    asked.remove(guest.port);
                    return true;
                });
        folder.remove(guest.spec);
        recorder.gone(guest.port.id(), guest.spec.name().value());
    }

    private void applyReach() {
        ask(
                () -> {
                    for (Guest guest : guests.values()) {
                        packets.changePolicy(guest.port.id(), policy(guest.spec, reach(guest)));
                    }
                    return true;
                });
    }

    /** A bit for each port that the guest names; the switch asks for the other's, too. */
    private long reach(Guest guest) {
        if (!guest.spec.linkUp()) {
            return 0;
        }
        long bits = 1L << MonitorParts.UPLINK.value();
        if (guest.spec.peers().contains(GuestName.HOST)) {
            bits |= 1L << MonitorParts.HOST.value();
        }
        for (Guest other : guests.values()) {
            if (guest.spec.peers().contains(other.spec.name())) {
                bits |= 1L << other.port.id().value();
            }
        }
        return bits;
    }

    private PortPolicy policy(GuestSpec spec, long reach) {
        Mac mac = new Mac(spec.mac().bits());
        return PortPolicy.station(mac, mtu(spec))
                .withEtherTypes(
                        options.etherTypes().stream()
                                .map(EtherType::value)
                                .collect(Collectors.toSet()))
                .withRate(spec.rate().packetsPerSecond(), spec.rate().bitsPerSecond())
                .withClaims(AddressClaims.only(mac, spec.ips()))
                .withGroups(PortPolicy.Groups.JOINED)
                .withReach(reach);
    }

    /** The port of the guest of this name, if there is one. */
    synchronized Optional<PortId> port(String name) {
        return guests.values().stream()
                .filter(g -> g.spec.name().value().equals(name))
                .map(g -> g.port.id())
                .findFirst();
    }

    /** How the guests stand. */
    synchronized List<MonitorStatus.Guest> list() {
        List<Guest> all = List.copyOf(guests.values());
        List<Integer> running = ask(() -> all.stream().map(g -> g.port.running()).toList());
        List<MonitorStatus.Guest> list = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            list.add(status(all.get(i), running.get(i)));
        }
        return list;
    }

    private MonitorStatus.Guest status(Guest guest, int running) {
        GuestSpec spec = guest.spec;
        SessionState state = guest.door.state();
        return new MonitorStatus.Guest(
                spec.name().value(),
                guest.port.id().value(),
                spec.mac().toString(),
                spec.ips().stream().map(ip -> String.valueOf(ip.getHostAddress())).toList(),
                spec.rate().bitsPerSecond(),
                spec.rate().packetsPerSecond(),
                spec.peers().stream().sorted().map(GuestName::value).toList(),
                folder.place(spec).toString(),
                spec.mode().word(),
                spec.uid(),
                mtu(spec),
                spec.linkUp(),
                state == SessionState.ENDED ? "waiting" : state.name().toLowerCase(Locale.ROOT),
                guest.door.peer().map(PeerCredentials::pid).orElse(0),
                running);
    }

    private <T> T ask(Callable<T> question) {
        try {
            return thread.submit(question)
                    .orTimeout(DomainThread.ANSWER_SECONDS, TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IllegalArgumentException wrong) {
                throw wrong;
            }
            throw OperatorError.failure("the packet path does not answer", e);
        }
    }

    /** Takes all ports away. */
    @Override
    public void close() {
        recorder.ending(); // who waits for room may hold what is needed to go on
        takeAllAway();
    }

    private synchronized void takeAllAway() {
        guests.values().forEach(this::takeAway);
        guests.clear();
        folder.close();
    }
}

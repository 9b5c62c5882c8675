package org.cofferdam.monitor.control;

import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.cofferdam.monitor.config.GuestChange;
import org.cofferdam.monitor.config.GuestName;
import org.cofferdam.monitor.config.GuestSpec;
import org.cofferdam.monitor.config.InterfaceName;
import org.cofferdam.monitor.config.OperatorError;

/** A monitor without a domain: it keeps ports in a list and notes what it was asked, in order with what was recorded. */
public final class ExampleMonitor implements MonitorService, CallRecorder {
    /** Calls recorded ("record …") and made ("do …"), in the order of their happening. */
    public final List<String> events = Collections.synchronizedList(new ArrayList<>());

    public final CompletableFuture<Void> stopped = new CompletableFuture<>();
    public volatile boolean recorderIsBroken;
    public volatile CompletionStage<Void> restartAnswer = CompletableFuture.completedFuture(null);
    private final Map<InterfaceName, PortRequest> ports =
            Collections.synchronizedMap(new TreeMap<>((a, b) -> a.value().compareTo(b.value())));

    private final Map<GuestName, GuestSpec> guests = Collections.synchronizedMap(new TreeMap<>());

    @Override
    public ConsoleText console(long after) {
        return new ConsoleText(2, after < 2 ? List.of("Linux version 6.12", "ready") : List.of());
    }

    @Override
    public MonitorStatus status() {
        return new MonitorStatus(
                new MonitorStatus.Monitor(
                        ProcessHandle.current().pid(),
                        "1.2.3",
                        Instant.parse("2026-01-02T03:04:05Z"),
                        61_500,
                        2_500_000_000L,
                        64 << 20,
                        9 << 20,
                        Optional.of(
                                new MonitorStatus.Confinement("cofferdam", 999, 6, 90, "00ff", 7))),
                "emulated",
                "82574L",
                "eth1",
                new MonitorStatus.HostInterface("cofferdam0", "52:54:00:12:34:56", 1500, true),
                new MonitorStatus.Domain(
                        "run",
                        "nano",
                        16 << 20,
                        1,
                        Optional.of("killed by \"operator\""),
                        OptionalLong.of(42),
                        OptionalLong.of(31),
                        true,
                        1000,
                        "52:54:00:12:34:56",
                        123_456,
                        Map.of("driver", "e1000e"),
                        Map.of("rx_packets", "7")),
                listPorts(),
                Map.of("size", 3L),
                new MonitorStatus.Audit(
                        "/var/log/cofferdam", "ok", 1000, 10, 65536, 0, auditHops()),
                List.of(new MonitorStatus.ThreadUse("domain", 1_500_000_000L)),
                listGuests(),
                counters());
    }

    private static AuditHops auditHops() {
        return new AuditHops(
                "device",
                "block",
                64 << 20,
                1000,
                3,
                20,
                2_000_000,
                15_000_000,
                0,
                500_000_000,
                4,
                200 << 20,
                2,
                OptionalLong.of(7),
                OptionalLong.of(2),
                List.of(
                        new AuditHops.Source(
                                "switch.guest.one", 900, 0, 3, 1 << 20, 4096, 1_500_000_000L)));
    }

    @Override
    public List<MonitorStatus.Port> listPorts() {
        List<MonitorStatus.Port> out = new ArrayList<>();
        out.add(
                new MonitorStatus.Port(
                        "host",
                        "host",
                        "up",
                        "52:54:00:12:34:56",
                        false,
                        false,
                        7,
                        700,
                        8,
                        800,
                        Map.of("forwarded", 6L, "drop_rate", 1L)));
        synchronized (ports) {
            for (PortRequest p : ports.values()) {
                out.add(
                        new MonitorStatus.Port(
                                p.netdev().value(),
                                "netdev",
                                "up",
                                p.mac().toString(),
                                p.toHost(),
                                p.toPorts(),
                                0,
                                0,
                                0,
                                0,
                                Map.of()));
            }
        }
        return out;
    }

    @Override
    public CompletionStage<Void> restartDriver(String reason) {
        events.add("do restart " + reason);
        return restartAnswer;
    }

    @Override
    public CompletionStage<Void> killDriver(String reason) {
        events.add("do kill " + reason);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> changeAuditKey() {
        events.add("do change-key");
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> stop(String reason) {
        events.add("do stop " + reason);
        stopped.complete(null);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> addPort(PortRequest request) {
        if (ports.putIfAbsent(request.netdev(), request) != null) {
            return CompletableFuture.failedFuture(
                    OperatorError.environment(
                            request.netdev() + " is a port already; remove it first"));
        }
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public List<MonitorStatus.Guest> listGuests() {
        List<MonitorStatus.Guest> out = new ArrayList<>();
        synchronized (guests) {
            for (GuestSpec g : guests.values()) {
                out.add(
                        new MonitorStatus.Guest(
                                g.name().value(),
                                2,
                                g.mac().toString(),
                                g.ips().stream().map(InetAddress::getHostAddress).toList(),
                                g.rate().bitsPerSecond(),
                                g.rate().packetsPerSecond(),
                                g.peers().stream().sorted().map(GuestName::value).toList(),
                                "/run/cofferdam/guests/" + g.name(),
                                g.mode().word(),
                                g.uid(),
                                g.mtu().orElse(1500),
                                g.linkUp(),
                                "waiting",
                                0,
                                0));
            }
        }
        return out;
    }

    @Override
    public CompletionStage<Void> addGuest(GuestSpec guest) {
        guests.put(guest.name(), guest);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> changeGuest(GuestName name, GuestChange change) {
        if (guests.computeIfPresent(name, (n, old) -> old.with(change)) == null) {
            throw OperatorError.refused("there is no guest " + name);
        }
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> removeGuest(GuestName name) {
        if (guests.remove(name) == null) {
            throw OperatorError.refused("there is no guest " + name);
        }
        return CompletableFuture.completedFuture(null);
    }

    private static MonitorCounters counters() {
        MonitorCounters.Spread spread =
                new MonitorCounters.Spread(
                        List.of(
                                new MonitorCounters.Bucket(1024, 1),
                                new MonitorCounters.Bucket(-1, 3)),
                        5_000);
        return new MonitorCounters(
                Map.of("host", Map.of("drop_no_room", 2L)),
                Map.of("host", Map.of("audit", 1L, "uplink", 0L)),
                Map.of("host", 0L),
                Map.of("domain_to_host", 9L),
                Map.of("to_host", 0L),
                spread,
                spread,
                new MonitorCounters.Captures(1, 20, 2));
    }

    /** What {@link #capture} gives; without one it is refused. */
    public volatile Optional<RunningCapture> capture = Optional.empty();

    @Override
    public CompletionStage<RunningCapture> capture(CaptureRequest request) {
        events.add("do capture " + request.port() + " " + request.filter().text());
        return CompletableFuture.completedFuture(
                capture.orElseThrow(() -> OperatorError.refused("nothing is captured here")));
    }

    @Override
    public CompletionStage<Void> removePort(InterfaceName netdev) {
        if (ports.remove(netdev) == null) {
            throw OperatorError.environment(netdev + " is not a port; see 'monitor port list'");
        }
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void record(Caller caller, boolean allowed, String call) {
        if (recorderIsBroken) {
            throw OperatorError.failure("the audit log takes no records", null);
        }
        events.add(
                "record uid "
                        + caller.uid()
                        + " pid "
                        + caller.pid()
                        + (allowed ? " " : " refused ")
                        + call);
    }
}

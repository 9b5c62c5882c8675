package org.cofferdam.monitor;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.cofferdam.audit.AuditLogException;
import org.cofferdam.monitor.config.GuestChange;
import org.cofferdam.monitor.config.GuestName;
import org.cofferdam.monitor.config.GuestSpec;
import org.cofferdam.monitor.config.InterfaceName;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.control.CaptureRequest;
import org.cofferdam.monitor.control.ConsoleText;
import org.cofferdam.monitor.control.MonitorService;
import org.cofferdam.monitor.control.MonitorStatus;
import org.cofferdam.monitor.control.PortRequest;
import org.cofferdam.monitor.control.RunningCapture;
import org.cofferdam.monitor.domain.DomainReport;
import org.cofferdam.monitor.domain.DomainState;
import org.cofferdam.monitor.domain.DomainThread;
import org.cofferdam.monitor.domain.DriverDomain;
import org.cofferdam.monitor.domain.LinuxDomain;
import org.cofferdam.proxy.frame.Mac;
import org.cofferdam.proxy.kernel.KernelProxy;
import org.cofferdam.proxy.kernel.PortSettings;
import org.cofferdam.proxy.packetswitch.PacketSwitch;
import org.cofferdam.proxy.packetswitch.PortId;
import org.jspecify.annotations.Nullable;

/**
 * What operators can ask: each call becomes a command of the domain thread, and its answer a stage. Called on the
 * control thread; only {@link #status} waits, for one turn of the domain thread.
 */
final class OperatorDesk implements MonitorService {
    private static final long RESTART_SECONDS = 10;
    private static final long LINUX_RESTART_SECONDS = 60;

    private final MonitorParts parts;
    private final GuestDesk guests;
    private final CaptureDesk captures;
    private final CompletableFuture<Void> ended;
    private final Set<Mac> portAddresses = new HashSet<>();

    OperatorDesk(MonitorParts parts, GuestDesk guests, CompletableFuture<Void> ended) {
        this.parts = parts;
        this.guests = guests;
        this.captures = new CaptureDesk(parts, guests);
        this.ended = ended;
    }

    @Override
    public MonitorStatus status() {
        List<MonitorStatus.Guest> there = guests.list();
        return ask(() -> StatusReport.of(parts, there, captures.counters()));
    }

    @Override
    public List<MonitorStatus.Port> listPorts() {
        List<MonitorStatus.Guest> there = guests.list();
        return ask(() -> StatusReport.ports(parts, there));
    }

    @Override
    public List<MonitorStatus.Guest> listGuests() {
        return guests.list();
    }

    @Override
    public CompletionStage<Void> addGuest(GuestSpec guest) {
        guests.add(guest);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> changeGuest(GuestName name, GuestChange change) {
        guests.change(name, change);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> removeGuest(GuestName name) {
        guests.remove(name);
        return CompletableFuture.completedFuture(null);
    }

    /** Privileges are about to be given up. */
    void prepareForLess() {
        guests.confine();
    }

    /** Domain thread: what needs privileges to be taken back is the starter's from now on. */
    void leaveToStarter() {
        parts.kernel().leaveTap();
        parts.changes().leaveToStarter();
    }

    DomainReport domainReport() {
        return ask(parts.domain()::report);
    }

    @Override
    public ConsoleText console(long after) {
        if (parts.domain() instanceof LinuxDomain linux) {
            return linux.console().from(after);
        }
        throw OperatorError.refused(
                "the domain's image "
                        + parts.options().image().label()
                        + " has no console; 'monitor start --image linux' makes one that has");
    }

    @Override
    public CompletionStage<Void> restartDriver(String reason) {
        CompletableFuture<Void> forwards = new CompletableFuture<>();
        DriverDomain domain = parts.domain();
        Consumer<DomainState> listener =
                state -> {
                    if (state == DomainState.RUNNING) {
                        forwards.complete(null);
                    } else if (state == DomainState.FAULTED) {
                        forwards.completeExceptionally(
                                OperatorError.failure(
                                        "the driver failed again while it started; see 'monitor audit"
                                                + " tail'",
                                        null));
                    }
                };
        parts.thread()
                .post(
                        () -> {
                            domain.onState(listener);
                            try {
                                domain.restart("an operator restarts it: " + reason);
                            } catch (RuntimeException e) {
                                forwards.completeExceptionally(
                                        OperatorError.failure(
                                                "the driver domain could not be made again: "
                                                        + e.getMessage(),
                                                e));
                            }
                        });
        long patience = domain instanceof LinuxDomain ? LINUX_RESTART_SECONDS : RESTART_SECONDS;
        return forwards.orTimeout(patience, TimeUnit.SECONDS)
                .whenComplete(
                        (nothing, failure) -> parts.thread().post(() -> domain.offState(listener)));
    }

    @Override
    public CompletionStage<Void> killDriver(String reason) {
        return command(() -> parts.domain().kill(reason));
    }

    @Override
    public CompletionStage<Void> changeAuditKey() {
        // It waits for the disk, so it is done by no thread that others wait for.
        CompletableFuture<Void> changed = new CompletableFuture<>();
        Thread.ofPlatform()
                .name("audit-key")
                .daemon()
                .start(
                        () -> {
                            try {
                                parts.log().changeKey();
                                changed.complete(null);
                            } catch (AuditLogException e) {
                                changed.completeExceptionally(
                                        OperatorError.failure(String.valueOf(e.getMessage()), e));
                            }
                        });
        return changed.orTimeout(RESTART_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public CompletionStage<Void> stop(String reason) {
        ended.complete(null);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> addPort(PortRequest request) {
        Mac mac = new Mac(request.mac().bits());
        return command(
                () -> {
                    KernelProxy kernel = parts.kernel();
                    parts.changes().willFilter(request.netdev(), "cofd_port_in", "cofd_port_out");
                    try {
                        kernel.addPort(
                                new PortSettings(
                                        request.netdev().toString(),
                                        mac,
                                        request.toHost(),
                                        request.toPorts(),
                                        0));
                        // What leaves by the card may now bear the port's address, too.
                        portAddresses.add(mac);
                        applyAddresses();
                    } catch (RuntimeException e) {
                        portAddresses.remove(mac);
                        kernel.removePort(request.netdev().toString());
                        parts.changes().filtersGone(request.netdev());
                        if (e instanceof IllegalArgumentException) {
                            throw OperatorError.refused(
                                    e.getMessage() + "; see 'monitor port list'");
                        }
                        throw e;
                    }
                });
    }

    @Override
    public CompletionStage<Void> removePort(InterfaceName netdev) {
        return command(
                () -> {
                    KernelProxy kernel = parts.kernel();
                    @Nullable PortSettings port =
                            kernel.ports().stream()
                                    .filter(p -> p.netdev().equals(netdev.toString()))
                                    .findFirst()
                                    .orElse(null);
                    if (port == null) {
                        throw OperatorError.refused(
                                netdev + " is not a port; 'monitor port list' shows the ports");
                    }
                    kernel.removePort(netdev.toString());
                    parts.changes().filtersGone(netdev);
                    portAddresses.remove(port.mac());
                    applyAddresses();
                });
    }

    @Override
    public CompletionStage<RunningCapture> capture(CaptureRequest request) {
        return captures.begin(request);
    }

    private void applyAddresses() {
        Set<Mac> all = new HashSet<>(portAddresses);
        all.add(parts.hostMac());
        PacketSwitch packets = parts.packets();
        PortId host = MonitorParts.HOST;
        packets.changePolicy(host, OperatorPolicy.host(parts.options(), all));
    }

    /** Runs an action on the domain thread; the stage completes when it is done. */
    private CompletionStage<Void> command(Runnable action) {
        CompletableFuture<Void> done =
                parts.thread()
                        .submit(
                                () -> {
                                    action.run();
                                    return null;
                                });
        return done.orTimeout(RESTART_SECONDS, TimeUnit.SECONDS);
    }

    /** Asks the domain thread and waits for its answer. */
    <T> T ask(Callable<T> question) {
        DomainThread thread = parts.thread();
        try {
            return thread.submit(question)
                    .orTimeout(DomainThread.ANSWER_SECONDS, TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof OperatorError known) {
                throw known;
            }
            throw OperatorError.failure(
                    "the packet path does not answer"
                            + (thread.failure() == null ? "" : ": " + thread.failure()),
                    e);
        }
    }
}

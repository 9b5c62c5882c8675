package org.cofferdam.monitor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.cofferdam.audit.AuditLog;
import org.cofferdam.audit.AuditLogException;
import org.cofferdam.audit.AuditOptions;
import org.cofferdam.audit.AuditSource;
import org.cofferdam.binding.Parts;
import org.cofferdam.binding.kvm.Kvm;
import org.cofferdam.binding.kvm.UnsupportedKvmException;
import org.cofferdam.binding.memory.SharedMemory;
import org.cofferdam.binding.net.NetDevice;
import org.cofferdam.monitor.card.AssignedNic;
import org.cofferdam.monitor.card.CardModel;
import org.cofferdam.monitor.card.EmulatedNic;
import org.cofferdam.monitor.card.PacketWire;
import org.cofferdam.monitor.config.Assignment;
import org.cofferdam.monitor.config.DriverImage;
import org.cofferdam.monitor.config.FaultPolicy;
import org.cofferdam.monitor.config.InterfaceName;
import org.cofferdam.monitor.config.MacAddress;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.config.StartOptions;
import org.cofferdam.monitor.confinement.Confinement;
import org.cofferdam.monitor.confinement.LogFolder;
import org.cofferdam.monitor.confinement.StarterChannel;
import org.cofferdam.monitor.control.CallRecorder;
import org.cofferdam.monitor.control.MonitorService;
import org.cofferdam.monitor.control.MonitorStatus;
import org.cofferdam.monitor.control.RunningMonitor;
import org.cofferdam.monitor.domain.DomainRecorder;
import org.cofferdam.monitor.domain.DomainReport;
import org.cofferdam.monitor.domain.DomainSettings;
import org.cofferdam.monitor.domain.DomainState;
import org.cofferdam.monitor.domain.DomainThread;
import org.cofferdam.monitor.domain.DriverDomain;
import org.cofferdam.monitor.domain.LinuxDomain;
import org.cofferdam.monitor.domain.NanoDomain;
import org.cofferdam.monitor.state.HostChange;
import org.cofferdam.monitor.state.RunDirectory;
import org.cofferdam.monitor.state.StarterProcess;
import org.cofferdam.monitor.vfio.VfioNic;
import org.cofferdam.proxy.frame.Mac;
import org.cofferdam.proxy.hostport.HostPort;
import org.cofferdam.proxy.kernel.FilterPlacer;
import org.cofferdam.proxy.kernel.KernelProxy;
import org.cofferdam.proxy.packetswitch.Burst;
import org.cofferdam.proxy.packetswitch.PacketSwitch;
import org.cofferdam.proxy.uplink.UplinkPort;
import org.jspecify.annotations.Nullable;

/**
 * A monitor at work: log, host interface, kernel proxy, card, domain, in the order of their making, each closed in
 * the reverse order.
 *
 * <p>The main thread makes and closes it. Between, the domain thread owns everything but the log and this object.
 */
public final class Monitor implements RunningMonitor {
    private static final int EVENT_RING_BYTES = 1 << 20;
    private static final long BOOT_SECONDS = 10;
    private static final long LINUX_BOOT_SECONDS = 70;

    /** So often a thread that has nothing else to do looks whether the log has room again. */
    private static final long AUDIT_ROOM_NANOS = 1_000_000;

    private final Parts parts = new Parts();
    private final Path auditLog;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final OperatorDesk desk;
    private final ControlRecorder control;
    private final RunDirectory run;
    private final String user;
    private volatile Optional<MonitorStatus.Confinement> confinement =
            Optional.empty(); // written once by the main thread, read by the domain thread

    private Monitor(StartOptions options, RunDirectory run, Consumer<String> progress) {
        this.run = run;
        this.user = options.user();
        try {
            auditLog = logDirectory(options);
            AuditLog log = openLog(auditLog, options);
            log.onStop(
                    reason ->
                            ended.completeExceptionally(
                                    OperatorError.environment(
                                            reason + "; the monitor was told to stop then")));
            control = new ControlRecorder(log, options);
            control.started(options);
            if (run.cleanup().wasNeeded()) {
                control.cleanedUp(run.cleanup());
            }
            BootImage image = image(options.image());
            Kvm kvm = parts.add(openKvm());

            HostChanges changes = parts.add(new HostChanges(run.journal()));
            DomainRecorder recorder = new DomainRecorder(log.source("domain", EVENT_RING_BYTES));
            AssignedNic card;
            MacAddress mac;
            @Nullable InterfaceName wire;
            switch (options.assignment()) {
                case Assignment.Emulated emulated -> {
                    wire = emulated.wire();
                    mac = options.mac().orElseGet(() -> addressLike(emulated.wire()));
                    changes.wireUp(wire);
                    card =
                            parts.add(
                                    new EmulatedNic(
                                            model(emulated),
                                            mac.bytes(),
                                            PacketWire.open(wire.toString()),
                                            recorder));
                }
                case Assignment.Pci pci -> {
                    wire = null;
                    progress.accept("taking the card " + pci.address());
                    TakenCard taken =
                            parts.add(
                                    TakenCard.take(
                                            pci,
                                            options,
                                            run.journal(),
                                            control,
                                            options.verbose() ? progress : line -> {}));
                    VfioNic nic =
                            parts.add(
                                    VfioNic.open(
                                            pci.address().toString(),
                                            taken,
                                            taken.mac(),
                                            recorder,
                                            image instanceof BootImage.Linux));
                    card = nic;
                    mac = nic.mac();
                }
            }

            progress.accept("making interface " + options.hostInterface());
            Mac hostMac = new Mac(mac.bits());
            changes.note(new HostChange.Tap(options.hostInterface()));
            HostPort hostPort =
                    parts.add(
                            HostPort.create(
                                    options.hostInterface().toString(),
                                    options.queues(),
                                    hostMac,
                                    options.mtu()));
            if (wire != null) {
                changes.willFilter(wire, "cofd_wire", "cofd_wire");
            }
            AuditSource events = log.source("kernel", EVENT_RING_BYTES);
            KernelProxy kernel =
                    parts.add(
                            KernelProxy.open(
                                    options.hostInterface().toString(),
                                    wire == null ? null : wire.toString(),
                                    new KernelDropRecorder(events),
                                    StarterChannel.inherited()
                                            .<FilterPlacer>map(channel -> channel)
                                            .orElse(FilterPlacer.DIRECT)));
            kernel.setHost(OperatorPolicy.kernel(options, hostMac));

            progress.accept("starting the driver domain");
            PortSources sources = new PortSources(log);
            SwitchRecorder crossings =
                    new SwitchRecorder(sources.commonPackets(), MonitorParts.HOST);
            crossings.assign(MonitorParts.UPLINK, sources.card("uplink"));
            crossings.assign(MonitorParts.HOST, sources.card("host"));
            UplinkPort uplink = new UplinkPort(MonitorParts.UPLINK, crossings);
            PacketSwitch packets = new PacketSwitch(System::nanoTime, crossings, new Burst());
            packets.addPort(MonitorParts.UPLINK, uplink, OperatorPolicy.uplink(options));
            packets.addPort(
                    MonitorParts.HOST, hostPort, OperatorPolicy.host(options, Set.of(hostMac)));
            packets.name(MonitorParts.UPLINK, "uplink");
            packets.name(MonitorParts.HOST, options.hostInterface().toString());
            HostInterface host = new HostInterface(hostPort, mac);
            DomainThread thread = parts.add(new DomainThread());
            SharedMemory ram =
                    parts.add(
                            SharedMemory.createLarge("driver-domain", image.memoryBytes(options)));
            DomainSettings settings =
                    new DomainSettings(
                            options.mtu(),
                            UplinkPort.FEATURES,
                            hostPort.takesLargeDatagrams(),
                            options.idlePasses(),
                            options.onFault() == FaultPolicy.RESTART);
            UplinkQueues queues = new UplinkQueues(uplink, card);
            DriverDomain domain =
                    switch (image) {
                        case BootImage.Nano nano ->
                                new NanoDomain(
                                        kvm,
                                        ram,
                                        nano.image(),
                                        settings,
                                        card,
                                        queues,
                                        host,
                                        recorder);
                        case BootImage.Linux linux ->
                                new LinuxDomain(
                                        kvm,
                                        ram,
                                        linux.image(),
                                        settings,
                                        (VfioNic) card, // the options allow no other
                                        hostMac,
                                        queues,
                                        host,
                                        recorder,
                                        new DomainRecorder(log.source("vcpu", EVENT_RING_BYTES)),
                                        thread.asPacketThread());
                    };
            if (domain instanceof LinuxDomain linux) {
                thread.watchEdges(linux.kickFd());
            }
            thread.onFailure(
                    () -> {
                        domain.close();
                        ended.completeExceptionally(
                                OperatorError.failure(
                                        "the packet path broke: " + thread.failure(),
                                        thread.failure()));
                    });
            thread.addAgent(card::doWork);
            thread.addAgent(now -> packets.doWork());
            thread.addAgent(now -> kernel.doWork());
            thread.addAgent(domain);
            thread.mayNotSleep(domain::awake);
            thread.pauseDue(domain::pauseDue);
            thread.beforeSleep(recorder::flush);
            thread.longestSleep(
                    () ->
                            packets.waitsForAudit()
                                    ? AUDIT_ROOM_NANOS
                                    : Math.min(kernel.nanosUntilWork(), domain.nanosUntilWork()));
            card.wakeFds().forEach(thread::watch);
            thread.watch(kernel.ringFd());
            for (int q = 0; q < hostPort.queues(); q++) {
                thread.watch(hostPort.fd(q));
            }
            GuestDesk guests =
                    new GuestDesk(
                            options,
                            thread,
                            packets,
                            crossings,
                            sources,
                            new GuestsRecorder(sources),
                            GuestFolder.open(options.guestDir(), Confinement.laterUser(options)));
            thread.readyToSleep(() -> domain.readyToSleep() && guests.readyToSleep());
            desk =
                    new OperatorDesk(
                            new MonitorParts(
                                    options,
                                    card.title(),
                                    Instant.now(),
                                    thread,
                                    domain,
                                    packets,
                                    hostMac,
                                    host,
                                    kernel,
                                    log,
                                    changes,
                                    () -> confinement),
                            guests,
                            ended);
            parts.add(() -> thread.post(domain::close));
            boot(thread, domain);
            parts.add(guests);
            options.guests().forEach(control::guest);
            options.guests().forEach(guests::add);
            parts.add(control::stopping);
            DomainReport report = desk.domainReport();
            progress.accept(
                    "driver domain runs"
                            + (report.bootNanos() >= 0
                                    ? ", link up "
                                            + report.bootNanos() / 1_000_000
                                            + " ms after its making"
                                    : ", the wire has no link"));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Starts a monitor, as {@link org.cofferdam.monitor.control.MonitorFactory} says. */
    public static RunningMonitor start(
            StartOptions options, RunDirectory run, Consumer<String> progress) {
        return new Monitor(options, run, progress);
    }

    private static void boot(DomainThread thread, DriverDomain domain) {
        CompletableFuture<DomainState> up = new CompletableFuture<>();
        thread.post(
                () -> {
                    domain.onState(
                            state -> {
                                if (state == DomainState.RUNNING || state == DomainState.STOPPED) {
                                    up.complete(state);
                                }
                            });
                    try {
                        domain.start();
                    } catch (RuntimeException e) {
                        up.completeExceptionally(e);
                    }
                });
        thread.start();
        try {
            up.get(
                    domain instanceof LinuxDomain ? LINUX_BOOT_SECONDS : BOOT_SECONDS,
                    TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            // A driver that fails again and again is the domain's state, not a failure to start:
            // see status.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw OperatorError.failure("interrupted while the driver domain started", e);
        } catch (ExecutionException e) {
            throw OperatorError.failure(
                    "the driver domain could not be made: " + e.getMessage(), e);
        }
    }

    private Path logDirectory(StartOptions options) {
        return StarterProcess.isThere()
                ? parts.add(LogFolder.forLater(options.auditDir(), options.user())).path()
                : options.auditDir();
    }

    private AuditLog openLog(Path directory, StartOptions options) {
        try {
            return parts.add(
                    AuditLog.open(
                            AuditOptions.in(directory, hostName())
                                    .withSegmentBytes(options.auditSegmentBytes())
                                    .withPolicy(options.audit())));
        } catch (AuditLogException e) {
            throw OperatorError.environment(String.valueOf(e.getMessage()));
        }
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    private static Kvm openKvm() {
        try {
            return Kvm.open();
        } catch (UnsupportedKvmException e) {
            throw OperatorError.environment(
                    e.getMessage() + "; the driver domain needs a kernel with these");
        }
    }

    private static BootImage image(DriverImage image) {
        try {
            return BootImage.read(image);
        } catch (IOException e) {
            throw OperatorError.environment(
                    "the image " + image.label() + " cannot be used: " + e.getMessage());
        }
    }

    private static CardModel model(Assignment.Emulated assignment) {
        return switch (assignment.card()) {
            case I82574L -> CardModel.I82574L;
            case I82540EM -> CardModel.I82540EM;
        };
    }

    /** A locally administered address (IEEE 802, 8.4) that stays the same for the same wire. */
    private static MacAddress addressLike(InterfaceName wire) {
        byte[] base =
                NetDevice.mac(wire.toString())
                        .orElseThrow(
                                () ->
                                        OperatorError.environment(
                                                wire
                                                        + " has no Ethernet address, so it cannot be a"
                                                        + " card's wire; name an Ethernet interface"));
        long bits = 0;
        for (byte b : base) {
            bits = bits << 8 | (b & 0xff);
        }
        return new MacAddress((bits | 0x0200_0000_0000L) ^ 0x0000_00c0_fd00L);
    }

    @Override
    public MonitorService service() {
        return desk;
    }

    @Override
    public Optional<Path> auditLog() {
        return Optional.of(auditLog);
    }

    @Override
    public CallRecorder recorder() {
        return control;
    }

    @Override
    public void confine(Supplier<MonitorStatus.Confinement> drop) {
        control.confining();
        LogFolder.giveFiles(auditLog, user);
        run.leaveToStarter();
        desk.prepareForLess();
        desk.status(); // loads what the JDK loads for it, which may lie where the user cannot read
        MonitorStatus.Confinement now =
                desk.ask(
                        () -> {
                            desk.leaveToStarter();
                            return drop.get();
                        });
        control.confined(now);
        confinement = Optional.of(now);
    }

    @Override
    public CompletionStage<Void> ended() {
        return ended;
    }

    @Override
    public void close() {
        try {
            parts.close();
        } catch (Parts.CloseException e) {
            throw OperatorError.failure("the stop was not clean: " + e.getMessage(), e);
        }
    }
}

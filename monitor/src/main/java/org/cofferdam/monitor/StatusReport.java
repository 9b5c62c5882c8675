package org.cofferdam.monitor;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.cofferdam.audit.AuditCounters;
import org.cofferdam.monitor.config.Assignment;
import org.cofferdam.monitor.config.GuestName;
import org.cofferdam.monitor.config.StartOptions;
import org.cofferdam.monitor.control.AuditHops;
import org.cofferdam.monitor.control.MonitorCounters;
import org.cofferdam.monitor.control.MonitorStatus;
import org.cofferdam.monitor.domain.DomainReport;
import org.cofferdam.proxy.kernel.DropDirection;
import org.cofferdam.proxy.kernel.DropReason;
import org.cofferdam.proxy.kernel.KernelCounters;
import org.cofferdam.proxy.kernel.PortSettings;
import org.cofferdam.proxy.packetswitch.PortCounter;
import org.cofferdam.proxy.packetswitch.PortCounters;
import org.cofferdam.proxy.packetswitch.PortId;
import org.cofferdam.proxy.packetswitch.Verdict;

/** Gathers how a monitor stands. Domain thread. */
final class StatusReport {
    private StatusReport() {}

    static MonitorStatus of(
            MonitorParts parts,
            List<MonitorStatus.Guest> guests,
            MonitorCounters.Captures captures) {
        StartOptions options = parts.options();
        AuditCounters log = parts.log().counters();
        return new MonitorStatus(
                process(parts),
                options.assignment().label(),
                parts.cardModel(),
                wire(options.assignment()),
                new MonitorStatus.HostInterface(
                        options.hostInterface().toString(),
                        parts.hostMac().toString(),
                        options.mtu(),
                        parts.host().carrier()),
                domain(parts),
                ports(parts, guests),
                kernelDrops(parts.kernel().counters()),
                new MonitorStatus.Audit(
                        options.auditDir().toString(),
                        auditState(log),
                        log.recorded(),
                        log.blocks(),
                        log.bytes(),
                        log.lost(),
                        hops(options, log)),
                threads(),
                guests,
                CountersReport.of(parts, guests, captures));
    }

    /** The interface that is the wire; empty where the card has a wire of its own. */
    private static String wire(Assignment assignment) {
        return switch (assignment) {
            case Assignment.Emulated emulated -> emulated.wire().toString();
            case Assignment.Pci pci -> "";
        };
    }

    private static MonitorStatus.Monitor process(MonitorParts parts) {
        Instant started = parts.started();
        Runtime java = Runtime.getRuntime();
        long cpu =
                ProcessHandle.current().info().totalCpuDuration().map(Duration::toNanos).orElse(0L);
        return new MonitorStatus.Monitor(
                ProcessHandle.current().pid(),
                version(),
                started,
                Duration.between(started, Instant.now()).toMillis(),
                cpu,
                rssAnonBytes(),
                java.totalMemory() - java.freeMemory(),
                parts.confinement().get());
    }

    private static String version() {
        String version = StatusReport.class.getPackage().getImplementationVersion();
        return version == null ? "unpacked" : version;
    }

    /** RssAnon of proc_pid_status(5), which is in kB; 0 if the kernel does not tell. */
    private static long rssAnonBytes() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("RssAnon:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
                }
            }
        } catch (IOException e) {
            return 0;
        }
        return 0;
    }

    private static MonitorStatus.Domain domain(MonitorParts parts) {
        DomainReport r = parts.domain().report();
        return new MonitorStatus.Domain(
                r.state().name().toLowerCase(Locale.ROOT),
                parts.options().image().label(),
                r.ramBytes(),
                r.restarts(),
                r.lastReason().isEmpty() ? Optional.empty() : Optional.of(r.lastReason()),
                millis(r.lastOutageNanos()),
                millis(r.bootNanos()),
                r.linkUp(),
                r.linkMbits(),
                r.mac() == 0 ? "" : org.cofferdam.proxy.frame.Mac.text(r.mac()),
                r.passes(),
                r.driver(),
                r.counters());
    }

    private static OptionalLong millis(long nanos) {
        return nanos < 0 ? OptionalLong.empty() : OptionalLong.of((nanos + 999_999) / 1_000_000);
    }

    static List<MonitorStatus.Port> ports(MonitorParts parts, List<MonitorStatus.Guest> guests) {
        List<MonitorStatus.Port> ports = new ArrayList<>();
        DomainReport domain = parts.domain().report();
        ports.add(
                switchPort(
                        parts,
                        MonitorParts.UPLINK,
                        "uplink",
                        "uplink",
                        domain.state().isUp() ? "up" : "the domain is down",
                        ""));
        ports.add(
                switchPort(
                        parts,
                        MonitorParts.HOST,
                        parts.options().hostInterface().toString(),
                        "host",
                        parts.host().carrier() ? "up" : "no carrier",
                        parts.hostMac().toString()));
        for (PortSettings p : parts.kernel().ports()) {
            ports.add(
                    new MonitorStatus.Port(
                            p.netdev(),
                            "netdev",
                            "up",
                            p.mac().toString(),
                            p.talksToHost(),
                            p.talksToPorts(),
                            0,
                            0,
                            0,
                            0,
                            Map.of()));
        }
        for (MonitorStatus.Guest g : guests) {
            MonitorStatus.Port p =
                    switchPort(parts, new PortId(g.port()), g.name(), "guest", g.state(), g.mac());
            ports.add(
                    new MonitorStatus.Port(
                            p.name(),
                            p.kind(),
                            p.state(),
                            p.mac(),
                            g.peers().contains(GuestName.HOST.value()),
                            !g.peers().isEmpty(),
                            p.rxFrames(),
                            p.rxBytes(),
                            p.txFrames(),
                            p.txBytes(),
                            p.verdicts()));
        }
        return ports;
    }

    private static MonitorStatus.Port switchPort(
            MonitorParts parts, PortId id, String name, String kind, String state, String mac) {
        PortCounters c = parts.packets().counters(id);
        Map<String, Long> verdicts = new LinkedHashMap<>();
        for (Verdict v : Verdict.values()) {
            if (c.taken(v) > 0) {
                verdicts.put(v.name().toLowerCase(Locale.ROOT), c.taken(v));
            }
        }
        return new MonitorStatus.Port(
                name,
                kind,
                state,
                mac,
                true,
                true,
                c.get(PortCounter.FRAMES_IN),
                c.get(PortCounter.BYTES_IN),
                c.get(PortCounter.FRAMES_OUT),
                c.get(PortCounter.BYTES_OUT),
                verdicts);
    }

    private static Map<String, Long> kernelDrops(KernelCounters counters) {
        Map<String, Long> drops = new LinkedHashMap<>();
        for (DropDirection d : DropDirection.values()) {
            for (DropReason r : DropReason.values()) {
                long n = counters.drops(d, r);
                if (n > 0) {
                    drops.put((d.name() + "." + r.name()).toLowerCase(Locale.ROOT), n);
                }
            }
        }
        return drops;
    }

    private static AuditHops hops(StartOptions options, AuditCounters log) {
        return new AuditHops(
                options.audit().durability().name().toLowerCase(Locale.ROOT),
                options.audit().whenFull().name().toLowerCase(Locale.ROOT),
                options.audit().sourceBytesPerSecond(),
                log.written(),
                log.ringFull(),
                log.disk().syncs(),
                log.disk().lastSyncNanos(),
                log.disk().worstSyncNanos(),
                log.disk().syncingNanos(),
                log.disk().blockedNanos(),
                log.retention().segments(),
                log.retention().bytes(),
                log.retention().removed(),
                log.retention().shippedBlock(),
                log.retention().shipperLag(),
                log.sources().stream()
                        .map(
                                s ->
                                        new AuditHops.Source(
                                                s.name(),
                                                s.recorded(),
                                                s.lost(),
                                                s.ringFull(),
                                                s.ringBytes(),
                                                s.ringUsed(),
                                                s.limitedNanos()))
                        .toList());
    }

    private static String auditState(AuditCounters log) {
        return switch (log.state()) {
            case RUNNING -> "ok";
            case DISK_FULL, IO_ERROR -> "waiting: " + log.message();
            case SLOW -> "slow: " + log.message();
            case CLOSED -> "closed";
        };
    }

    private static List<MonitorStatus.ThreadUse> threads() {
        ThreadMXBean bean = ManagementFactory.getThreadMXBean();
        List<MonitorStatus.ThreadUse> threads = new ArrayList<>();
        for (long id : bean.getAllThreadIds()) {
            ThreadInfo info = bean.getThreadInfo(id);
            long cpu = bean.getThreadCpuTime(id);
            if (info != null && cpu >= 0) {
                threads.add(new MonitorStatus.ThreadUse(info.getThreadName(), cpu));
            }
        }
        return threads;
    }
}

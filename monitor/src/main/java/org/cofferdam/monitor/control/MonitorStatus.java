package org.cofferdam.monitor.control;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How a running monitor stands: what {@code monitor status} shows and the metrics are made of. Immutable; made on the
 * control thread. Times are in the unit that the name says; counters count since the monitor's start.
 *
 * @param assign what was assigned: {@code emulated}
 * @param card the card's model
 * @param wire the interface that is the card's wire
 */
public record MonitorStatus(
        Monitor monitor,
        String assign,
        String card,
        String wire,
        HostInterface hostInterface,
        Domain domain,
        List<Port> ports,
        Map<String, Long> kernelDrops,
        Audit audit,
        List<ThreadUse> threads,
        List<Guest> guests,
        MonitorCounters counters) {

    public MonitorStatus {
        ports = List.copyOf(ports);
        threads = List.copyOf(threads);
        guests = List.copyOf(guests);
    }

    /**
     * The process.
     *
     * @param rssAnonBytes RssAnon of /proc/self/status: anonymous memory without the domain's RAM
     * @param heapBytes used Java heap
     * @param confinement what it has been confined to; empty if it was started without its starter
     */
    public record Monitor(
            long pid,
            String version,
            Instant started,
            long uptimeMillis,
            long cpuNanos,
            long rssAnonBytes,
            long heapBytes,
            Optional<Confinement> confinement) {}

    /**
     * What the monitor was confined to when it had started. It has no capabilities then.
     *
     * @param user whom it became, or the one who started it if that is not root
     * @param landlockAbi the version of the kernel's Landlock; 0: it has none
     * @param systemCalls how many calls its filter lets through
     * @param listHash SHA-256 of the list of calls
     * @param starterPid the process that cleans up after it
     */
    public record Confinement(
            String user,
            int uid,
            int landlockAbi,
            int systemCalls,
            String listHash,
            long starterPid) {}

    /** The interface that the host sees as the card's. */
    public record HostInterface(String name, String mac, int mtu, boolean carrier) {}

    /**
     * The driver domain.
     *
     * @param state the life cycle's state, in lower case
     * @param image what runs in it
     * @param ramBytes its memory
     * @param restarts how often it was started again
     * @param lastReason why it last left the running state
     * @param lastOutageMillis from its last failure until it forwarded again
     * @param bootMillis from the creation of the virtual machine to link-up, of the last start
     * @param linkUp what the driver says of the link
     * @param linkMbits the link's speed as the driver says
     * @param mac the address that the driver read from the card
     * @param passes turns of the driver's loop, as it says; of a Linux domain its heartbeats
     * @param driver what a Linux domain says of the driver in its kernel: name, version, srcversion
     * @param counters the card's counters as that kernel has them
     */
    public record Domain(
            String state,
            String image,
            long ramBytes,
            long restarts,
            Optional<String> lastReason,
            OptionalLong lastOutageMillis,
            OptionalLong bootMillis,
            boolean linkUp,
            int linkMbits,
            String mac,
            long passes,
            Map<String, String> driver,
            Map<String, String> counters) {
        public Domain {
            driver = Map.copyOf(driver);
            counters = Map.copyOf(counters);
        }
    }

    /**
     * A port of the packet switch.
     *
     * @param name its name, for netdev ports the interface's
     * @param kind {@code uplink}, {@code host}, {@code netdev} or {@code guest}
     * @param state {@code up} or why it is not
     * @param rxFrames frames taken from the port
     * @param txFrames frames given to the port
     * @param verdicts how many of the frames taken got which verdict, by the verdict's name in lower case
     */
    public record Port(
            String name,
            String kind,
            String state,
            String mac,
            boolean toHost,
            boolean toPorts,
            long rxFrames,
            long rxBytes,
            long txFrames,
            long txBytes,
            Map<String, Long> verdicts) {}

    /**
     * A guest's port.
     *
     * @param port its number in the audit log
     * @param ips the IP addresses that it may use; none: any
     * @param bitsPerSecond most bits that it may send, 0 for no limit
     * @param packetsPerSecond most frames that it may send, 0 for no limit
     * @param peers whom it may talk to if they name it, too
     * @param socket where its front end connects or listens
     * @param mode {@code server} if the front end connects, {@code client} if it listens
     * @param uid the only user who may be at the other end
     * @param mtu bytes of IP packet that fit its frames
     * @param linkUp whether it has a link
     * @param state {@code waiting}, or where the session stands
     * @param peerPid who is connected, 0 if nobody is
     * @param queues how many of its queues run
     */
    public record Guest(
            String name,
            int port,
            String mac,
            List<String> ips,
            long bitsPerSecond,
            long packetsPerSecond,
            List<String> peers,
            String socket,
            String mode,
            int uid,
            int mtu,
            boolean linkUp,
            String state,
            long peerPid,
            int queues) {
        public Guest {
            ips = List.copyOf(ips);
            peers = List.copyOf(peers);
        }
    }

    /**
     * The audit log.
     *
     * @param state {@code ok}, {@code waiting} (the packet path is held back), {@code slow} or what is wrong
     * @param lost records that the operator allowed to be lost
     * @param hops what each hop of a record's way counts
     */
    public record Audit(
            String directory,
            String state,
            long records,
            long blocks,
            long bytes,
            long lost,
            AuditHops hops) {
        /** An audit log whose hops are not looked at. */
        public Audit(
                String directory, String state, long records, long blocks, long bytes, long lost) {
            this(directory, state, records, blocks, bytes, lost, AuditHops.NONE);
        }
    }

    /** A thread of the monitor and the processor time it has used. */
    public record ThreadUse(String name, long cpuNanos) {}
}

package org.cofferdam.monitor.config;

import java.util.Locale;
import java.util.Optional;

/**
 * Every setting of {@code monitor start}: the option is {@code --key}, the line of the configuration file {@code key =
 * value}. Each has one sentence for help and documentation.
 */
public enum Setting {
    ASSIGN(
            "CARD",
            "The card: a PCI address like 0000:03:00.0 ('monitor devices' lists them), or 'emulated', a card in"
                    + " software on a wire of this machine."),
    WIRE("IFACE", "The interface that is the emulated card's wire."),
    CARD("MODEL", "The emulated card's model: 82574L or 82540EM."),
    HOST_IF(
            "NAME",
            "The name of the interface that appears on the host as the card's (default cofferdam0)."),
    MAC(
            "MAC",
            "The emulated card's MAC address, and so the host interface's (default: made from the wire's)."),
    IMAGE(
            "nano|linux|PATH",
            "What runs in the domain: 'nano' (default); 'linux', a distribution's kernel as ops/driver-image"
                    + " makes it; or the path of an ELF file like nano's or of a folder like linux's."),
    MEMORY(
            "MIB",
            "Memory of a Linux domain in MiB, 48 to 1024 (default 128); all that its card can reach."),
    MTU("BYTES", "The host interface's MTU in bytes (default 1500)."),
    QUEUES("N", "Queues of the host interface, 1 to 8 (default 1)."),
    THREADS("LAYOUT", "How agents are spread over threads: 'shared' (default)."),
    RATE(
            "RATE",
            "What the host may send at most: like 500mbit, 80kpps, both with a comma, or none (default)."),
    ETHERTYPES("LIST", "Protocols that may pass, by name or number (default ipv4,arp,ipv6)."),
    IDLE_PASSES("N", "Empty polls before the driver sleeps, 0 to 1000000 (default 64)."),
    ON_FAULT("restart|stop", "What to do when the domain fails: 'restart' (default) or 'stop'."),
    ALLOW_UNSAFE_INTERRUPTS(
            "Assign a PCI card although it could forge interrupts of the host; the audit log says so."),
    AUDIT_DIR("DIR", "The audit log's folder (default /var/log/cofferdam)."),
    AUDIT_DURABILITY(
            "device|kernel",
            "Where records are within 15 ms and a sync: on the 'device' (default), or with the 'kernel'. What operators"
                    + " do is on the device before it takes effect in any case."),
    AUDIT_WHEN_FULL(
            "block|count|stop",
            "What to do when the log's disk is full or slow: 'block' the ports that cause records (default), 'count' the"
                    + " records that are lost, or 'stop' the monitor."),
    AUDIT_QUOTA(
            "BYTES",
            "How much of the log each port may fill a second, like 64M (default), or none; who exceeds it is held back."),
    AUDIT_SEGMENT_BYTES(
            "BYTES", "Size of the log's files, 256K to 4G (default 64M); old ones go one by one."),
    AUDIT_KEEP("TIME", "Remove parts of the log that are older, like 30d (default: never)."),
    AUDIT_KEEP_BYTES(
            "BYTES",
            "Remove the log's oldest parts while it is larger, like 20G (default: never)."),
    AUDIT_KEEP_UNTIL_SHIPPED(
            "FILE",
            "Remove nothing that is not in Kafka, as the shipper says in this file: 'shipped' in its state folder."),
    KAFKA(
            "HOST:PORT,…",
            "Also start the shipper, a process of another user, that brings the log to these Kafka brokers."),
    KAFKA_CONFIG("FILE", "Client properties for the shipper: TLS, SASL and others."),
    KAFKA_USER("NAME", "The user that the shipper runs as (default cofferdam-shipper)."),
    KAFKA_STATE_DIR(
            "DIR", "Where the shipper leaves its position (default /var/lib/cofferdam-shipper)."),
    SOCKET("PATH", "The control API's socket (default control.sock in the run directory)."),
    RUN_DIR("DIR", "The run directory; one monitor each (default /run/cofferdam)."),
    GUEST_DIR("DIR", "The folder of guests' sockets (default guests in the run directory)."),
    CAPTURE(
            "deny|headers|full",
            "What 'monitor capture' may take: nothing, the first 96 bytes of each frame (default), or all of it."),
    METRICS(
            "ADDRESS:PORT",
            "Serve the metrics by TCP for Prometheus, at a loopback address, like 127.0.0.1:9464 (default: not)."),
    USER("NAME", "The user that the monitor becomes once it has started (default cofferdam).");

    private final String valueLabel;
    private final String sentence;
    private final boolean isSwitch;

    /** A setting that is on or off. */
    Setting(String sentence) {
        this.valueLabel = "yes|no";
        this.sentence = sentence;
        this.isSwitch = true;
    }

    Setting(String valueLabel, String sentence) {
        this.valueLabel = valueLabel;
        this.sentence = sentence;
        this.isSwitch = false;
    }

    /** The name in the configuration file: {@code host-if}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The name on the command line: {@code --host-if}. */
    public String option() {
        return "--" + key();
    }

    /** What stands for the value in help. */
    public String valueLabel() {
        return valueLabel;
    }

    /** Whether it is on or off: the option alone, without a value, means yes. */
    public boolean isSwitch() {
        return isSwitch;
    }

    public String sentence() {
        return sentence;
    }

    public static Optional<Setting> byKey(String key) {
        for (Setting s : values()) {
            if (s.key().equals(key)) {
                return Optional.of(s);
            }
        }
        return Optional.empty();
    }
}

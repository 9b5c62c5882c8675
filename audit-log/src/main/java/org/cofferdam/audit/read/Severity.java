package org.cofferdam.audit.read;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.PacketVerdict;

/**
 * How much a crossing matters to who looks for intruders. Most types have one severity, by a table; bursts have that
 * of their worst verdict, alerts their own, and a guest that was not let in counts as refused.
 */
public enum Severity {
    /** It is not known, because the type is not. */
    UNKNOWN(0),
    /** As it should be. */
    INFORMATIONAL(1),
    /** Happens on a healthy machine, and says something when it happens often. */
    LOW(2),
    /** Somebody did what they may not, or a part failed. */
    MEDIUM(3),
    /** An attack would look like this. */
    HIGH(4),
    /** As alerts say. */
    CRITICAL(5),
    /** As alerts say. */
    FATAL(6);

    private static final Map<CrossingType, Severity> TABLE = new EnumMap<>(CrossingType.class);

    static {
        put(
                LOW,
                CrossingType.RECOVERED,
                CrossingType.KEY,
                CrossingType.PRUNED,
                CrossingType.SOURCE_LIMITED,
                CrossingType.KERNEL_DROPS,
                CrossingType.KERNEL_DROP,
                CrossingType.KERNEL_EVENTS_LOST,
                CrossingType.CARD_TAKEN,
                CrossingType.CARD_GIVEN_BACK);
        put(
                MEDIUM,
                CrossingType.LOG_BLOCKED,
                CrossingType.MMIO_REFUSED,
                CrossingType.REGISTER_REFUSED,
                CrossingType.WATCHDOG,
                CrossingType.RESTART,
                CrossingType.NOTIFY_REFUSED,
                CrossingType.HOST_RESTORED,
                CrossingType.POLICY_OVERRIDE,
                CrossingType.GUEST_CALL_REFUSED,
                CrossingType.ALERT);
        put(
                HIGH,
                CrossingType.LOSS,
                CrossingType.DMA_REFUSED,
                CrossingType.IOMMU_FAULT,
                CrossingType.IOMMU_FAULTS_UNTOLD,
                CrossingType.FAULT,
                CrossingType.PANIC,
                CrossingType.DESCRIPTOR_REFUSED,
                CrossingType.QUEUE_REFUSED,
                CrossingType.GUEST_REFUSED,
                CrossingType.GUEST_REPORT_REFUSED,
                CrossingType.CONTROL_REFUSED);
    }

    private static final Severity[] BY_NUMBER = values();

    private final int number;

    Severity(int number) {
        this.number = number;
    }

    private static void put(Severity severity, CrossingType... types) {
        for (CrossingType type : types) {
            TABLE.put(type, severity);
        }
    }

    /** The number that OCSF and the log's alerts give it, 0 to 6. */
    public int number() {
        return number;
    }

    /** The severity of a name, in upper or lower case; {@code info} will do for the longest. */
    public static Optional<Severity> named(String name) {
        String wanted = name.toUpperCase(Locale.ROOT);
        for (Severity s : BY_NUMBER) {
            if (s.name().equals(wanted) || (wanted.equals("INFO") && s == INFORMATIONAL)) {
                return Optional.of(s);
            }
        }
        return Optional.empty();
    }

    /** The severity of a crossing. */
    public static Severity of(Crossing c) {
        Optional<CrossingType> type = c.type();
        if (type.isEmpty()) {
            return UNKNOWN;
        }
        if (c.burst().isPresent()) {
            return ofBurst(c.burst().get());
        }
        return switch (type.get()) {
            case ALERT -> ofAlert(c.field("severity").orElse(MEDIUM.number));
            case GUEST_CONNECTED -> c.field("allowed").orElse(1) == 0 ? HIGH : INFORMATIONAL;
            default -> ofType(type.get());
        };
    }

    /** The table's answer for a type, whatever its record says. */
    static Severity ofType(CrossingType type) {
        return TABLE.getOrDefault(type, INFORMATIONAL);
    }

    /** The most that a record of a type can have. */
    static Severity mostOf(CrossingType type) {
        return switch (type) {
            case ALERT -> FATAL;
            case GUEST_CONNECTED -> HIGH;
            case BURST_IN, BURST_OUT, TAP_IN, TAP_OUT -> MEDIUM;
            default -> ofType(type);
        };
    }

    private static Severity ofAlert(long number) {
        return number < 0 || number >= BY_NUMBER.length ? MEDIUM : BY_NUMBER[(int) number];
    }

    private static Severity ofBurst(Burst burst) {
        Severity worst = INFORMATIONAL;
        for (int i = 0; i < burst.packets(); i++) {
            int verdict = burst.verdict(i);
            if (verdict == PacketVerdict.DROP_SPOOFED_MAC.code()
                    || verdict == PacketVerdict.DROP_SPOOFED_IP.code()
                    || verdict == PacketVerdict.DROP_SPOOFED_ARP.code()
                    || verdict == PacketVerdict.DROP_MALFORMED.code()) {
                return MEDIUM;
            }
            if (verdict > PacketVerdict.FLOODED.code()) {
                worst = LOW;
            }
        }
        return worst;
    }
}

package org.cofferdam.monitor;

import java.util.HashMap;
import java.util.Map;
import org.cofferdam.audit.AuditLog;
import org.cofferdam.audit.AuditSource;

/**
 * Gives each port audit sources of its own, so that a peer who causes many records fills its own ring and waits alone. A
 * guest that comes back under its name gets its sources again, since a log has {@value AuditLog#MAX_SOURCES} at most; who
 * comes when all are taken shares the common ones. Any thread.
 *
 * <p>A ring holds what one port can cause while the writer is held up by a change of segments: 1 MiB is 40 ms at 27 MB/s,
 * which is line rate in bursts of 8, and line rate in bursts of 256 for half a second.
 */
final class PortSources {
    private static final int CARD_RING_BYTES = 4 << 20;
    private static final int GUEST_RING_BYTES = 1 << 20;
    private static final int MESSAGE_RING_BYTES = 64 << 10;

    /** A source that several threads write, one at a time, by its lock. */
    record Shared(AuditSource source, Object turn) {}

    private final AuditLog log;
    private final AuditSource commonPackets;
    private final Shared commonMessages;
    private final Map<String, AuditSource> packets = new HashMap<>();
    private final Map<String, Shared> messages = new HashMap<>();

    PortSources(AuditLog log) {
        this.log = log;
        commonPackets = log.source("switch", GUEST_RING_BYTES);
        commonMessages = new Shared(log.source("guests", MESSAGE_RING_BYTES), new Object());
    }

    /** For the packets of the uplink or the host. */
    AuditSource card(String name) {
        return log.source("switch." + name, CARD_RING_BYTES);
    }

    /** For the packets of ports that have no source of their own. */
    AuditSource commonPackets() {
        return commonPackets;
    }

    /** For what guests without a source of their own say. */
    Shared commonMessages() {
        return commonMessages;
    }

    /** For a guest's packets. */
    synchronized AuditSource packets(String guest) {
        AuditSource source = packets.get(guest);
        if (source == null && log.freeSources() > 0) {
            source = log.source("switch.guest." + guest, GUEST_RING_BYTES);
            packets.put(guest, source);
        }
        return source == null ? commonPackets : source;
    }

    /** For what a guest's front end says. */
    synchronized Shared messages(String guest) {
        Shared source = messages.get(guest);
        if (source == null && log.freeSources() > 0) {
            source = new Shared(log.source("guests." + guest, MESSAGE_RING_BYTES), new Object());
            messages.put(guest, source);
        }
        return source == null ? commonMessages : source;
    }
}

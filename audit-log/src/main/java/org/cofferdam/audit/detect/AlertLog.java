package org.cofferdam.audit.detect;

import java.nio.file.Path;
import org.cofferdam.audit.AuditLog;
import org.cofferdam.audit.AuditOptions;
import org.cofferdam.audit.AuditSource;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.read.CrossingFormat;

/**
 * The detector's own audit log: each alert is a record of it, chained and signed like any other. One thread.
 *
 * <p>An alert that is about no port bears port 65535.
 */
public final class AlertLog implements AutoCloseable {
    /** The port of an alert that is about none. */
    public static final int NO_PORT = 0xffff;

    private static final int RING_BYTES = 64 << 10;

    private final AuditLog log;
    private final AuditSource source;

    private AlertLog(AuditLog log) {
        this.log = log;
        this.source = log.source("detector", RING_BYTES);
    }

    /**
     * Opens the log, or goes on with it.
     *
     * @throws org.cofferdam.audit.AuditLogException with one sentence if it cannot be written
     */
    public static AlertLog open(Path directory, String host) {
        return new AlertLog(AuditLog.open(AuditOptions.in(directory, host)));
    }

    /** Records an alert; waits while the disk is full. */
    public void record(Alert a) {
        source.record(
                CrossingType.ALERT,
                a.severity().number(),
                a.port().orElse(NO_PORT),
                a.tip().run(),
                a.tip().source(),
                a.tip().sequence(),
                a.events(),
                a.rule()
                        + " id="
                        + a.id()
                        + " log="
                        + AlertFormat.log(a)
                        + " host="
                        + CrossingFormat.harmless(a.origin().host())
                        + " "
                        + AlertFormat.sentence(a));
    }

    /** Returns when all alerts so far are on the device. */
    public void sync() {
        log.sync();
    }

    @Override
    public void close() {
        log.close();
    }
}

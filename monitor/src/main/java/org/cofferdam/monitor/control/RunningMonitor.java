package org.cofferdam.monitor.control;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A monitor at work. */
public interface RunningMonitor extends AutoCloseable {
    MonitorService service();

    /** Where control calls are recorded. */
    CallRecorder recorder();

    /** Where its audit log is, for those who ask for its blocks; empty if it has none. */
    default Optional<Path> auditLog() {
        return Optional.empty();
    }

    /**
     * Completes when {@link MonitorService#stop} was asked for, or exceptionally with an {@link
     * org.cofferdam.monitor.config.OperatorError} when the monitor cannot go on. The command line then calls {@link
     * #close}.
     */
    CompletionStage<Void> ended();

    /**
     * Gives up all privileges by {@code drop}, after what later needs none has been prepared. Main thread, when the control
     * API is open.
     */
    default void confine(Supplier<MonitorStatus.Confinement> drop) {
        MonitorStatus.Confinement _ = drop.get();
    }

    /** Stops in the reverse order of the start and leaves the host as it was found. Main thread; also after a signal. */
    @Override
    void close();
}

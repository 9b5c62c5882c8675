package org.cofferdam.monitor;

import java.util.function.Consumer;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.config.StartOptions;
import org.cofferdam.monitor.control.RunningMonitor;
import org.cofferdam.monitor.state.RunDirectory;

/** Where the whole monitor is put together. */
final class Monitor {
    private Monitor() {}

    static RunningMonitor start(StartOptions options, RunDirectory run, Consumer<String> progress) {
        progress.accept("taking " + options.assignment() + " in " + run.path());
        throw OperatorError.failure("this build has no driver domain", null);
    }
}

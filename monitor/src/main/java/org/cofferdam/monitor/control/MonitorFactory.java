package org.cofferdam.monitor.control;

import java.util.function.Consumer;
import org.cofferdam.monitor.config.StartOptions;
import org.cofferdam.monitor.state.RunDirectory;

/** Makes a monitor run. The command line calls it once, on the main thread, after the machine has been looked at. */
@FunctionalInterface
public interface MonitorFactory {
    /**
     * Starts everything but the control API; returns when the domain is up.
     *
     * @param run held until the monitor has been closed; its journal is told each change to the host before it is made
     * @param progress takes one line for each step, for the operator
     * @throws org.cofferdam.monitor.config.OperatorError if it cannot be; nothing is left behind then
     */
    RunningMonitor start(StartOptions options, RunDirectory run, Consumer<String> progress);
}

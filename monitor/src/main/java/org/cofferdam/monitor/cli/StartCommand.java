package org.cofferdam.monitor.cli;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.cofferdam.monitor.config.Assignment;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.KafkaShipping;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.config.RawSettings;
import org.cofferdam.monitor.config.Setting;
import org.cofferdam.monitor.config.SettingsFile;
import org.cofferdam.monitor.config.StartOptions;
import org.cofferdam.monitor.confinement.Confinement;
import org.cofferdam.monitor.confinement.ShipperProcess;
import org.cofferdam.monitor.confinement.Starter;
import org.cofferdam.monitor.confinement.StarterChannel;
import org.cofferdam.monitor.control.ControlServer;
import org.cofferdam.monitor.control.MonitorFactory;
import org.cofferdam.monitor.control.RunningMonitor;
import org.cofferdam.monitor.pci.DriverBinding;
import org.cofferdam.monitor.pci.KernelFiles;
import org.cofferdam.monitor.state.Cleanup;
import org.cofferdam.monitor.state.RunDirectory;
import org.cofferdam.monitor.state.StarterProcess;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Starts a monitor and stays until it is stopped. The order: settings, the machine, the run directory (which cleans up
 * after a dead monitor), the monitor, the control API; the stop goes the other way.
 */
final class StartCommand implements Callable<Integer> {
    private final Console console;
    private final MonitorFactory factory;
    private final Subcommand command =
            new Subcommand(
                    this,
                    "start",
                    "Starts a driver domain with the card and gives the host its network interface.",
                    "",
                    "Each option but --config, --detach and --verbose may stand in the configuration file as"
                            + " 'key = value'; the",
                    "command line wins.",
                    "",
                    "Examples:",
                    "  monitor start --assign emulated --wire eth1",
                    "  monitor start --assign 0000:03:00.0",
                    "  monitor start --assign emulated --wire eth1 --host-if wan0 --rate 500mbit --detach",
                    "  monitor start --assign emulated --wire eth1 --kafka broker:9092",
                    "  monitor start --config /etc/cofferdam.conf");
    private final Map<Setting, Subcommand.Value> values = new EnumMap<>(Setting.class);
    private final Subcommand.Value config;
    private final Subcommand.Flag detach;
    private final Subcommand.Flag verbose;

    StartCommand(Console console, MonitorFactory factory) {
        this.console = console;
        this.factory = factory;
        for (Setting setting : Setting.values()) {
            values.put(
                    setting,
                    setting.isSwitch()
                            ? command.switchable(
                                    setting.valueLabel(), setting.sentence(), setting.option())
                            : command.value(
                                    setting.valueLabel(), setting.sentence(), setting.option()));
        }
        config = command.value("FILE", "A file of settings, one 'key = value' a line.", "--config");
        detach =
                command.flag(
                        "Return when the monitor is ready and leave it running as a daemon.",
                        "--detach");
        verbose =
                command.flag(
                        "Say each step that changes the host; stack traces of errors.",
                        Subcommand.VERBOSE);
    }

    CommandSpec spec() {
        return command.spec();
    }

    @Override
    public Integer call() {
        RawSettings raw = settings();
        StartOptions options = StartOptions.from(raw, verbose.isGiven());
        Optional<KafkaShipping> kafka = KafkaShipping.from(raw);
        HostChecks.beforeStart(options);
        Starter.checkUser(options);
        if (detach.isGiven()) {
            new Daemon(console, options).start();
            return ExitCode.OK.code();
        }
        if (Starter.isWanted()) {
            // Landlock knows only what is there, and modules are loaded by whom may.
            HostChecks.auditDirectory(options.auditDir());
            if (options.assignment() instanceof Assignment.Pci) {
                new DriverBinding(KernelFiles.HERE, verbose.isGiven() ? console::say : line -> {})
                        .loadVfio();
            }
            kafka.ifPresent(shipping -> new ShipperProcess(shipping, options.auditDir()).start());
            throw new Starter(options, config.text().map(Path::of)).takeOver();
        }
        if (!StarterProcess.isThere()) {
            HostChecks.auditDirectory(options.auditDir());
            kafka.ifPresent(shipping -> new ShipperProcess(shipping, options.auditDir()).start());
        }
        CompletableFuture<Void> stop = new CompletableFuture<>();
        try (StopSignal signal = StopSignal.install(() -> stop.complete(null))) {
            try {
                runUntil(stop, options);
            } catch (RuntimeException e) {
                signal.exitWith(CommandLineFront.asOperatorError(e).exitCode().code());
                throw e;
            }
        }
        return ExitCode.OK.code();
    }

    private RawSettings settings() {
        RawSettings raw = new RawSettings();
        values.forEach(
                (setting, value) ->
                        value.text()
                                .ifPresent(
                                        text -> raw.putIfAbsent(setting, text, setting.option())));
        if (config.text().isPresent()) {
            SettingsFile.read(config.path(Path.of("")), raw);
        }
        return raw;
    }

    private void runUntil(CompletableFuture<Void> stop, StartOptions options) {
        Consumer<String> trace = verbose.isGiven() ? console::say : line -> {};
        try (RunDirectory run = RunDirectory.claim(options.runDir(), trace)) {
            Cleanup cleanup = run.cleanup();
            if (cleanup.wasNeeded()) {
                console.say(cleanup.sentence());
            }
            HostChecks.afterCleanup(options);
            try (RunningMonitor monitor = factory.start(options, run, console::say);
                    ControlServer control =
                            ControlServer.open(
                                    options.socket(),
                                    monitor.service(),
                                    monitor.recorder(),
                                    monitor.auditLog())) {
                options.metrics().ifPresent(control::serveMetrics);
                StarterChannel.inherited()
                        .ifPresent(
                                channel -> {
                                    control.leaveSocketToStarter();
                                    monitor.confine(() -> Confinement.takeEffect(options));
                                    channel.onEnd(
                                            () ->
                                                    stop.completeExceptionally(
                                                            OperatorError.failure(
                                                                    "the starter has died, and nothing can be undone"
                                                                            + " without it; the next start cleans up",
                                                                    null)));
                                });
                console.say(
                        "ready: interface "
                                + options.hostInterface()
                                + " by the card on "
                                + wire(options.assignment())
                                + ", control socket "
                                + control.path()
                                + ", pid "
                                + StarterProcess.lastToEnd());
                monitor.ended()
                        .whenComplete(
                                (nothing, failure) -> {
                                    if (failure == null) {
                                        stop.complete(null);
                                    } else {
                                        stop.completeExceptionally(failure);
                                    }
                                });
                await(stop);
                console.say("stopping");
            }
        }
        console.say("stopped");
    }

    private static void await(CompletableFuture<Void> stop) {
        try {
            stop.join();
        } catch (CompletionException e) {
            throw CommandLineFront.asOperatorError(e.getCause() == null ? e : e.getCause());
        }
    }

    private static String wire(Assignment assignment) {
        return switch (assignment) {
            case Assignment.Emulated emulated -> "wire " + emulated.wire();
            case Assignment.Pci pci -> "PCI " + pci.address();
        };
    }
}

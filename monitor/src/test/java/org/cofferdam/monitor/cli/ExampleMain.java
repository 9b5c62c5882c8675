package org.cofferdam.monitor.cli;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.cofferdam.binding.net.NetDevice;
import org.cofferdam.monitor.config.Assignment;
import org.cofferdam.monitor.config.InterfaceName;
import org.cofferdam.monitor.config.StartOptions;
import org.cofferdam.monitor.control.CallRecorder;
import org.cofferdam.monitor.control.ExampleMonitor;
import org.cofferdam.monitor.control.MonitorService;
import org.cofferdam.monitor.control.RunningMonitor;
import org.cofferdam.monitor.state.HostChange;
import org.cofferdam.monitor.state.HostJournal;
import org.cofferdam.monitor.state.RunDirectory;

/**
 * The command line in front of a monitor without a domain, as a process of its own. With EXAMPLE_BPF set to an object
 * file it changes its wire in every way that a journal can name.
 */
public final class ExampleMain {
    private ExampleMain() {}

    public static void main(String[] args) {
        System.exit(CommandLineFront.run(args, System.out, System.err, Example::new));
    }

    private static final class Example implements RunningMonitor {
        private record Done(HostJournal.Entry entry, List<String> undo) {}

        private final ExampleMonitor monitor = new ExampleMonitor();
        private final HostJournal journal;
        private final Deque<Done> done = new ArrayDeque<>();

        Example(StartOptions options, RunDirectory run, Consumer<String> progress) {
            this.journal = run.journal();
            progress.accept("starting the example");
            String object = System.getenv("EXAMPLE_BPF");
            if (object != null && options.assignment() instanceof Assignment.Emulated emulated) {
                change(emulated.wire(), object);
            }
        }

        private void change(InterfaceName wire, String object) {
            int index = index(wire);
            String w = wire.value();
            make(
                    new HostChange.LinkUp(wire, index),
                    "ip link set dev " + w + " up",
                    "ip link set dev " + w + " down");
            make(
                    new HostChange.Mtu(wire, index, 1500, 1400),
                    "ip link set dev " + w + " mtu 1400",
                    "ip link set dev " + w + " mtu 1500");
            make(
                    new HostChange.Clsact(wire, index),
                    "tc qdisc add dev " + w + " clsact",
                    "tc qdisc del dev " + w + " clsact");
            make(
                    new HostChange.TcFilter(wire, index, true, 7, 3, "cofd_example"),
                    "tc filter add dev "
                            + w
                            + " egress pref 7 handle 3 bpf da obj "
                            + object
                            + " sec classifier",
                    "tc filter del dev " + w + " egress pref 7 handle 3 bpf");
            make(
                    new HostChange.Xdp(wire, index, "cofd_xdp"),
                    "ip link set dev " + w + " xdpdrv obj " + object + " sec xdp",
                    "ip link set dev " + w + " xdpdrv off");
        }

        private static int index(InterfaceName name) {
            return NetDevice.index(name.value());
        }

        private void make(HostChange change, String command, String undo) {
            HostJournal.Entry entry = journal.willDo(change);
            run(List.of(command.split(" ")));
            done.push(new Done(entry, List.of(undo.split(" "))));
        }

        private static void run(List<String> command) {
            try {
                Process process = new ProcessBuilder(new ArrayList<>(command)).inheritIO().start();
                if (process.waitFor() != 0) {
                    throw new IllegalStateException(String.join(" ", command) + " failed");
                }
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public MonitorService service() {
            return monitor;
        }

        @Override
        public CallRecorder recorder() {
            return monitor;
        }

        @Override
        public CompletionStage<Void> ended() {
            return monitor.stopped;
        }

        @Override
        public void close() {
            while (!done.isEmpty()) {
                Done change = done.pop();
                run(change.undo());
                journal.undone(change.entry());
            }
        }
    }
}

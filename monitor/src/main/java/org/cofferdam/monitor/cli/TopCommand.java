package org.cofferdam.monitor.cli;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.json.JsonTree;
import picocli.CommandLine.Model.CommandSpec;

/** {@code monitor top}: what happens in a running monitor, second by second. */
final class TopCommand implements Callable<Integer> {
    private static final long PERIOD_NANOS = 1_000_000_000L;

    // ECMA-48 and xterm: the other screen without a cursor; back; to its corner; the rest of a
    // line, and of the screen, empty.
    private static final String ENTER = "\033[?1049h\033[?25l";
    private static final String LEAVE = "\033[?25h\033[?1049l";
    private static final String CORNER = "\033[H";
    private static final String END_OF_LINE = "\033[K\n";
    private static final String END_OF_SCREEN = "\033[J";

    private final Console console;
    private final Subcommand command =
            new Subcommand(
                    this,
                    "top",
                    "Shows each second what passes the ports and what is dropped, how the domain stands and what the"
                            + " log writes.",
                    "",
                    "On a terminal it is one table that changes; otherwise one sample follows the other. Ctrl-C ends it.",
                    "",
                    "Examples:",
                    "  monitor top",
                    "  monitor top -n 10 -o json | jq '.ports[] | {name, inFramesPerSecond}'");
    private final Subcommand.Value count =
            command.value("N", "End after so many samples.", "-n", "--samples");
    private final Subcommand.Value output =
            command.value(
                    "FORMAT", "text (default) or json, one object a sample.", "-o", "--output");
    private final Subcommand.MonitorPlace monitor = command.monitorPlace();
    private final CountDownLatch ended = new CountDownLatch(1);

    TopCommand(Console console) {
        this.console = console;
    }

    CommandSpec spec() {
        return command.spec();
    }

    @Override
    public Integer call() {
        boolean json = output.isJson("text");
        int samples = count.number(Integer.MAX_VALUE - 1, "samples");
        boolean live = !json && System.console() != null && System.console().isTerminal();
        ControlClient client = monitor.client();
        JsonTree before = look(client); // before the screen changes: it may not answer
        try (StopSignal _ = StopSignal.install(ended::countDown)) {
            if (live) {
                console.print(ENTER);
            }
            try {
                show(client, before, samples, json, live);
            } finally {
                if (live) {
                    console.print(LEAVE);
                }
            }
        }
        return ExitCode.OK.code();
    }

    private void show(
            ControlClient client, JsonTree first, int samples, boolean json, boolean live) {
        JsonTree before = first;
        long then = System.nanoTime();
        for (int i = 0; i < samples && !waited(then); i++) {
            JsonTree now = look(client);
            long when = System.nanoTime();
            TopSample sample = TopSample.between(before, now, when - then);
            if (live) {
                // One write, and nothing is cleared before it: the picture does not flicker.
                console.print(CORNER + sample.text().replace("\n", END_OF_LINE) + END_OF_SCREEN);
            } else {
                console.print(json ? sample.json() : sample.text() + "\n");
            }
            if (console.out().checkError()) {
                return; // as in 'monitor top | head'
            }
            before = now;
            then = when;
        }
    }

    /** Waits until a second after this; true if the end came first. */
    private boolean waited(long since) {
        try {
            return ended.await(PERIOD_NANOS - (System.nanoTime() - since), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private static JsonTree look(ControlClient client) {
        try {
            return JsonTree.parse(client.askText("GET", "/v1/status", Map.of()));
        } catch (IOException e) {
            throw OperatorError.failure("the monitor answered something that is not JSON", e);
        }
    }
}

package org.cofferdam.monitor.cli;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.json.JsonTree;
import picocli.CommandLine.Model.CommandSpec;

/** {@code monitor console}: what the kernel of a Linux driver domain prints. */
final class ConsoleCommand implements Callable<Integer> {
    private static final int DEFAULT_LINES = 10_000;
    private static final long LOOK_MILLIS = 500;

    private final Console console;
    private final Subcommand command =
            new Subcommand(
                    this,
                    "console",
                    "Shows what the kernel of a Linux driver domain prints: the last 64 KiB of it, over its lives.",
                    "The whole of it is in the audit log: 'monitor audit tail --type CONSOLE'.",
                    "",
                    "Examples:",
                    "  monitor console",
                    "  monitor console -n 20 --follow",
                    "  monitor console -o json | jq -r '.lines[]'");
    private final Subcommand.Value lines =
            command.value("N", "Only the last N lines (default: all).", "-n", "--lines");
    private final Subcommand.Flag follow =
            command.flag("Go on with what it prints from now on, until interrupted.", "--follow");
    private final Subcommand.Value output =
            command.value("FORMAT", "text (default) or json.", "-o", "--output");
    private final Subcommand.MonitorPlace monitor = command.monitorPlace();

    ConsoleCommand(Console console) {
        this.console = console;
    }

    CommandSpec spec() {
        return command.spec();
    }

    @Override
    public Integer call() throws InterruptedException {
        int most = lines.number(DEFAULT_LINES, "lines");
        boolean json = output.isJson("text");
        if (json && follow.isGiven()) {
            throw OperatorError.usage("--follow prints text; leave -o json out");
        }
        String answer = ask(0);
        if (json) {
            console.print(answer);
            return ExitCode.OK.code();
        }
        long next = print(answer, most);
        while (follow.isGiven()) {
            // The control API answers what there is; nothing tells of a new line.
            Thread.sleep(LOOK_MILLIS);
            next = print(ask(next), Integer.MAX_VALUE);
        }
        return ExitCode.OK.code();
    }

    private String ask(long after) {
        return monitor.client().askText("GET", "/v1/console?after=" + after, Map.of());
    }

    private long print(String answer, int most) {
        try {
            JsonTree text = JsonTree.parse(answer);
            var all = text.get("lines").items();
            all.subList(Math.max(0, all.size() - most), all.size())
                    .forEach(line -> console.print(line.text() + "\n"));
            return text.get("next").number();
        } catch (IOException e) {
            throw OperatorError.failure("the monitor answered something that is not JSON", e);
        }
    }
}

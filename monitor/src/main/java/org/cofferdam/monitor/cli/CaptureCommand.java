package org.cofferdam.monitor.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.proxy.framefilter.FilterException;
import org.cofferdam.proxy.framefilter.FrameFilter;
import picocli.CommandLine.Model.CommandSpec;

/** {@code monitor capture}: frames of the switch's ports, as a file for Wireshark. */
final class CaptureCommand implements Callable<Integer> {
    private static final String STDOUT = "-";
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,6})(ms|s|m|h|d)");

    private final Console console;
    private final Subcommand command =
            new Subcommand(
                    this,
                    "capture",
                    "Writes the frames that pass the switch's ports, and those it drops with the reason, as pcapng.",
                    "",
                    "The filter is an expression as tcpdump takes it. It ends with --count, --for or Ctrl-C. What may be"
                            + " captured is for",
                    "the monitor's --capture to say: by itself the first 96 bytes of each frame. Begin and end are in the"
                            + " audit log.",
                    "",
                    "Examples:",
                    "  monitor capture -w out.pcapng --port web --for 30s",
                    "  monitor capture -w out.pcapng 'tcp port 80 and host 10.0.0.7'",
                    "  monitor capture -w - arp | wireshark -k -i -");
    private final Subcommand.Value file =
            command.required("FILE", "Where to write it; - is standard output.", "-w", "--write");
    private final Subcommand.Value port =
            command.value("NAME", "uplink, host, a guest's name or all (default).", "--port");
    private final Subcommand.Value snap =
            command.value(
                    "N", "Bytes of each frame (default: as many as the monitor allows).", "--snap");
    private final Subcommand.Value count =
            command.value("N", "End after so many frames.", "-n", "--count");
    private final Subcommand.Value duration =
            command.value("TIME", "End after a time, like 500ms, 30s or 10m.", "--for");
    private final Subcommand.Words filter = command.words("FILTER", "Which frames; all by itself.");
    private final Subcommand.MonitorPlace monitor = command.monitorPlace();

    CaptureCommand(Console console) {
        this.console = console;
    }

    CommandSpec spec() {
        return command.spec();
    }

    @Override
    public Integer call() {
        Map<String, String> wish = wish();
        boolean toStdout = file.orElse("").equals(STDOUT);
        if (toStdout && Terminal.isTerminal(Terminal.STDOUT)) {
            throw OperatorError.usage(
                    "-w -: standard output is a terminal; send it to a program, like '| wireshark -k -i -'");
        }
        Path target = toStdout ? Path.of("") : file.path(Path.of(""));
        try (ControlClient.Stream stream = monitor.client().stream("/v1/capture", wish)) {
            // A signal ends the capture, not this process: the rest and the counts still come.
            try (StopSignal _ = StopSignal.install(stream::finish);
                    OutputStream out = toStdout ? stdout() : open(target)) {
                Map<String, String> counts = stream.copyTo(out);
                console.say(
                        "%s frames captured, %s missed because they came faster than they were read"
                                .formatted(
                                        counts.getOrDefault("capture-frames", "?"),
                                        counts.getOrDefault("capture-missed", "?")));
            }
        } catch (ReaderGone e) {
            return ExitCode.OK.code(); // as with '| head'
        } catch (IOException e) {
            throw OperatorError.failure(
                    "the capture broke off (" + e.getMessage() + "); what came is written", e);
        }
        return ExitCode.OK.code();
    }

    private Map<String, String> wish() {
        Map<String, String> wish = new LinkedHashMap<>();
        wish.put("port", port.orElse("all"));
        snap.text().ifPresent(n -> wish.put("snap", "" + snap.number(0, "bytes")));
        count.text().ifPresent(n -> wish.put("count", "" + count.number(0, "frames")));
        duration.text().ifPresent(text -> wish.put("millis", "" + millis(text)));
        String expression = String.join(" ", filter.texts());
        try {
            if (!FrameFilter.of(expression).text().isEmpty()) {
                wish.put("filter", expression.strip());
            }
        } catch (FilterException e) {
            throw OperatorError.usage(e.getMessage() + "; 'man pcap-filter' has the language");
        }
        return wish;
    }

    private static long millis(String text) {
        Matcher m = DURATION.matcher(text);
        if (!m.matches() || Long.parseLong(m.group(1)) == 0) {
            throw OperatorError.usage(
                    "--for: \"" + text + "\" is not a time like 500ms, 30s or 10m");
        }
        long unit =
                switch (m.group(2)) {
                    case "ms" -> 1;
                    case "s" -> 1_000;
                    case "m" -> 60_000;
                    case "h" -> 3_600_000;
                    default -> 86_400_000;
                };
        return Long.parseLong(m.group(1)) * unit;
    }

    private static OutputStream open(Path target) {
        try {
            return Files.newOutputStream(target);
        } catch (IOException e) {
            throw new OperatorError(
                    ExitCode.ENVIRONMENT,
                    "cannot write "
                            + target
                            + " ("
                            + e.getMessage()
                            + "); name another file with -w",
                    e);
        }
    }

    /** Whoever read standard output has ended. */
    private static final class ReaderGone extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private OutputStream stdout() {
        return new FilterOutputStream(console.out()) {
            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                out.write(bytes, from, length);
            }

            @Override
            public void flush() throws IOException {
                if (console.out().checkError()) { // which flushes first
                    throw new ReaderGone();
                }
            }

            @Override
            public void close() throws IOException {
                flush();
            }
        };
    }
}

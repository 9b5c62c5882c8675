package org.cofferdam.tests.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;

/**
 * Pings every {@value #PERIOD_MILLIS} ms in the background, each answer noted with its time, so that an interruption
 * between shows as the longest time without one.
 */
public final class PingSeries implements AutoCloseable {
    /** With less than 10 ms ping would spin, and take the processor from what is measured. */
    private static final int PERIOD_MILLIS = 10;

    private static final Pattern ANSWER =
            Pattern.compile("^\\[([0-9]+\\.[0-9]+)\\] .*icmp_seq=([0-9]+)");

    private final Process ping;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    private PingSeries(Process ping) {
        this.ping = ping;
        Thread.ofVirtual().start(this::read);
    }

    public static PingSeries start(NetworkNamespaces network, Namespace from, String address) {
        String period = "0." + "%02d".formatted(PERIOD_MILLIS / 10);
        return new PingSeries(
                network.in(from, "ping", "-n", "-D", "-W", "2", "-i", period, address).start());
    }

    private void read() {
        try (BufferedReader reading = ping.inputReader(StandardCharsets.UTF_8)) {
            reading.lines().forEach(lines::add);
        } catch (IOException | UncheckedIOException e) {
            // It was ended in the middle of a line.
            return;
        }
    }

    /** How many answers came so far. */
    public int answers() {
        return (int) lines.stream().filter(line -> ANSWER.matcher(line).find()).count();
    }

    /** Milliseconds of the longest time between two answers, less the period. */
    public long longestGapMillis() {
        double last = 0;
        double longest = 0;
        for (String line : lines) {
            Matcher answer = ANSWER.matcher(line);
            if (answer.find()) {
                double at = Double.parseDouble(answer.group(1));
                longest = last == 0 ? longest : Math.max(longest, at - last);
                last = at;
            }
        }
        return Math.max(0, Math.round(longest * 1000) - PERIOD_MILLIS);
    }

    /** How many of the pings before the last that was answered were not: those after it may be under way. */
    public long lost() {
        Set<Long> answered = new HashSet<>();
        long rounds = 0; // a sequence number has 16 bits (RFC 792)
        long last = 0;
        for (String line : lines) {
            Matcher answer = ANSWER.matcher(line);
            if (answer.find()) {
                long number = Long.parseLong(answer.group(2));
                if (number - last > 0x8000) {
                    answered.add(rounds - 0x1_0000 + number); // late, of the round before
                } else {
                    rounds += last - number > 0x8000 ? 0x1_0000 : 0;
                    last = number;
                    answered.add(rounds + number);
                }
            }
        }
        return answered.stream().mapToLong(Long::longValue).max().orElse(0) - answered.size();
    }

    @Override
    public void close() {
        ping.destroyForcibly();
    }
}

package org.cofferdam.proxy.vhostuser;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A testpmd of Debian 12 that runs, spoken to by its prompt. Unpacked by tests/testpmd/unpack, never installed. */
final class Testpmd implements AutoCloseable {
    private static final Pattern COUNTER = Pattern.compile("(RX|TX)-packets: *(\\d+)");

    private final Process process;
    private final Path runtime;
    private final Writer commands;
    private final StringBuilder said = new StringBuilder();
    private final Thread listener;

    private Testpmd(Process process, Path runtime) {
        this.process = process;
        this.runtime = runtime;
        this.commands = process.outputWriter(StandardCharsets.UTF_8);
        this.listener = Thread.ofPlatform().daemon().name("testpmd").start(this::listen);
    }

    /** Where it was unpacked; empty if it was not. */
    static Optional<Path> folder() {
        String cache = System.getenv("XDG_CACHE_HOME");
        Path base =
                cache == null || cache.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".cache")
                        : Path.of(cache);
        Path folder = base.resolve("cofferdam/testpmd");
        return Files.exists(folder.resolve("complete")) ? Optional.of(folder) : Optional.empty();
    }

    /**
     * Starts one without hugepages and without a card of the machine's.
     *
     * @param prefix tells several apart
     * @param devices arguments of --vdev
     * @param arguments those of testpmd itself, after its "--"
     */
    static Testpmd start(String prefix, List<String> devices, String... arguments) {
        Path folder = folder().orElseThrow();
        Path drivers = folder.resolve("lib/dpdk/pmds-23.0");
        List<String> words = new ArrayList<>();
        words.add(folder.resolve("dpdk-testpmd").toString());
        words.addAll(List.of("--no-huge", "-m", "256", "--no-pci", "--no-telemetry"));
        words.addAll(List.of("--file-prefix", prefix, "--lcores", "0@1,1@0"));
        for (String driver : List.of("bus_vdev", "mempool_ring", "net_virtio", "net_vhost")) {
            words.addAll(List.of("-d", drivers.resolve("librte_" + driver + ".so.23").toString()));
        }
        devices.forEach(device -> words.addAll(List.of("--vdev", device)));
        words.addAll(List.of("--", "--interactive", "--total-num-mbufs=16384"));
        words.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
        builder.environment().put("LD_LIBRARY_PATH", folder.resolve("lib") + ":" + drivers);
        try {
            // What DPDK keeps for other processes of its kind lies here, and not in /var/run.
            Path runtime = Files.createTempDirectory("cofferdam-testpmd-");
            builder.environment().put("RUNTIME_DIRECTORY", runtime.toString());
            return new Testpmd(builder.start(), runtime);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void listen() {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            char[] piece = new char[4096];
            for (int n = reader.read(piece); n >= 0; n = reader.read(piece)) {
                synchronized (said) {
                    said.append(piece, 0, n);
                }
            }
        } catch (IOException e) {
            // It was killed: nothing more will be said.
            return;
        }
    }

    /** All that it wrote so far. */
    String said() {
        synchronized (said) {
            return said.toString();
        }
    }

    boolean isReady() {
        return said().contains("testpmd> ");
    }

    /** Gives a command and waits for the next prompt. */
    String command(String line) {
        int before = said().length();
        try {
            commands.write(line + "\n");
            commands.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(said(), e);
        }
        for (int i = 0; i < 1000; i++) {
            String now = said().substring(before);
            if (now.contains("testpmd> ")) {
                return now;
            }
            try {
                // A pipe has no other way to say that there is more to read.
                Thread.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }
        throw new AssertionError("testpmd does not answer '" + line + "':\n" + said());
    }

    /** Packets that a port has received, or sent. */
    long packets(int port, String direction) {
        Matcher counter = COUNTER.matcher(command("show port stats " + port));
        while (counter.find()) {
            if (counter.group(1).equals(direction)) {
                return Long.parseLong(counter.group(2));
            }
        }
        throw new AssertionError("no counter of port " + port + ":\n" + said());
    }

    /** kill -9. */
    void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("testpmd does not end:\n" + said());
            }
            listener.join(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            try {
                commands.write("quit\n");
                commands.flush();
            } catch (IOException e) {
                process.destroyForcibly();
            }
            awaitEnd();
        }
        try (Stream<Path> files = Files.walk(runtime)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

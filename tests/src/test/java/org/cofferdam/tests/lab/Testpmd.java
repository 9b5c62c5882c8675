package org.cofferdam.tests.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** DPDK's testpmd, as a guest that answers ARP and pings; unpacked by tests/testpmd/unpack. */
public final class Testpmd implements AutoCloseable {
    private final Process process;
    private final Path output;

    private Testpmd(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Where it was unpacked; empty if it was not. */
    public static Optional<Path> folder() {
        String cache = System.getenv("XDG_CACHE_HOME");
        Path base =
                cache == null || cache.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".cache")
                        : Path.of(cache);
        Path folder = base.resolve("cofferdam/testpmd");
        return Files.exists(folder.resolve("complete")) ? Optional.of(folder) : Optional.empty();
    }

    /** Starts one that attaches to a socket and answers for whatever address it is asked by ARP. */
    public static Testpmd thatAnswersPings(Path socket, String mac, Path output, String... prefix) {
        Path folder = folder().orElseThrow();
        Path drivers = folder.resolve("lib/dpdk/pmds-23.0");
        List<String> words = new ArrayList<>(List.of(prefix));
        words.add(folder.resolve("dpdk-testpmd").toString());
        words.addAll(List.of("--no-huge", "-m", "128", "--no-pci", "--no-telemetry"));
        words.addAll(List.of("--no-shconf", "--lcores", "0@1,1@0"));
        for (String driver : List.of("bus_vdev", "mempool_ring", "net_virtio")) {
            words.addAll(List.of("-d", drivers.resolve("librte_" + driver + ".so.23").toString()));
        }
        words.add("--vdev");
        words.add("net_virtio_user0,path=" + socket + ",mac=" + mac + ",queues=1");
        words.addAll(List.of("--", "--forward-mode=icmpecho", "--auto-start"));
        words.addAll(List.of("--total-num-mbufs=4096"));
        ProcessBuilder builder =
                new ProcessBuilder(words)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.to(output.toFile()));
        builder.environment().put("LD_LIBRARY_PATH", folder.resolve("lib") + ":" + drivers);
        // What DPDK keeps for other processes of its kind lies here, and not in /var/run.
        builder.environment().put("RUNTIME_DIRECTORY", String.valueOf(output.getParent()));
        try {
            return new Testpmd(builder.start(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What it wrote. */
    public String said() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** kill -9, as its crash would be. */
    public void kill() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                throw new AssertionError("testpmd does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        kill();
    }
}

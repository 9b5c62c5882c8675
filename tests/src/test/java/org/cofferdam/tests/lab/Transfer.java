package org.cofferdam.tests.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.cofferdam.tests.architecture.SourceTree;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;

/** A TCP connection between two namespaces that carries checked data until it is told to finish. */
public final class Transfer implements AutoCloseable {
    private static final int PORT = 7007;
    private static final Duration PATIENCE = Patience.of(Duration.ofSeconds(40));

    private final Process server;
    private final Process sender;
    private final List<String> served = new CopyOnWriteArrayList<>();
    private final List<String> sent = new CopyOnWriteArrayList<>();

    /** Connects {@code from} to the address, which is one of {@code to}, and begins to send. */
    public static Transfer start(
            NetworkNamespaces network, Namespace from, Namespace to, String address) {
        return new Transfer(network, from, to, address);
    }

    private Transfer(NetworkNamespaces network, Namespace from, Namespace to, String address) {
        server = spawn(network, to, served, "serve", Integer.toString(PORT));
        try {
            Awaitility.await("the receiver to listen")
                    .atMost(PATIENCE)
                    .until(() -> served.contains("listening"));
            sender = spawn(network, from, sent, "send", address, Integer.toString(PORT));
        } catch (RuntimeException | Error e) {
            server.destroyForcibly();
            throw e;
        }
    }

    private static Process spawn(
            NetworkNamespaces network, Namespace ns, List<String> lines, String... arguments) {
        Path classes = SourceTree.root().resolve("tests/target/test-classes");
        Command command =
                network.in(
                                ns,
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-Xmx32m",
                                "-cp",
                                classes.toString(),
                                TransferPeer.class.getName())
                        .with(arguments);
        try {
            Process process = new ProcessBuilder(command.words()).redirectErrorStream(true).start();
            Thread.ofVirtual().start(() -> collect(process.getInputStream(), lines));
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void collect(InputStream stream, List<String> lines) {
        try (BufferedReader reader =
                new BufferedReader(new java.io.InputStreamReader(stream, StandardCharsets.UTF_8))) {
            reader.lines().forEach(lines::add);
        } catch (IOException | UncheckedIOException e) {
            lines.add(e.toString());
        }
    }

    /** Bytes that the receiver has said it has. */
    public long received() {
        for (int i = served.size() - 1; i >= 0; i--) {
            if (served.get(i).startsWith("received ")) {
                return Long.parseLong(served.get(i).substring("received ".length()));
            }
        }
        return 0;
    }

    /** Waits until the receiver has this many more bytes than now. */
    public void awaitMore(long bytes) {
        long wanted = received() + bytes;
        Awaitility.await(bytes + " more bytes to arrive")
                .atMost(PATIENCE)
                .until(() -> received() >= wanted || !sender.isAlive() || !server.isAlive());
        if (received() < wanted) {
            throw new AssertionError("the transfer broke: " + this);
        }
    }

    /** Ends the stream in order; fails unless what arrived is what was sent. */
    public void finish() {
        try {
            sender.getOutputStream().close();
            if (!sender.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                    || sender.exitValue() != 0) {
                throw new AssertionError("the transfer did not end well: " + this);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void close() {
        sender.destroyForcibly();
        server.destroyForcibly();
    }

    @Override
    public String toString() {
        return "sender "
                + sent
                + ", receiver "
                + served.subList(Math.max(0, served.size() - 3), served.size());
    }
}

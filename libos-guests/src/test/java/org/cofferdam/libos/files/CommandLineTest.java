package org.cofferdam.libos.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.awaitility.Awaitility;
import org.cofferdam.libos.program.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guest's files from a command line, under a program that nobody here wrote: the JDK's web server. */
final class CommandLineTest {
    private static final String PROVIDER =
            "-Djava.nio.file.spi.DefaultFileSystemProvider="
                    + GuestFileSystemProvider.class.getName();

    @TempDir Path folder;

    @Test
    void theJdksWebServerServesImageAndGrantAndNothingElse() throws Exception {
        byte[] large = new byte[5_000_000];
        new SplittableRandom(1).nextBytes(large);
        Path image = Files.createDirectories(folder.resolve("image/www"));
        Files.write(image.resolve("large.bin"), large);
        Path granted = Files.createDirectory(folder.resolve("granted"));
        Files.writeString(granted.resolve("x.txt"), "of the host");
        Files.writeString(folder.resolve("secret"), "secret");
        int port = freePort();
        List<String> command =
                new ArrayList<>(
                        List.of(Path.of(System.getProperty("java.home"), "bin/java").toString()));
        command.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        PROVIDER,
                        "-Dcofferdam.libos.files.image=" + folder.resolve("image"),
                        "-Dcofferdam.libos.files.grants=/www/granted=ro:" + granted,
                        "-m",
                        "jdk.httpserver",
                        "-d",
                        "/www",
                        "-p",
                        String.valueOf(port)));
        Path out = folder.resolve("out");
        Process server =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(out.toFile())
                        .start();
        try (HttpClient client = HttpClient.newHttpClient()) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> Files.readString(out).contains("URL http") || !server.isAlive());
            assertEquals(200, get(client, port, "large.bin").statusCode());
            org.junit.jupiter.api.Assertions.assertArrayEquals(
                    large, get(client, port, "large.bin").body());
            assertEquals(
                    "of the host",
                    new String(
                            get(client, port, "granted/x.txt").body(),
                            java.nio.charset.StandardCharsets.UTF_8));
            String listing =
                    new String(
                            get(client, port, "").body(), java.nio.charset.StandardCharsets.UTF_8);
            assertTrue(listing.contains("large.bin") && listing.contains("granted"), listing);
            for (String way :
                    List.of(
                            "granted/../../secret",
                            "%2e%2e/secret",
                            "granted/%2e%2e/%2e%2e/secret")) {
                assertEquals(404, get(client, port, way).statusCode(), way);
            }
        } finally {
            server.destroyForcibly();
            server.waitFor();
        }
    }

    private static HttpResponse<byte[]> get(HttpClient client, int port, String path)
            throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/" + path)).build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Test
    void wrongSettingsAreToldInOneSentence() throws Exception {
        for (List<String> each :
                List.of(
                        List.of("memory=lots", "it should be like 64m or 2g"),
                        List.of("grants=/data", "it should be like /data=ro:/srv/data"),
                        List.of(
                                "grants=/data=ro:/no/such/folder",
                                "the guest's files cannot be made"))) {
            ChildJvm.Ended ended =
                    ChildJvm.run(
                            List.of(PROVIDER, "-Dcofferdam.libos.files." + each.getFirst()),
                            List.of("-m", "jdk.httpserver", "-version"));
            assertTrue(ended.text().contains(each.getLast()), ended.text());
            assertEquals(1, ended.exit());
        }
    }
}

package org.cofferdam.libos.jdk;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * Small programs for {@link GuestSocketsTest}, each of which is the main of a JVM with installed sockets. All but {@link
 * #main} is what any program of the JDK does. Servers stand on the guest's loopback.
 */
@SuppressWarnings("AddressSelection") // addresses, not names
final class JdkPrograms {
    static final String PASSWORD = "only a test";
    private static final String HERE = "127.0.0.1";

    /** What the system property names: the left one of two guests. */
    public static final class Provider extends java.nio.channels.spi.SelectorProvider {
        private static final TwoGuests TWO = new TwoGuests();

        @Override
        public java.nio.channels.DatagramChannel openDatagramChannel() throws IOException {
            return TWO.left.openDatagramChannel();
        }

        @Override
        public java.nio.channels.DatagramChannel openDatagramChannel(java.net.ProtocolFamily family)
                throws IOException {
            return TWO.left.openDatagramChannel(family);
        }

        @Override
        public java.nio.channels.Pipe openPipe() {
            return TWO.left.openPipe();
        }

        @Override
        public java.nio.channels.spi.AbstractSelector openSelector() {
            return TWO.left.openSelector();
        }

        @Override
        public java.nio.channels.ServerSocketChannel openServerSocketChannel() throws IOException {
            return TWO.left.openServerSocketChannel();
        }

        @Override
        public java.nio.channels.SocketChannel openSocketChannel() throws IOException {
            return TWO.left.openSocketChannel();
        }
    }

    private JdkPrograms() {}

    /** Installs the sockets and does what the first word says; "done" is the last line if all was right. */
    public static void main(String[] args) throws Exception {
        GuestSockets.install(Provider.TWO.left);
        SSLContext tls = tls(Path.of(args[1]));
        switch (args[0]) {
            case "url" -> url();
            case "tls-sockets" -> tlsSockets(tls);
            case "tls-layered" -> tlsLayered(tls);
            case "https" -> https(tls);
            case "datagrams" -> datagrams();
            case "twice" -> twice();
            default -> throw new IllegalArgumentException(args[0]);
        }
        requireNoSocketOfTheHost();
        System.out.println("done");
        System.exit(0);
    }

    /** Each socket of the host's kernel would be a descriptor of this process. */
    private static void requireNoSocketOfTheHost() throws IOException {
        try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors.toList()) {
                if (!Files.isSymbolicLink(descriptor)) {
                    continue; // The listing's own, which is gone.
                }
                String what = Files.readSymbolicLink(descriptor).toString();
                require(!what.startsWith("socket:"), what);
            }
        }
    }

    private static void require(boolean right, Object otherwise) {
        if (!right) {
            throw new AssertionError(otherwise);
        }
    }

    private static SSLContext tls(Path keys) throws Exception {
        KeyStore store = KeyStore.getInstance(keys.toFile(), PASSWORD.toCharArray());
        KeyManagerFactory own =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(store, PASSWORD.toCharArray());
        // A key's own certificate is not trusted for that: it goes into a store of certificates.
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry("server", store.getCertificate("server"));
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static byte[] random(int n) {
        byte[] all = new byte[n];
        new Random(n).nextBytes(all);
        return all;
    }

    private static void echo(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            byte[] answer = body.length == 0 ? random(1_000_000) : body;
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
        }
    }

    private static void url() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(HERE, 0), 0);
        var ignored = server.createContext("/", JdkPrograms::echo);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        URI at = URI.create("http://" + HERE + ":" + server.getAddress().getPort() + "/");
        // Twice, so that a connection that is kept alive is used again.
        for (int i = 0; i < 2; i++) {
            HttpURLConnection get = (HttpURLConnection) at.toURL().openConnection();
            get.setReadTimeout(20_000);
            get.setConnectTimeout(20_000);
            try (InputStream in = get.getInputStream()) {
                require(Arrays.equals(random(1_000_000), in.readAllBytes()), "what was fetched");
            }
            HttpURLConnection post = (HttpURLConnection) at.toURL().openConnection();
            post.setDoOutput(true);
            try (OutputStream out = post.getOutputStream()) {
                out.write(random(300_000));
            }
            try (InputStream in = post.getInputStream()) {
                require(Arrays.equals(random(300_000), in.readAllBytes()), "what was sent");
            }
        }
        server.stop(0);
    }

    /** Answers one connection with what comes on it. */
    private static Thread echoOnce(ServerSocket server) {
        return Thread.ofVirtual()
                .start(
                        () -> {
                            try (Socket socket = server.accept()) {
                                byte[] some = socket.getInputStream().readNBytes(200_000);
                                socket.getOutputStream().write(some);
                                // Until the peer has seen it and closes.
                                require(socket.getInputStream().read() < 0, "the end");
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        });
    }

    private static void talk(SSLSocket socket) throws IOException {
        socket.setSoTimeout(20_000);
        socket.startHandshake();
        System.out.println(socket.getSession().getProtocol());
        socket.getOutputStream().write(random(200_000));
        byte[] back = socket.getInputStream().readNBytes(200_000);
        require(Arrays.equals(random(200_000), back), "what came back");
    }

    private static void tlsSockets(SSLContext tls) throws Exception {
        try (ServerSocket server = tls.getServerSocketFactory().createServerSocket(0)) {
            Thread echo = echoOnce(server);
            try (SSLSocket socket =
                    (SSLSocket) tls.getSocketFactory().createSocket(HERE, server.getLocalPort())) {
                talk(socket);
            }
            echo.join();
        }
    }

    private static void tlsLayered(SSLContext tls) throws Exception {
        try (ServerSocket server = tls.getServerSocketFactory().createServerSocket(0);
                Socket plain = new Socket(HERE, server.getLocalPort())) {
            Thread echo = echoOnce(server);
            try (SSLSocket socket =
                    (SSLSocket)
                            tls.getSocketFactory()
                                    .createSocket(plain, HERE, plain.getPort(), true)) {
                talk(socket);
            }
            require(plain.isClosed(), "the socket below is closed with it");
            echo.join();
        }
    }

    private static void https(SSLContext tls) throws Exception {
        HttpsServer server = HttpsServer.create(new InetSocketAddress(HERE, 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        var ignored = server.createContext("/", JdkPrograms::echo);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        URI at = URI.create("https://" + HERE + ":" + server.getAddress().getPort() + "/");
        try (HttpClient client = HttpClient.newBuilder().sslContext(tls).build()) {
            HttpResponse<byte[]> got =
                    client.send(
                            HttpRequest.newBuilder(at)
                                    .POST(HttpRequest.BodyPublishers.ofByteArray(random(500_000)))
                                    .build(),
                            HttpResponse.BodyHandlers.ofByteArray());
            require(Arrays.equals(random(500_000), got.body()), "what came back");
        }
        server.stop(0);
    }

    private static void datagrams() throws Exception {
        try (DatagramSocket server = new DatagramSocket(0);
                MulticastSocket client = new MulticastSocket(0)) {
            byte[] text = random(1000);
            client.send(
                    new DatagramPacket(
                            text, text.length, new InetSocketAddress(HERE, server.getLocalPort())));
            DatagramPacket got = new DatagramPacket(new byte[2000], 2000);
            server.receive(got);
            require(Arrays.equals(text, Arrays.copyOf(got.getData(), got.getLength())), got);
            require(got.getPort() == client.getLocalPort(), got.getPort());
        }
    }

    private static void twice() {
        try {
            GuestSockets.install(Provider.TWO.left);
        } catch (IOException e) {
            require(String.valueOf(e.getMessage()).contains("already"), e);
            return;
        }
        throw new AssertionError("nothing was said");
    }
}

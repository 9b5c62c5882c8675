package org.cofferdam.tests.guest;

import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.util.HexFormat;

/** Fetches an address twice, by {@code java.net.http} and by {@code java.net}, and prints what came as hashes. */
public final class Fetch {
    private static final int PIECE_BYTES = 65_536;

    private Fetch() {}

    /** Prints the host's address, then two hashes. */
    public static void main(String[] args) throws Exception {
        URI uri = URI.create(args[0]);
        System.out.println(InetAddress.getByName(uri.getHost()).getHostAddress());
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<InputStream> response =
                    client.send(
                            HttpRequest.newBuilder(uri).build(),
                            HttpResponse.BodyHandlers.ofInputStream());
            System.out.println(hash(response.body()));
        }
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        System.out.println(hash(connection.getInputStream()));
    }

    private static String hash(InputStream in) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        byte[] piece = new byte[PIECE_BYTES];
        try (in) {
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                digest.update(piece, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}

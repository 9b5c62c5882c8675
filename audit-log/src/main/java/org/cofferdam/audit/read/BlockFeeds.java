package org.cofferdam.audit.read;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeSet;
import org.cofferdam.audit.AuditLogException;
import org.cofferdam.audit.AuditLogException.Problem;
import org.cofferdam.audit.read.BlockFeed.BlockInterest;
import org.jspecify.annotations.Nullable;

/** Opens the feed of a place: files, a running monitor, or what a {@link BlockFeedProvider} serves. */
public final class BlockFeeds {
    private BlockFeeds() {}

    /**
     * Opens a feed.
     *
     * @param place a directory's path, a control socket's path, or an address: {@code file:///…}, {@code unix:///…},
     *     {@code kafka://…}
     * @param properties for a provider's feed
     * @param since blocks that are older as a whole may be left out
     * @param follow whether to wait for what comes later
     * @param interest which blocks are worth handing on
     * @throws AuditLogException with one sentence if the place cannot be used
     */
    public static BlockFeed open(
            String place,
            Map<String, String> properties,
            Optional<Instant> since,
            boolean follow,
            BlockInterest interest)
            throws IOException {
        int colon = place.indexOf(":/");
        if (colon < 0) {
            return ofPath(path(place), follow, interest);
        }
        URI address = address(place);
        String scheme = place.substring(0, colon).toLowerCase(Locale.ROOT);
        return switch (scheme) {
            case "file" -> DirectoryFeed.open(path(address.getPath()), 0, follow, interest);
            case "unix" -> MonitorFeed.open(path(address.getPath()), 0, follow, interest);
            default -> provided(scheme, address, properties, since, follow, interest);
        };
    }

    private static BlockFeed ofPath(Path path, boolean follow, BlockInterest interest)
            throws IOException {
        boolean socket =
                Files.exists(path) && !Files.isDirectory(path) && !Files.isRegularFile(path);
        return socket
                ? MonitorFeed.open(path, 0, follow, interest)
                : DirectoryFeed.open(path, 0, follow, interest);
    }

    private static BlockFeed provided(
            String scheme,
            URI address,
            Map<String, String> properties,
            Optional<Instant> since,
            boolean follow,
            BlockInterest interest) {
        TreeSet<String> known = new TreeSet<>(List.of("file", "unix"));
        for (BlockFeedProvider provider : ServiceLoader.load(BlockFeedProvider.class)) {
            if (provider.scheme().equals(scheme)) {
                return provider.open(address, properties, since, follow, interest);
            }
            known.add(provider.scheme());
        }
        throw new AuditLogException(
                Problem.NO_LOG,
                "nothing here reads logs from "
                        + scheme
                        + "://; what can be read: "
                        + String.join(", ", known));
    }

    private static Path path(@Nullable String text) {
        try {
            return Path.of(text == null || text.isEmpty() ? "." : text);
        } catch (InvalidPathException e) {
            throw new AuditLogException(Problem.NO_LOG, "\"" + text + "\" is not a path");
        }
    }

    private static URI address(String place) {
        try {
            return new URI(place);
        } catch (URISyntaxException e) {
            throw new AuditLogException(
                    Problem.NO_LOG, "\"" + place + "\" is not the address of a log");
        }
    }
}

package org.cofferdam.libos.jdk;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;
import org.cofferdam.libos.frontend.BackEndException;
import org.cofferdam.libos.guest.GuestNetwork;
import org.cofferdam.libos.guest.GuestSettings;
import org.cofferdam.libos.guest.WrongSettingException;
import org.cofferdam.libos.net.stack.StackSettings;
import org.jspecify.annotations.Nullable;

/**
 * The guest's one network, started when it is first needed and never ended before the process. What it is comes from
 * system properties, or from environment variables whose names are the same in capitals with underscores:
 * {@code cofferdam.libos.attach} is the socket of the port to attach to, the others are {@link GuestSettings}'.
 */
public final class GuestStart {
    private static final String ATTACH = GuestSettings.PREFIX + "attach";

    private static final ReentrantLock LOCK = new ReentrantLock();
    private static volatile @Nullable GuestNetwork running;

    private GuestStart() {}

    /**
     * The network. The first call attaches the card, which takes as long as the back end's handshake.
     *
     * @throws IOException if it is not said where to attach, or the back end does not want to; the next call tries again
     */
    public static GuestNetwork network() throws IOException {
        GuestNetwork already = running;
        if (already != null) {
            return already;
        }
        LOCK.lock();
        try {
            GuestNetwork now = running;
            if (now == null) {
                now = start();
                running = now;
            }
            return now;
        } finally {
            LOCK.unlock();
        }
    }

    /** This network is the guest's, which somebody else has started. Before the first channel is opened. */
    public static void provide(GuestNetwork network) {
        running = network;
    }

    private static GuestNetwork start() throws IOException {
        GuestSettings settings = GuestSettings.ofProcess();
        GuestNetwork network = attach();
        try {
            network.configure(settings);
            return network;
        } catch (IOException e) {
            network.close();
            throw e;
        }
    }

    private static GuestNetwork attach() throws IOException {
        String text = GuestSettings.value(ATTACH);
        if (text == null) {
            throw new WrongSettingException(
                    "the library OS needs the socket of a port to attach to: set -D"
                            + ATTACH
                            + " or the environment's "
                            + GuestSettings.variable(ATTACH),
                    null);
        }
        Path socket;
        try {
            socket = Path.of(text);
        } catch (InvalidPathException e) {
            throw new WrongSettingException(ATTACH + " is no path: " + e.getMessage(), e);
        }
        try {
            return GuestNetwork.start(socket, StackSettings.DEFAULT);
        } catch (BackEndException e) {
            throw new IOException("cannot attach to " + socket + ": " + e.getMessage(), e);
        }
    }
}

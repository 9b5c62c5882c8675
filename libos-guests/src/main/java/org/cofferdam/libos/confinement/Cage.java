package org.cofferdam.libos.confinement;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.cofferdam.binding.privilege.CallFilter;
import org.cofferdam.binding.privilege.OpenDescriptors;
import org.cofferdam.binding.socket.UnixStream;
import org.cofferdam.libos.frontend.BackEndException;
import org.cofferdam.libos.guest.GuestNetwork;
import org.cofferdam.libos.net.stack.StackSettings;

/**
 * A guest under a launcher: its card over the launcher's connection, and the moment at which it gives the kernel up. Main
 * thread.
 */
public final class Cage {
    private static final String LIST = "system-calls.list";
    private static final String TO_READ = "system-calls-to-read.list";
    private static final String TO_WRITE = "system-calls-to-write.list";

    /** What a guest may do with folders of the host. */
    public enum Folders {
        /** There are none. */
        NONE(List.of(LIST)),
        /** All of them are for reading. */
        READ(List.of(LIST, TO_READ)),
        /** One at least is for writing. */
        WRITE(List.of(LIST, TO_READ, TO_WRITE));

        @SuppressWarnings("ImmutableEnumChecker") // List.of, of strings
        private final List<String> lists;

        Folders(List<String> lists) {
            this.lists = lists;
        }
    }

    /** Set by the launcher's command line, so that a JVM without a launcher does not take a stranger's descriptors. */
    private static final String PROPERTY = "cofferdam.libos.launcher";

    // launcher.h
    private static final int TALK_FD = 3;
    private static final int BOARD_FD = 4;

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    // The talk is over when the last descriptor of it is closed: this one's other is, at the very
    // end.
    private final UnixStream talk = UnixStream.inherited(OpenDescriptors.duplicate(TALK_FD));
    private final Board board = new Board(BOARD_FD);

    private Cage() {}

    /** The cage of this process, if a launcher started it; to be called once. */
    public static Optional<Cage> inherited() {
        return Boolean.getBoolean(PROPERTY) ? Optional.of(new Cage()) : Optional.empty();
    }

    /**
     * Attaches the card and starts the stack on it.
     *
     * @throws BackEndException if the back end does not want to
     */
    public GuestNetwork attach(StackSettings settings) throws BackEndException {
        return GuestNetwork.start(talk, settings);
    }

    /**
     * Closes all descriptors but console, rings and the runtime's image, puts all threads under the filter, and hangs up: the launcher keeps
     * the connection, and answers for the system calls that are refused.
     *
     * @param folders what the guest was granted
     * @param image the descriptor by which the JVM reads its own classes; empty if it needs none
     * @param last run when everything of the library OS's own that lies in files has been read
     * @throws org.cofferdam.binding.NativeCallException if the kernel refuses
     * @throws IllegalStateException if the launcher does not take the filter's descriptor
     */
    public void enter(GuestNetwork network, Folders folders, OptionalInt image, Runnable last) {
        GuestNetwork.Descriptors open = network.descriptors();
        // Without an image, the rule is about a descriptor that is not there.
        int modules = image.orElse(BOARD_FD);
        CallFilter filter =
                filter(
                        folders,
                        Map.of(
                                "stdin",
                                0,
                                "stdout",
                                1,
                                "stderr",
                                2,
                                "call",
                                open.call(),
                                "kick",
                                open.kick(),
                                "wake",
                                open.wake(),
                                "epoll",
                                open.epoll(),
                                "modules",
                                modules));
        network.handOver(board);
        last.run();
        OpenDescriptors.closeAllBut(
                0, 1, 2, TALK_FD, open.call(), open.kick(), open.wake(), open.epoll(), modules);
        if (image.isEmpty()) {
            OpenDescriptors.close(BOARD_FD);
        }
        int listener = filter.installNotifying();
        // From here until the launcher has it, a refused call waits: no thread is made here, and no
        // file asked for.
        board.offerListener(listener);
        OpenDescriptors.close(TALK_FD);
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!board.isListenerTaken()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("the launcher does not answer");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        OpenDescriptors.close(listener);
    }

    /** The filter that the reviewed lists describe, for descriptors of any number. */
    public static CallFilter filter(Folders folders) {
        return filter(
                folders,
                Map.of(
                        "stdin", 0, "stdout", 1, "stderr", 2, "call", 3, "kick", 4, "wake", 5,
                        "epoll", 6, "modules", 7));
    }

    private static CallFilter filter(Folders folders, Map<String, Integer> words) {
        return CallFilter.parse(
                folders.lists.stream().map(Cage::text).collect(Collectors.joining()), words);
    }

    private static String text(String list) {
        try (InputStream in = Objects.requireNonNull(Cage.class.getResourceAsStream(list), list)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(list + " cannot be read", e);
        }
    }
}

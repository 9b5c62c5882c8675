package org.cofferdam.monitor.confinement;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.bpf.BpfAttachment;
import org.cofferdam.binding.bpf.BpfProgram;
import org.cofferdam.binding.bpf.TcDirection;
import org.cofferdam.binding.bpf.TcPlace;
import org.cofferdam.binding.privilege.InheritedDescriptor;
import org.cofferdam.binding.socket.PassedDescriptor;
import org.cofferdam.binding.socket.RequestChannel;
import org.cofferdam.binding.socket.UnixStream;
import org.cofferdam.monitor.state.StarterProcess;
import org.cofferdam.proxy.kernel.FilterPlacer;

/**
 * What a monitor asks of its starter: 32-bit words in a packet, one as the answer, a result or a negated error number.
 * requests.c has the same layout.
 *
 * <pre>
 * what       'A' attach, 'D' detach, 'B' bind the card, 'G' give it back
 * ifindex    the interface
 * direction  1 ingress, 2 egress
 * program    the kernel's number of the program
 * qdisc      with 'D': 1 removes clsact, too, if no other filter is there
 *
 * what       'C' connect to a guest's front end
 * path       27 words: the path's bytes, then zeros; the connection comes beside the answer
 * </pre>
 */
public final class StarterChannel implements FilterPlacer {
    static final int CHANNEL = 3;
    private static final int LIFELINE = 4;

    /** sun_path, unix(7). */
    private static final int SOCKET_PATH_BYTES = 108;

    private static final class Inherited {
        static final StarterChannel CHANNEL = new StarterChannel();
    }

    private final RequestChannel channel = new RequestChannel(CHANNEL);

    private StarterChannel() {}

    /** The channel to the starter, if one started this process. */
    public static Optional<StarterChannel> inherited() {
        return StarterProcess.isThere() ? Optional.of(Inherited.CHANNEL) : Optional.empty();
    }

    /** Runs {@code action}, on a thread of its own, when the starter has died. */
    public void onEnd(Runnable action) {
        InheritedDescriptor lifeline = new InheritedDescriptor(LIFELINE);
        Thread.ofPlatform()
                .name("starter")
                .daemon()
                .start(
                        () -> {
                            lifeline.awaitEnd();
                            action.run();
                        });
    }

    /** Binds the card to its VFIO driver and gives its group to the monitor's user; may take a second. */
    public void bindCard() {
        ask("bind", 'B', 0, 0, 0, 0);
    }

    /**
     * Gives the card back to the driver that had it; may take seconds. Nobody has it open any more.
     *
     * @return false if there was nothing to give back
     * @throws NativeCallException if it could not be done; the starter has said why on standard error
     */
    public boolean giveBackCard() {
        return ask("give back", 'G', 0, 0, 0, 0) == 0;
    }

    /**
     * Connects to the front end that listens at a path, which is in the guests' folder or named by the configuration file.
     * Any thread.
     *
     * @throws NativeCallException if nobody listens there, it is another user than the configuration names (EACCES), no
     *     socket (ENOTSOCK, ELOOP), or no place where a front end may listen (EPERM)
     * @throws IllegalArgumentException if the path is too long for a socket
     */
    public UnixStream connectGuest(Path socket) {
        byte[] path = socket.toString().getBytes(StandardCharsets.UTF_8);
        if (path.length >= SOCKET_PATH_BYTES) {
            throw new IllegalArgumentException("longer than a socket's path can be");
        }
        ByteBuffer packet =
                ByteBuffer.allocate(4 + SOCKET_PATH_BYTES).order(ByteOrder.nativeOrder());
        packet.putInt('C').put(path).rewind();
        int[] words = new int[packet.capacity() / 4];
        packet.asIntBuffer().get(words);
        RequestChannel.Answer answer = channel.ask(words);
        PassedDescriptor connection = answer.descriptor().orElse(null);
        if (answer.result() < 0 || connection == null) {
            throw new NativeCallException("connect", -answer.result(), socket.toString());
        }
        return UnixStream.adopt(connection);
    }

    @Override
    public BpfAttachment attach(
            BpfProgram program, int ifindex, TcDirection direction, TcPlace place) {
        int way = direction == TcDirection.INGRESS ? 1 : 2;
        boolean made = ask(program.name(), 'A', ifindex, way, program.id(), 0) == 1;
        return new Filter(ifindex, way, program, made);
    }

    private int ask(String what, int... words) {
        int answer = channel.ask(words).result();
        if (answer < 0) {
            throw new NativeCallException("starter", -answer, what + ", interface " + words[1]);
        }
        return answer;
    }

    /** A filter that the starter has placed and takes away. */
    private final class Filter implements BpfAttachment {
        private final int ifindex;
        private final int way;
        private final BpfProgram program;
        private final boolean madeQdisc;
        private boolean attached = true;

        Filter(int ifindex, int way, BpfProgram program, boolean madeQdisc) {
            this.ifindex = ifindex;
            this.way = way;
            this.program = program;
            this.madeQdisc = madeQdisc;
        }

        @Override
        public int ifindex() {
            return ifindex;
        }

        @Override
        public void close() {
            if (attached) {
                attached = false;
                ask(program.name(), 'D', ifindex, way, program.id(), madeQdisc ? 1 : 0);
            }
        }
    }
}

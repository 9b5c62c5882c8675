package org.cofferdam.tests.lab;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.cofferdam.libos.frontend.BackEnd;
import org.cofferdam.libos.frontend.BackEndException;
import org.cofferdam.libos.nic.NetFeatures;
import org.cofferdam.libos.nic.QueuePair;

/**
 * A guest's process that means harm, until it is ended. It has the library OS's card and none of its manners.
 *
 * <p>Arguments: {@code flood} or {@code rubbish}, the port's socket, the port's address, and the address to send to. It
 * says in a line each when it begins and, of rubbish, how often it was thrown out so far.
 */
public final class HarmfulGuest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int FRAME_BYTES = 1000;

    /** Both rings lie in the memory's first pages, as {@link QueuePair} draws it. */
    private static final int RING_BYTES = 16 << 10;

    private final SplittableRandom random = new SplittableRandom(13);
    private final Path socket;
    private final byte[] frame;

    private HarmfulGuest(Path socket, byte[] frame) {
        this.socket = socket;
        this.frame = frame;
    }

    public static void main(String[] arguments) throws BackEndException {
        byte[] frame = new byte[QueuePair.HEADER_BYTES + FRAME_BYTES];
        put(arguments[3], frame, QueuePair.HEADER_BYTES);
        put(arguments[2], frame, QueuePair.HEADER_BYTES + 6);
        // IPv4 from the port's own address, so that the switch takes it; its checksum is wrong, so
        // that whoever receives it does little work.
        int ip = QueuePair.HEADER_BYTES + 14;
        frame[ip - 2] = 8;
        frame[ip] = 0x45;
        frame[ip + 2] = (byte) ((FRAME_BYTES - 14) >>> 8);
        frame[ip + 3] = (byte) (FRAME_BYTES - 14);
        frame[ip + 8] = 64;
        frame[ip + 9] = 17;
        byte[] own = {10, 77, 0, 42, 10, 77, 0, 2};
        System.arraycopy(own, 0, frame, ip + 12, own.length);
        HarmfulGuest guest = new HarmfulGuest(Path.of(arguments[1]), frame);
        if (arguments[0].equals("flood")) {
            guest.flood();
        } else {
            guest.writeRubbish();
        }
    }

    private static void put(String mac, byte[] into, int at) {
        String[] parts = mac.split(":", -1);
        for (int i = 0; i < 6; i++) {
            into[at + i] = (byte) Integer.parseInt(parts[i], 16);
        }
    }

    private void flood() throws BackEndException {
        try (QueuePair queues = new QueuePair(NetFeatures.PLAIN)) {
            queues.attach(BackEnd.connect(socket, PATIENCE));
            System.out.println("floods");
            while (true) {
                boolean ignored = send(queues);
                queues.flush();
            }
        }
    }

    private boolean send(QueuePair queues) {
        long place = queues.claim(frame.length);
        if (place == QueuePair.NONE) {
            return false;
        }
        MemorySegment.copy(frame, 0, queues.memory(), ValueLayout.JAVA_BYTE, place, frame.length);
        queues.commit(frame.length);
        return true;
    }

    /** Good frames first, then anything anywhere in the rings and a kick, until it is thrown out; and again. */
    private void writeRubbish() {
        int thrownOut = 0;
        while (true) {
            try (QueuePair queues = new QueuePair(NetFeatures.PLAIN)) {
                queues.attach(BackEnd.connect(socket, PATIENCE));
                System.out.println("attached, was thrown out " + thrownOut);
                while (queues.isAttached()) {
                    for (int i = 0; i < 32 && send(queues); i++) {
                        queues.flush();
                    }
                    for (int words = random.nextInt(64); words > 0; words--) {
                        queues.memory()
                                .set(
                                        ValueLayout.JAVA_LONG,
                                        8L * random.nextInt(RING_BYTES / 8),
                                        random.nextLong());
                    }
                    queues.flush();
                    LockSupport.parkNanos(1_000_000);
                }
                thrownOut++;
            } catch (BackEndException notYet) {
                LockSupport.parkNanos(1_000_000);
            }
        }
    }
}

package org.cofferdam.libos.confinement;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import org.cofferdam.binding.memory.SharedMemory;
import org.cofferdam.libos.nic.Carrier;

/**
 * The page that guest and launcher share; struct board in launcher.h is the same. 32-bit words:
 *
 * <pre>
 *  0  carrier       launcher: 1 while a back end is attached
 *  4  attachments   launcher: how many there have been
 *  8  listener      guest, once: the number of its filter's descriptor, plus one
 * 12  taken         launcher: 1 when it has that descriptor
 * </pre>
 *
 * <p>Any thread.
 */
final class Board implements Carrier {
    private static final int BYTES = 4096;
    private static final int CARRIER = 0;
    private static final int ATTACHMENTS = 4;
    private static final int LISTENER = 8;
    private static final int TAKEN = 12;
    private static final VarHandle WORD = ValueLayout.JAVA_INT.varHandle();

    private final MemorySegment page;

    /** The page behind a descriptor that the launcher left open. */
    Board(int fd) {
        page = SharedMemory.inherited(fd, BYTES).segment();
    }

    @Override
    public boolean isThere() {
        return (int) WORD.getAcquire(page, (long) CARRIER) == 1;
    }

    /** How many back ends there have been. */
    int attachments() {
        return (int) WORD.getAcquire(page, (long) ATTACHMENTS);
    }

    /** Names the filter's descriptor to the launcher, who looks when the talk is over. */
    void offerListener(int fd) {
        WORD.setRelease(page, (long) LISTENER, fd + 1);
    }

    /** Whether the launcher has it. */
    boolean isListenerTaken() {
        return (int) WORD.getAcquire(page, (long) TAKEN) == 1;
    }
}

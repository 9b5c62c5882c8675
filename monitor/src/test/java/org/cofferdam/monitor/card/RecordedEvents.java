package org.cofferdam.monitor.card;

import java.util.ArrayList;
import java.util.List;

/** What the card told, as lines. */
final class RecordedEvents implements CardEvents {
    private final List<String> lines = new ArrayList<>();
    private boolean recording = true;

    List<String> lines() {
        return lines;
    }

    /** The lines since the last call. */
    List<String> take() {
        List<String> taken = List.copyOf(lines);
        lines.clear();
        return taken;
    }

    void stopRecording() {
        recording = false;
    }

    @Override
    public void dmaRefused(long iova, long length, DmaDirection direction, RingName ring) {
        if (recording) {
            lines.add("dma %x+%d %s %s".formatted(iova, length, direction, ring));
        }
    }

    @Override
    public void registerRefused(long barOffset, int size, long value, RegisterRefusal why) {
        if (recording) {
            lines.add("register %x/%d %x %s".formatted(barOffset, size, value, why));
        }
    }

    @Override
    public void malformedDescriptor(RingName ring, int index, MalformedDescriptor why) {
        if (recording) {
            lines.add("descriptor %s %d %s".formatted(ring, index, why));
        }
    }

    @Override
    public void interrupt(int cause) {
        if (recording) {
            lines.add("interrupt %x".formatted(cause));
        }
    }

    @Override
    public void linkChanged(boolean up) {
        if (recording) {
            lines.add("link %s".formatted(up ? "up" : "down"));
        }
    }

    @Override
    public void cardReset(boolean byDomain) {
        if (recording) {
            lines.add("reset by %s".formatted(byDomain ? "domain" : "monitor"));
        }
    }
}

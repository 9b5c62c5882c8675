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

    private void add(String format, Object... arguments) {
        lines.add(String.format(format, arguments));
    }

    @Override
    public void dmaRefused(long iova, long length, DmaDirection direction, RingName ring) {
        if (recording) {
            add("dma %x+%d %s %s", iova, length, direction, ring);
        }
    }

    @Override
    public void registerRefused(long barOffset, int size, long value, RegisterRefusal why) {
        if (recording) {
            add("register %x/%d %x %s", barOffset, size, value, why);
        }
    }

    @Override
    public void malformedDescriptor(RingName ring, int index, MalformedDescriptor why) {
        if (recording) {
            add("descriptor %s %d %s", ring, index, why);
        }
    }

    @Override
    public void interrupt(int cause) {
        if (recording) {
            add("interrupt %x", cause);
        }
    }

    @Override
    public void linkChanged(boolean up) {
        if (recording) {
            add("link %s", up ? "up" : "down");
        }
    }

    @Override
    public void cardReset(boolean byDomain) {
        if (recording) {
            add("reset by %s", byDomain ? "domain" : "monitor");
        }
    }
}

package org.cofferdam.proxy.packetswitch;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.cofferdam.proxy.virtqueue.QueueError;

/** Keeps records as lines; has room for as many as the test says. */
public final class ListRecorder implements CrossingRecorder {
    private final List<String> lines = new ArrayList<>();
    private final Set<PortId> full = new HashSet<>();
    private int room = Integer.MAX_VALUE;

    /** The lines so far; forgotten after the call. */
    public List<String> lines() {
        List<String> all = List.copyOf(lines);
        lines.clear();
        return all;
    }

    public void setRoom(int records) {
        room = records;
    }

    /** From now on there is no room for what this port causes, or there is again. */
    public void setFull(PortId cause, boolean isFull) {
        if (isFull) {
            full.add(cause);
        } else {
            full.remove(cause);
        }
    }

    @Override
    public boolean hasRoom(PortId cause, int bursts, int packets) {
        return room >= bursts && !full.contains(cause);
    }

    @Override
    public boolean burstIn(PortId port, int queue, int packets, int[] lengths, byte[] verdicts) {
        return add("in", port, packets, lengths, verdicts);
    }

    @Override
    public boolean burstOut(PortId port, int queue, int packets, int[] lengths, byte[] verdicts) {
        return add("out", port, packets, lengths, verdicts);
    }

    private boolean add(String what, PortId port, int packets, int[] lengths, byte[] verdicts) {
        StringBuilder line = new StringBuilder(what + " " + port.value());
        for (int i = 0; i < packets; i++) {
            line.append(' ').append(lengths[i]).append(':').append(Verdict.of(verdicts[i]));
        }
        return add(line.toString());
    }

    @Override
    public boolean queueRefused(PortId port, int queue, int head, QueueError error) {
        return add("refused %d queue %d head %d %s".formatted(port.value(), queue, head, error));
    }

    @Override
    public boolean flows(PortId port, FlowWatch watch, long now) {
        return add(
                "flows %d opened %d targets %d"
                        .formatted(
                                port.value(),
                                watch.get(FlowWatch.Counter.TCP_OPENED),
                                watch.targets()));
    }

    @Override
    public void attached(PortId port, String what) {
        add("attached " + port.value());
    }

    @Override
    public void detached(PortId port, String what) {
        add("detached " + port.value());
    }

    private boolean add(String line) {
        if (room == 0) {
            return false;
        }
        room--;
        lines.add(line);
        return true;
    }
}

package org.cofferdam.monitor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.cofferdam.binding.net.NetDevice;
import org.cofferdam.monitor.config.InterfaceName;
import org.cofferdam.monitor.state.HostChange;
import org.cofferdam.monitor.state.HostJournal;
import org.cofferdam.proxy.kernel.KernelProxy;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the journal of what the monitor changes on the host, so that the next start can undo it if this one is
 * killed. Main thread at start and stop, domain thread between.
 *
 * <p>It is closed after the parts that made the changes have taken them back.
 */
final class HostChanges implements AutoCloseable {
    private final HostJournal journal;
    private final Deque<HostJournal.Entry> entries = new ArrayDeque<>();
    private final Map<InterfaceName, List<HostJournal.Entry>> filters = new HashMap<>();
    private @Nullable InterfaceName raised;
    private HostJournal.@Nullable Entry raising;
    private boolean starterUndoes;

    HostChanges(HostJournal journal) {
        this.journal = journal;
    }

    void note(HostChange change) {
        entries.push(journal.willDo(change));
    }

    /** Sets the wire up if it is down, and down again at the end. */
    void wireUp(InterfaceName wire) {
        if (!NetDevice.isUp(wire.toString())) {
            raising = journal.willDo(new HostChange.LinkUp(wire, NetDevice.index(wire.toString())));
            raised = wire;
            NetDevice.setUp(wire.toString(), true);
        }
    }

    /** The kernel proxy is about to attach its programs to an interface that outlives the monitor. */
    void willFilter(InterfaceName netdev, String ingress, String egress) {
        int index = NetDevice.index(netdev.toString());
        List<HostJournal.Entry> made = new ArrayList<>();
        made.add(journal.willDo(new HostChange.Clsact(netdev, index)));
        made.add(
                journal.willDo(
                        new HostChange.TcFilter(
                                netdev,
                                index,
                                false,
                                KernelProxy.FILTER_PRIORITY,
                                KernelProxy.FILTER_HANDLE,
                                ingress)));
        made.add(
                journal.willDo(
                        new HostChange.TcFilter(
                                netdev,
                                index,
                                true,
                                KernelProxy.FILTER_PRIORITY,
                                KernelProxy.FILTER_HANDLE,
                                egress)));
        filters.put(netdev, made);
    }

    /** The kernel proxy has taken its programs from an interface. */
    void filtersGone(InterfaceName netdev) {
        List<HostJournal.Entry> made = filters.remove(netdev);
        if (made != null) {
            made.reversed().forEach(journal::undone);
        }
    }

    /**
     * From now on this process cannot be sure of what it takes back: at the end the list stays as it is, and the starter,
     * or the next start, looks at each thing in it.
     */
    void leaveToStarter() {
        starterUndoes = true;
    }

    @Override
    public void close() {
        if (starterUndoes) {
            return;
        }
        List.copyOf(filters.keySet()).forEach(this::filtersGone);
        if (raised != null && raising != null) {
            if (NetDevice.index(raised.toString()) != 0) {
                NetDevice.setUp(raised.toString(), false);
            }
            journal.undone(raising);
        }
        entries.forEach(journal::undone);
        entries.clear();
    }
}

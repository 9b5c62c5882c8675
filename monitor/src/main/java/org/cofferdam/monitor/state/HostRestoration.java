package org.cofferdam.monitor.state;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.cofferdam.binding.net.NetDevice;
import org.cofferdam.monitor.config.InterfaceName;
import org.cofferdam.monitor.hosttools.HostTools;
import org.cofferdam.monitor.json.JsonTree;
import org.cofferdam.monitor.pci.DriverBinding;
import org.cofferdam.monitor.pci.KernelFiles;

/**
 * Takes back what a dead monitor's journal names. Each thing is looked at first: an interface must still have the index
 * it had, a filter its preference, handle and program name, an MTU the value that the monitor gave it, a card its
 * identity. What has become
 * somebody else's is left alone and not even mentioned; what cannot be taken back is reported.
 */
final class HostRestoration {
    private static final long TAP_WAIT_MILLIS = 3_000;

    private final HostTools tools;
    private final DriverBinding cards;
    private final List<String> undone = new ArrayList<>();
    private final List<String> left = new ArrayList<>();

    HostRestoration(Consumer<String> trace) {
        this(trace, new DriverBinding(KernelFiles.HERE, trace));
    }

    HostRestoration(Consumer<String> trace, DriverBinding cards) {
        this.tools = new HostTools(trace);
        this.cards = cards;
    }

    /** Undoes the changes, newest first. The caller holds the run directory's lock and the process is dead. */
    Cleanup undo(long previousPid, HostJournal.Left journal) throws IOException {
        boolean elsewhere = journal.networkNamespace() != HostJournal.networkNamespace();
        for (HostChange change : journal.changes().reversed()) {
            if (elsewhere && isOfNetworkNamespace(change)) {
                left.add(
                        change.description()
                                + " (made in another network namespace, net:["
                                + journal.networkNamespace()
                                + "]; it ends with that namespace)");
            } else {
                undo(change);
            }
        }
        return new Cleanup(previousPid, undone, left);
    }

    /** A PCI card belongs to the whole machine; its interface reappears where the kernel puts new ones. */
    private static boolean isOfNetworkNamespace(HostChange change) {
        return !(change instanceof HostChange.CardDriver);
    }

    private void giveBack(HostChange.CardDriver card) {
        switch (cards.giveBack(card.address(), card.id(), card.previousDriver())) {
            case DriverBinding.GiveBack.Done done -> undone.add(card.description());
            case DriverBinding.GiveBack.Nothing nothing -> {}
            case DriverBinding.GiveBack.Failed failed ->
                    left.add(card.description() + " (" + failed.why() + "; " + failed.cure() + ")");
        }
    }

    private void undo(HostChange change) {
        switch (change) {
            case HostChange.Tap tap -> awaitGone(tap);
            case HostChange.CardDriver card -> giveBack(card);
            case HostChange.LinkUp link -> {
                if (isStill(link.netdev(), link.index())) {
                    command(change, "ip", "link", "set", "dev", link.netdev().value(), "down");
                }
            }
            case HostChange.Mtu mtu -> {
                if (isStill(mtu.netdev(), mtu.index())
                        && NetDevice.mtu(mtu.netdev().value()) == mtu.after()) {
                    command(
                            change,
                            "ip",
                            "link",
                            "set",
                            "dev",
                            mtu.netdev().value(),
                            "mtu",
                            Integer.toString(mtu.before()));
                }
            }
            case HostChange.Clsact clsact -> {
                if (isStill(clsact.netdev(), clsact.index()) && hasEmptyClsact(clsact.netdev())) {
                    command(change, "tc", "qdisc", "del", "dev", clsact.netdev().value(), "clsact");
                }
            }
            case HostChange.TcFilter filter -> {
                if (isStill(filter.netdev(), filter.index()) && isThere(filter)) {
                    command(
                            change,
                            "tc",
                            "filter",
                            "del",
                            "dev",
                            filter.netdev().value(),
                            filter.direction(),
                            "pref",
                            Integer.toString(filter.preference()),
                            "handle",
                            Integer.toString(filter.handle()),
                            "bpf");
                }
            }
            case HostChange.Xdp xdp -> {
                Optional<String> mode =
                        isStill(xdp.netdev(), xdp.index()) ? xdpMode(xdp) : Optional.empty();
                if (mode.isPresent()) {
                    command(
                            change,
                            "ip",
                            "link",
                            "set",
                            "dev",
                            xdp.netdev().value(),
                            mode.get(),
                            "off");
                }
            }
        }
    }

    private void command(HostChange change, String tool, String... arguments) {
        HostTools.Outcome outcome = tools.run(tool, arguments);
        if (outcome.ok()) {
            undone.add(change.description());
        } else {
            String reason =
                    outcome.output().lines().findFirst().orElse("exit code " + outcome.exitCode());
            left.add(
                    change.description()
                            + " ("
                            + reason
                            + "; try: "
                            + tool
                            + " "
                            + String.join(" ", arguments)
                            + ")");
        }
    }

    /** A tap ends with its owner, but the kernel may take a moment to do it. */
    private void awaitGone(HostChange.Tap tap) {
        long until = System.nanoTime() + TAP_WAIT_MILLIS * 1_000_000;
        while (isThere(tap.name()) && isTap(tap.name()) && System.nanoTime() < until) {
            try {
                // The kernel does not tell; the loop has a deadline.
                Thread.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Whether it is a tun/tap device that no process has to hold. Something else of this name is not ours. */
    private boolean isTap(InterfaceName name) {
        HostTools.Outcome shown = tools.run("ip", "-j", "-d", "link", "show", "dev", name.value());
        return shown.ok()
                && json(shown).items().stream()
                        .anyMatch(i -> i.get("linkinfo").get("info_kind").text().equals("tun"));
    }

    private static boolean isThere(InterfaceName name) {
        return NetDevice.index(name.value()) != 0;
    }

    private static boolean isStill(InterfaceName name, int index) {
        return NetDevice.index(name.value()) == index;
    }

    private boolean isThere(HostChange.TcFilter filter) {
        HostTools.Outcome shown =
                tools.run(
                        "tc",
                        "-j",
                        "filter",
                        "show",
                        "dev",
                        filter.netdev().value(),
                        filter.direction(),
                        "pref",
                        Integer.toString(filter.preference()));
        return shown.ok()
                && json(shown).items().stream()
                        .anyMatch(
                                f ->
                                        f.get("kind").text().equals("bpf")
                                                && f.get("options")
                                                        .get("handle")
                                                        .text()
                                                        .equals(
                                                                "0x"
                                                                        + Integer.toHexString(
                                                                                filter.handle()))
                                                && f.get("options")
                                                        .get("prog")
                                                        .get("name")
                                                        .text()
                                                        .equals(filter.program()));
    }

    private boolean hasEmptyClsact(InterfaceName netdev) {
        HostTools.Outcome disciplines =
                tools.run("tc", "-j", "qdisc", "show", "dev", netdev.value());
        boolean there =
                disciplines.ok()
                        && json(disciplines).items().stream()
                                .anyMatch(q -> q.get("kind").text().equals("clsact"));
        return there && hasNoFilter(netdev, "ingress") && hasNoFilter(netdev, "egress");
    }

    private boolean hasNoFilter(InterfaceName netdev, String direction) {
        HostTools.Outcome shown =
                tools.run("tc", "-j", "filter", "show", "dev", netdev.value(), direction);
        return shown.ok() && json(shown).items().isEmpty();
    }

    /** How the program is attached, as ip(8) names it, if it is the one that the journal names. */
    private Optional<String> xdpMode(HostChange.Xdp xdp) {
        HostTools.Outcome shown =
                tools.run("ip", "-j", "-d", "link", "show", "dev", xdp.netdev().value());
        if (!shown.ok()) {
            return Optional.empty();
        }
        for (JsonTree link : json(shown).items()) {
            JsonTree attached = link.get("xdp");
            if (attached.get("prog").get("name").text().equals(xdp.program())) {
                return Optional.of(
                        switch ((int)
                                attached.get("mode").number()) { // XDP_ATTACHED_*, linux/if_link.h
                            case 2 -> "xdpgeneric";
                            case 3 -> "xdpoffload";
                            default -> "xdpdrv";
                        });
            }
        }
        return Optional.empty();
    }

    private static JsonTree json(HostTools.Outcome outcome) {
        try {
            return JsonTree.parse(outcome.output().isEmpty() ? "[]" : outcome.output());
        } catch (IOException notJson) {
            throw new IllegalStateException(
                    "iproute2 answered something that is not JSON", notJson);
        }
    }
}

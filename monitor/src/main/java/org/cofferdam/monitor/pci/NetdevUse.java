package org.cofferdam.monitor.pci;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.cofferdam.monitor.config.ExitCode;

/** Whether the host uses a card's network interface, which would be gone with the card. */
final class NetdevUse {
    private static final String UPPER = "upper_";

    /** The kernel drivers of the cards that can be assigned. Any of them gives its card an interface. */
    private static final Set<String> NET_DRIVERS = Set.of("e1000", "e1000e");

    /** Columns of /proc/net/ipv6_route: destination, its length, source, its length, gateway, metric, 2 counts, flags, name. */
    private static final int IPV6_COLUMNS = 10;

    private final KernelFiles files;

    NetdevUse(KernelFiles files) {
        this.files = files;
    }

    Optional<Verdict.Refused> objection(PciDevice card) throws IOException {
        for (String netdev : card.netdevs()) {
            List<String> uppers =
                    KernelFiles.names(
                                    files.sys()
                                            .resolve("bus/pci/devices")
                                            .resolve(card.address().toString())
                                            .resolve("net")
                                            .resolve(netdev))
                            .stream()
                            .filter(name -> name.startsWith(UPPER))
                            .map(name -> name.substring(UPPER.length()))
                            .toList();
            if (!uppers.isEmpty()) {
                return Optional.of(
                        new Verdict.Refused(
                                ExitCode.REFUSED,
                                "the card's interface "
                                        + netdev
                                        + " carries "
                                        + String.join(", ", uppers),
                                "take it out first: ip link set dev "
                                        + netdev
                                        + " nomaster, or ip link del what stands on it"));
            }
            if (carriesRoutes(netdev)) {
                return Optional.of(
                        new Verdict.Refused(
                                ExitCode.REFUSED,
                                "the card's interface " + netdev + " carries routes",
                                "set it down first: ip link set dev " + netdev + " down"));
            }
        }
        if (card.netdevs().isEmpty() && card.driver().filter(NET_DRIVERS::contains).isPresent()) {
            return Optional.of(
                    new Verdict.Refused(
                            ExitCode.REFUSED,
                            "the card's interface is in another network namespace, where it may be in use",
                            "if it is not, take it from its driver: echo "
                                    + card.address()
                                    + " > /sys/bus/pci/drivers/"
                                    + card.driver().orElse("")
                                    + "/unbind"));
        }
        return Optional.empty();
    }

    private boolean carriesRoutes(String netdev) throws IOException {
        return KernelFiles.table(files.proc().resolve("net/route")).stream()
                        .skip(1) // headings
                        .map(NetdevUse::columns)
                        .anyMatch(c -> c.getFirst().equals(netdev))
                || KernelFiles.table(files.proc().resolve("net/ipv6_route")).stream()
                        .map(NetdevUse::columns)
                        .anyMatch(
                                c ->
                                        c.size() == IPV6_COLUMNS
                                                && c.getLast().equals(netdev)
                                                && !everyInterfaceHas(c.getFirst()));
    }

    /** Link-local and multicast routes come with each interface that is up. */
    private static boolean everyInterfaceHas(String destination) {
        return destination.startsWith("fe80") || destination.startsWith("ff");
    }

    private static List<String> columns(String line) {
        return Arrays.asList(line.strip().split("\\s+"));
    }
}

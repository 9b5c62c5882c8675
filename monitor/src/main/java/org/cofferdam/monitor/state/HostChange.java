package org.cofferdam.monitor.state;

import java.util.List;
import java.util.Optional;
import org.cofferdam.monitor.config.InterfaceName;
import org.cofferdam.monitor.config.PciAddress;

/**
 * A change that the monitor makes to the host and that can outlive it. Each has a one-line text form for the journal:
 * a word and its fields, with single spaces between.
 *
 * <p>Interfaces are named with their index: a name may have been given to another interface since, an index is not used
 * again while the system runs.
 */
public sealed interface HostChange {
    /** The line in the journal. */
    String line();

    /** What it is, for a report to the operator. */
    String description();

    /**
     * The host interface. It ends with the process that holds its descriptor, so nothing has to be undone; it is named
     * so that the next start waits until the kernel has taken it away.
     */
    record Tap(InterfaceName name) implements HostChange {
        @Override
        public String line() {
            return "tap " + name;
        }

        @Override
        public String description() {
            return "interface " + name;
        }
    }

    /** An interface that was down and has been set up. */
    record LinkUp(InterfaceName netdev, int index) implements HostChange {
        @Override
        public String line() {
            return "link-up " + netdev + " " + index;
        }

        @Override
        public String description() {
            return "state of " + netdev;
        }
    }

    /** An interface whose MTU has been changed. */
    record Mtu(InterfaceName netdev, int index, int before, int after) implements HostChange {
        @Override
        public String line() {
            return "mtu " + netdev + " " + index + " " + before + " " + after;
        }

        @Override
        public String description() {
            return "MTU of " + netdev;
        }
    }

    /** The clsact queueing discipline, put on an interface that had none. */
    record Clsact(InterfaceName netdev, int index) implements HostChange {
        @Override
        public String line() {
            return "clsact " + netdev + " " + index;
        }

        @Override
        public String description() {
            return "clsact of " + netdev;
        }
    }

    /**
     * A tc filter in direct-action mode that runs the proxy program.
     *
     * @param egress the direction; ingress if false
     * @param preference the filter's priority
     * @param handle the filter's handle
     * @param program the program's name as the kernel shows it (15 bytes at most)
     */
    record TcFilter(
            InterfaceName netdev,
            int index,
            boolean egress,
            int preference,
            int handle,
            String program)
            implements HostChange {
        public TcFilter {
            checkProgram(program);
        }

        @Override
        public String line() {
            return "tc-filter "
                    + netdev
                    + " "
                    + index
                    + " "
                    + direction()
                    + " "
                    + preference
                    + " "
                    + handle
                    + " "
                    + program;
        }

        String direction() {
            return egress ? "egress" : "ingress";
        }

        @Override
        public String description() {
            return "tc " + direction() + " filter on " + netdev;
        }
    }

    /**
     * The proxy program as XDP program of an interface that outlives the monitor (the tap's ends with the tap).
     *
     * @param program the program's name as the kernel shows it
     */
    record Xdp(InterfaceName netdev, int index, String program) implements HostChange {
        public Xdp {
            checkProgram(program);
        }

        @Override
        public String line() {
            return "xdp " + netdev + " " + index + " " + program;
        }

        @Override
        public String description() {
            return "XDP program on " + netdev;
        }
    }

    /**
     * A card that is taken from its driver and given to vfio-pci. Not of a network namespace, as the others are.
     *
     * @param id vendor and device, {@code 8086:10d3}: what is at the address later may be another card
     * @param previousDriver the driver that had it, or "-"
     */
    record CardDriver(PciAddress address, String id, String previousDriver) implements HostChange {
        public CardDriver {
            if (!id.matches("[0-9a-f]{4}:[0-9a-f]{4}")) {
                throw new IllegalArgumentException("\"" + id + "\" is not a PCI identity");
            }
            if (!previousDriver.matches("-|[A-Za-z0-9_][A-Za-z0-9_-]{0,63}")) {
                throw new IllegalArgumentException(
                        "\"" + previousDriver + "\" is not the name of a driver");
            }
        }

        @Override
        public String line() {
            return "card-driver " + address + " " + id + " " + previousDriver;
        }

        @Override
        public String description() {
            return "driver of the card " + address;
        }
    }

    private static void checkProgram(String name) {
        if (!name.matches("[A-Za-z0-9_.]{1,15}")) {
            throw new IllegalArgumentException("\"" + name + "\" is not the name of a BPF program");
        }
    }

    /** Reads a journal line; empty if it is not one, as when the writer was killed in the middle of it. */
    static Optional<HostChange> parse(String line) {
        List<String> f = List.of(line.split(" ", -1));
        try {
            return switch (f.getFirst() + "/" + f.size()) {
                case "tap/2" -> Optional.of(new Tap(name(f, 1)));
                case "link-up/3" -> Optional.of(new LinkUp(name(f, 1), number(f, 2)));
                case "mtu/5" ->
                        Optional.of(new Mtu(name(f, 1), number(f, 2), number(f, 3), number(f, 4)));
                case "clsact/3" -> Optional.of(new Clsact(name(f, 1), number(f, 2)));
                case "tc-filter/7" ->
                        Optional.of(
                                new TcFilter(
                                        name(f, 1),
                                        number(f, 2),
                                        egress(f.get(3)),
                                        number(f, 4),
                                        number(f, 5),
                                        f.get(6)));
                case "xdp/4" -> Optional.of(new Xdp(name(f, 1), number(f, 2), f.get(3)));
                case "card-driver/4" ->
                        Optional.of(new CardDriver(PciAddress.parse(f.get(1)), f.get(2), f.get(3)));
                default -> Optional.empty();
            };
        } catch (IllegalArgumentException damaged) {
            return Optional.empty();
        }
    }

    private static InterfaceName name(List<String> fields, int i) {
        return new InterfaceName(fields.get(i));
    }

    private static int number(List<String> fields, int i) {
        return Integer.parseUnsignedInt(fields.get(i));
    }

    private static boolean egress(String word) {
        return switch (word) {
            case "egress" -> true;
            case "ingress" -> false;
            default -> throw new IllegalArgumentException("\"" + word + "\" is not a direction");
        };
    }
}

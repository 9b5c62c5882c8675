package org.cofferdam.monitor.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.cofferdam.audit.AuditPolicy;

/**
 * All that a monitor needs to know to start, validated as far as that is possible without touching the machine.
 *
 * @param mac the emulated card's address; empty: made from the wire's, or the PCI card's own
 * @param memoryMib of a Linux domain, in MiB; a minimal one's is fixed
 * @param mtu bytes, of the host interface
 * @param queues queues of the host interface
 * @param idlePasses empty passes of the driver's loop before it sleeps
 * @param allowUnsafeInterrupts assign a PCI card whose interrupts the machine does not check
 * @param audit how the audit log is kept
 * @param auditSegmentBytes size of the audit log's files
 * @param socket the control API's socket
 * @param guestDir the folder of guests' sockets
 * @param guests ports for guests that are there from the start
 * @param user whom a monitor that was started as root becomes
 * @param capture what captures may take of the frames
 * @param metrics where the metrics are served by TCP; empty: nowhere
 * @param verbose say each step that changes the host on standard error, and causes of errors
 */
public record StartOptions(
        Assignment assignment,
        InterfaceName hostInterface,
        Optional<MacAddress> mac,
        DriverImage image,
        int memoryMib,
        int mtu,
        int queues,
        ThreadLayout threads,
        RateLimit rate,
        Set<EtherType> etherTypes,
        int idlePasses,
        FaultPolicy onFault,
        boolean allowUnsafeInterrupts,
        Path auditDir,
        AuditPolicy audit,
        long auditSegmentBytes,
        Path runDir,
        Path socket,
        String user,
        Path guestDir,
        List<GuestSpec> guests,
        CapturePolicy capture,
        Optional<InetSocketAddress> metrics,
        boolean verbose) {

    public static final Path DEFAULT_RUN_DIR = Path.of("/run/cofferdam");
    public static final Path DEFAULT_AUDIT_DIR = Path.of("/var/log/cofferdam");
    public static final String DEFAULT_USER = "cofferdam";
    public static final String SOCKET_NAME = "control.sock";

    /** sun_path of sockaddr_un is 108 bytes with its NUL (unix(7)); 8 are kept for the name used before the rename. */
    private static final int MAX_SOCKET_PATH = 99;

    public StartOptions {
        etherTypes = Set.copyOf(etherTypes);
        guests = List.copyOf(guests);
    }

    /** Turns texts into options, or throws {@link OperatorError} with exit code 2 naming the place that is wrong. */
    public static StartOptions from(RawSettings raw, boolean verbose) {
        Assignment assignment = assignment(raw);
        Path runDir = raw.value(Setting.RUN_DIR, StartOptions::path).orElse(DEFAULT_RUN_DIR);
        Path socket =
                raw.value(Setting.SOCKET, StartOptions::path).orElse(runDir.resolve(SOCKET_NAME));
        if (socket.toString().length() > MAX_SOCKET_PATH) {
            String place =
                    raw.has(Setting.SOCKET)
                            ? raw.origin(Setting.SOCKET)
                            : raw.origin(Setting.RUN_DIR);
            throw OperatorError.usage(
                    place
                            + ": the socket's path "
                            + socket
                            + " is longer than "
                            + MAX_SOCKET_PATH
                            + " characters, which a Unix socket cannot have; choose a shorter one");
        }
        StartOptions options =
                new StartOptions(
                        assignment,
                        raw.value(Setting.HOST_IF, InterfaceName::new)
                                .orElse(new InterfaceName("cofferdam0")),
                        raw.value(Setting.MAC, MacAddress::parse),
                        raw.value(Setting.IMAGE, StartOptions::image)
                                .orElse(new DriverImage.Nano()),
                        raw.value(Setting.MEMORY, s -> number(s, 48, 1024, "a number of MiB"))
                                .orElse(128),
                        raw.value(Setting.MTU, s -> number(s, 576, 1500, "an MTU")).orElse(1500),
                        raw.value(Setting.QUEUES, s -> number(s, 1, 8, "a number of queues"))
                                .orElse(1),
                        raw.value(Setting.THREADS, s -> choice(s, ThreadLayout.values()))
                                .orElse(ThreadLayout.SHARED),
                        raw.value(Setting.RATE, RateLimit::parse).orElse(RateLimit.NONE),
                        raw.value(Setting.ETHERTYPES, EtherType::parseList).orElse(EtherType.USUAL),
                        raw.value(
                                        Setting.IDLE_PASSES,
                                        s -> number(s, 0, 1_000_000, "a number of passes"))
                                .orElse(64),
                        raw.value(Setting.ON_FAULT, s -> choice(s, FaultPolicy.values()))
                                .orElse(FaultPolicy.RESTART),
                        allowUnsafeInterrupts(raw, assignment),
                        raw.value(Setting.AUDIT_DIR, StartOptions::path).orElse(DEFAULT_AUDIT_DIR),
                        AuditSettings.from(raw),
                        AuditSettings.segmentBytes(raw),
                        runDir,
                        socket,
                        raw.value(Setting.USER, StartOptions::user).orElse(DEFAULT_USER),
                        raw.value(Setting.GUEST_DIR, StartOptions::path)
                                .orElse(runDir.resolve("guests")),
                        raw.guests(),
                        raw.value(Setting.CAPTURE, s -> choice(s, CapturePolicy.values()))
                                .orElse(CapturePolicy.HEADERS),
                        raw.value(Setting.METRICS, StartOptions::loopback),
                        verbose);
        if (raw.has(Setting.MEMORY) && !(options.image() instanceof DriverImage.Linux)) {
            throw OperatorError.usage(
                    raw.origin(Setting.MEMORY)
                            + ": only with --image linux, since the minimal domain's memory is fixed; leave it out");
        }
        if (assignment instanceof Assignment.Emulated
                && options.image() instanceof DriverImage.Linux) {
            throw OperatorError.usage(
                    raw.origin(Setting.IMAGE)
                            + ": a Linux domain drives a real card only; use --assign with its PCI address, or --image nano");
        }
        if (assignment instanceof Assignment.Emulated e
                && e.wire().equals(options.hostInterface())) {
            throw OperatorError.usage(
                    raw.origin(Setting.HOST_IF)
                            + ": "
                            + e.wire()
                            + " is the wire already; the host interface needs a name of its own");
        }
        return options;
    }

    private static Assignment assignment(RawSettings raw) {
        String assign =
                raw.value(Setting.ASSIGN, s -> s)
                        .orElseThrow(
                                () ->
                                        OperatorError.usage(
                                                "--assign is missing: say which card the driver domain gets, like 'monitor start"
                                                        + " --assign emulated --wire IFACE'; see 'monitor start --help'"));
        if (!assign.equals("emulated")) {
            return new Assignment.Pci(pciAddress(raw));
        }
        CardModel card = raw.value(Setting.CARD, CardModel::parse).orElse(CardModel.I82574L);
        InterfaceName wire =
                raw.value(Setting.WIRE, InterfaceName::new)
                        .orElseThrow(
                                () ->
                                        OperatorError.usage(
                                                "--wire is missing: the emulated card needs an interface of this machine as its wire, like"
                                                        + " --wire eth1"));
        return new Assignment.Emulated(card, wire);
    }

    /** A card of this machine, for which what describes an emulated one means nothing. */
    private static PciAddress pciAddress(RawSettings raw) {
        PciAddress address =
                raw.value(Setting.ASSIGN, StartOptions::pciAddress)
                        .orElseThrow(); // the caller has seen it
        refuseWithPci(raw, Setting.WIRE, "a PCI card has a wire of its own");
        refuseWithPci(raw, Setting.CARD, "a PCI card's model is read from the card");
        refuseWithPci(raw, Setting.MAC, "a PCI card has an address of its own");
        return address;
    }

    private static PciAddress pciAddress(String text) {
        try {
            return PciAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "\""
                            + text
                            + "\" is not a card; use a PCI address like 0000:03:00.0 ('monitor devices' lists them) or"
                            + " 'emulated' with --wire IFACE",
                    e);
        }
    }

    private static void refuseWithPci(RawSettings raw, Setting setting, String why) {
        if (raw.has(setting)) {
            throw OperatorError.usage(
                    raw.origin(setting)
                            + ": only with 'emulated', since "
                            + why
                            + "; leave it out, or use --assign emulated");
        }
    }

    private static boolean allowUnsafeInterrupts(RawSettings raw, Assignment assignment) {
        boolean allow =
                raw.value(Setting.ALLOW_UNSAFE_INTERRUPTS, StartOptions::yesOrNo).orElse(false);
        if (allow && assignment instanceof Assignment.Emulated) {
            throw OperatorError.usage(
                    raw.origin(Setting.ALLOW_UNSAFE_INTERRUPTS)
                            + ": only with a PCI card, since an emulated one's interrupts are safe; leave it out");
        }
        return allow;
    }

    private static boolean yesOrNo(String text) {
        return switch (text) {
            case "yes" -> true;
            case "no" -> false;
            default -> throw new IllegalArgumentException("\"" + text + "\" is neither yes nor no");
        };
    }

    private static DriverImage image(String text) {
        if (text.equals("nano")) {
            return new DriverImage.Nano();
        }
        if (text.equals("linux")) {
            String place = System.getenv(DriverImage.Linux.PLACE);
            return new DriverImage.Linux(
                    place == null || place.isEmpty() ? DriverImage.Linux.USUAL : path(place));
        }
        Path path = path(text);
        if (Files.isDirectory(path)) {
            return new DriverImage.Linux(path);
        }
        if (!Files.isRegularFile(path)) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is neither 'nano' nor 'linux' nor an image's file or folder");
        }
        return new DriverImage.ElfFile(path);
    }

    static String user(String text) {
        if (!text.matches("[A-Za-z_][A-Za-z0-9_.-]{0,31}")) {
            throw new IllegalArgumentException("\"" + text + "\" is not a user's name");
        }
        return text;
    }

    static Path path(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("the path is empty");
        }
        try {
            return Path.of(text).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("\"" + text + "\" is not a path", e);
        }
    }

    /** An address and port that only this machine can reach. */
    private static InetSocketAddress loopback(String text) {
        int colon = text.lastIndexOf(':');
        String host = text.substring(0, Math.max(0, colon)).replaceAll("^\\[|\\]$", "");
        if (!host.matches("127(\\.(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3}|::1")) {
            throw new IllegalArgumentException(
                    "\""
                            + text
                            + "\" is not a loopback address with a port, like 127.0.0.1:9464 or [::1]:9464");
        }
        int port = number(text.substring(colon + 1), 1, 65535, "a port");
        return new InetSocketAddress(InetAddress.ofLiteral(host), port);
    }

    private static int number(String text, int min, int max, String what) {
        String range = " is not " + what + " (" + min + " to " + max + ")";
        if (!text.matches("[0-9]{1,9}")) {
            throw new IllegalArgumentException("\"" + text + "\"" + range);
        }
        int n = Integer.parseInt(text);
        if (n < min || n > max) {
            throw new IllegalArgumentException(n + range);
        }
        return n;
    }

    static <E extends Enum<E>> E choice(String text, E[] values) {
        StringBuilder names = new StringBuilder();
        for (E value : values) {
            String name = value.name().toLowerCase(Locale.ROOT);
            if (name.equals(text)) {
                return value;
            }
            names.append(names.isEmpty() ? "" : " or ").append(name);
        }
        throw new IllegalArgumentException("\"" + text + "\" is not one of: " + names);
    }
}

package org.cofferdam.tests.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A Linux machine under QEMU's software emulation, whose network card is a guest's port by vhost-user: the kernel, the
 * busybox and the QEMU of ops/lab, and a shell on its serial console.
 */
public final class LinuxGuest implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern DONE = Pattern.compile("##([0-9]+)\\s");

    private final Process qemu;
    private final Path console;

    private LinuxGuest(Process qemu, Path console) {
        this.qemu = qemu;
        this.console = console;
    }

    /** Where ops/lab/build has put its images; empty if it has not. */
    public static Optional<Path> image() {
        String own = System.getenv("COFFERDAM_LAB_CACHE");
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path home = Path.of(System.getProperty("user.home"), ".cache");
        Path cache =
                own != null && !own.isEmpty()
                        ? Path.of(own)
                        : (xdg == null || xdg.isEmpty() ? home : Path.of(xdg))
                                .resolve("cofferdam/lab");
        try (Stream<Path> images = Files.list(cache.resolve("images"))) {
            return images.filter(image -> Files.exists(image.resolve("complete")))
                    .max(Comparator.comparingLong(image -> image.toFile().lastModified()));
        } catch (IOException none) {
            return Optional.empty();
        }
    }

    /** A program that needs no library, for the namespaces on this side. */
    public static Path busybox() {
        return image().orElseThrow().resolve("tools/usr/bin/busybox");
    }

    /**
     * Boots one and waits for its shell.
     *
     * @param chardev what QEMU is told of the socket, as {@code path=…,reconnect-ms=200}
     * @param card what it is told of the card beside address and queues, as {@code packed=on}
     */
    public static LinuxGuest boot(Path folder, String chardev, String mac, String card) {
        Path image = image().orElseThrow();
        Path tools = image.resolve("tools");
        Path libraries = tools.resolve("usr/lib/x86_64-linux-gnu");
        List<String> words = new ArrayList<>();
        words.add(tools.resolve("lib64/ld-linux-x86-64.so.2").toString());
        words.add("--library-path");
        words.add(libraries + ":" + libraries.resolve("pulseaudio"));
        words.add(tools.resolve("usr/bin/qemu-system-x86_64").toString());
        words.addAll(List.of("-L", tools.resolve("usr/share/qemu").toString()));
        words.addAll(List.of("-L", tools.resolve("usr/share/seabios").toString()));
        words.addAll(List.of("-nodefaults", "-no-user-config", "-no-reboot", "-display", "none"));
        words.addAll(List.of("-accel", "tcg,thread=multi", "-smp", "2", "-m", "256"));
        words.addAll(List.of("-cpu", "qemu64,+ssse3,+sse4.1,+sse4.2,+popcnt,+cx16"));
        words.addAll(List.of("-object", "memory-backend-memfd,id=mem,size=256M,share=on"));
        words.addAll(List.of("-M", "q35,memory-backend=mem"));
        words.addAll(List.of("-chardev", "socket,id=c0," + chardev));
        words.addAll(List.of("-netdev", "vhost-user,id=n0,chardev=c0,queues=2"));
        words.add("-device");
        words.add(
                "virtio-net-pci,netdev=n0,mq=on,romfile=,mac="
                        + mac
                        + (card.isEmpty() ? "" : "," + card));
        words.addAll(List.of("-kernel", image.resolve("kernel/vmlinux").toString()));
        words.addAll(List.of("-initrd", image.resolve("kernel/initrd.cpio").toString()));
        words.addAll(
                List.of(
                        "-append",
                        "console=ttyS0 quiet panic=-1 mitigations=off nokaslr no_timer_check tsc=reliable audit=0"
                                + " nmi_watchdog=0 random.trust_cpu=on cryptomgr.notests 8250.nr_uarts=1"
                                + " rdinit=/bin/busybox -- sh"));
        words.addAll(List.of("-serial", "stdio"));
        Path console = folder.resolve("console");
        try {
            Process qemu =
                    new ProcessBuilder(words)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.to(console.toFile()))
                            .start();
            LinuxGuest guest = new LinuxGuest(qemu, console);
            try {
                guest.prepare();
            } catch (RuntimeException | Error e) {
                guest.close();
                throw e;
            }
            return guest;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void prepare() {
        Awaitility.await("the guest's shell")
                .atMost(PATIENCE)
                .until(() -> said().contains("# ") || !qemu.isAlive());
        run("/bin/busybox --install -s /bin");
        run("stty -echo; mkdir -p /proc /sys /tmp; mount -t proc p /proc; mount -t sysfs s /sys");
        run("mount -t devtmpfs d /dev; ip link set lo up");
        run("for m in /modules/*failover.ko /modules/*virtio_net.ko; do insmod $m; done");
    }

    /** Runs a line in the guest's shell; what it printed. Fails if it does. */
    public String run(String line) {
        int before = said().length();
        try {
            qemu.getOutputStream()
                    .write((line + "; echo \"##$?\"\n").getBytes(StandardCharsets.UTF_8));
            qemu.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(said(), e);
        }
        try {
            Awaitility.await("the guest's answer to " + line)
                    .atMost(PATIENCE)
                    .until(() -> DONE.matcher(said().substring(before)).find());
        } catch (RuntimeException e) {
            throw new AssertionError(said(), e);
        }
        String answer = said().substring(before);
        Matcher done = DONE.matcher(answer);
        if (!done.find() || !done.group(1).equals("0")) {
            throw new AssertionError("the guest could not do '" + line + "':\n" + answer);
        }
        return answer.substring(0, done.start()).replace("\r", "").replace("/ # ", "").strip();
    }

    /** The virtio features that the card's driver accepted: a 0 or 1 for each, by its bit. */
    public String features() {
        return run("cat /sys/class/net/eth0/device/features");
    }

    /** A counter of its interface, like {@code tx_bytes}. */
    public long counter(String name) {
        return Long.parseLong(run("cat /sys/class/net/eth0/statistics/" + name));
    }

    public boolean isAlive() {
        return qemu.isAlive();
    }

    /** All that came over its console, and QEMU's own complaints. */
    public String said() {
        try {
            return Files.readString(console, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        qemu.destroyForcibly();
        try {
            if (!qemu.waitFor(10, TimeUnit.SECONDS)) {
                throw new AssertionError("QEMU does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}

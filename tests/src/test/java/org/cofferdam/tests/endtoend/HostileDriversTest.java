package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cofferdam.tests.architecture.SourceTree;
import org.cofferdam.tests.lab.Json;
import org.cofferdam.tests.lab.NeedsKvm;
import org.cofferdam.tests.lab.NetworkNamespaces;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.cofferdam.tests.lab.RunningMonitor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each image of src/test/hostile runs as the driver of a real monitor on the real /dev/kvm, while frames come from
 * both sides. Whatever it does: host and monitor live, traffic that needs no driver goes on, the log says what was
 * refused, and the monitor stops in order with a log that verifies.
 */
@NeedsKvm
final class HostileDriversTest {
    /**
     * What must be on record, by image: conditions that must all hold, each with alternatives. A condition is a
     * crossing type, or a packet verdict in lower case.
     */
    private static final Map<String, List<String>> ON_RECORD = expectations();

    private static Map<String, List<String>> expectations() {
        Map<String, List<String>> all = new TreeMap<>();
        String table =
                """
                claim-ready             WATCHDOG RESTART
                dma-receive-buffers     DMA_REFUSED
                dma-ring-base           DMA_REFUSED RESTART
                dma-ring-length         REGISTER_REFUSED
                dma-ring-moved          REGISTER_REFUSED RESTART
                dma-ring-wild           DMA_REFUSED RESTART
                dma-aimed               DMA_REFUSED
                dma-transmit-buffers    DMA_REFUSED
                dma-tso-wild            DESCRIPTOR_REFUSED|DMA_REFUSED
                doorbell-flood-wait     WAIT|WATCHDOG
                doorbell-flood-yield    DOORBELL
                doorbell-flood-status   DOORBELL
                doorbell-flood-notify   DOORBELL|NOTIFY_REFUSED
                doorbell-flood-fault    FAULT RESTART
                doorbell-flood-panic    PANIC RESTART
                doorbell-odd            MMIO_REFUSED
                fault-claim             FAULT RESTART
                hlt                     FAULT RESTART
                interrupt-flood         MMIO_WRITE
                interrupt-storm         INTERRUPT
                jump-to-arena           FAULT RESTART
                jump-to-data            FAULT RESTART
                oversized-frames        drop_size|QUEUE_REFUSED
                panic-text              PANIC RESTART
                privileged-alignment-check FAULT RESTART
                privileged-cli          FAULT RESTART
                privileged-cpuid        BOOT
                privileged-in           FAULT RESTART
                privileged-int3         FAULT RESTART
                privileged-int80        FAULT RESTART
                privileged-invlpg       FAULT RESTART
                privileged-iretq        FAULT RESTART
                privileged-lgdt         FAULT RESTART
                privileged-lidt         FAULT RESTART
                privileged-ltr          FAULT RESTART
                privileged-out          FAULT RESTART
                privileged-rdmsr        FAULT RESTART
                privileged-read-cr3     FAULT RESTART
                privileged-single-step  FAULT RESTART
                privileged-sti          FAULT RESTART
                privileged-swapgs       FAULT RESTART
                privileged-syscall      FAULT RESTART
                privileged-sysenter     FAULT RESTART
                privileged-vmcall       BOOT
                privileged-vmmcall      BOOT
                privileged-wbinvd       FAULT RESTART
                privileged-write-cr0    FAULT RESTART
                privileged-write-cr3    FAULT RESTART
                privileged-wrmsr        FAULT RESTART
                read-outside-ram        FAULT RESTART
                read-page-tables        FAULT RESTART
                register-storm          MMIO_READ MMIO_WRITE
                reset-storm             CARD_RESET
                spin                    WATCHDOG RESTART
                spoofed-frames          drop_spoofed_mac|KERNEL_DROPS
                stack-into-monitor      FAULT RESTART
                stack-overflow          FAULT RESTART
                status-lies             DOMAIN_STATUS|LINK
                stop-serving-spin       WATCHDOG RESTART
                stop-serving-wait       WATCHDOG RESTART
                stop-serving-yield      WATCHDOG RESTART
                ud2                     FAULT RESTART
                uplink-bad-heads        QUEUE_REFUSED
                uplink-descriptor-loop  QUEUE_REFUSED
                uplink-host-writes      QUEUE_REFUSED
                uplink-index-jump       QUEUE_REFUSED
                uplink-noise            QUEUE_REFUSED
                uplink-wild-addresses   QUEUE_REFUSED
                uplink-wild-flags       QUEUE_REFUSED
                uplink-wild-lengths     QUEUE_REFUSED|drop_size|drop_malformed
                wild-headers            drop_malformed|QUEUE_REFUSED
                write-boot-page         FAULT RESTART
                write-fault-stub        FAULT RESTART
                write-outside-ram       FAULT RESTART
                write-own-code          FAULT RESTART
                """;
        for (String line : table.lines().toList()) {
            List<String> words = Arrays.asList(line.strip().split(" +"));
            all.put(words.getFirst(), words.subList(1, words.size()));
        }
        return all;
    }

    @RegisterExtension private final NetworkNamespaces network = NetworkNamespaces.create();

    static Stream<String> images() {
        return ON_RECORD.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("images")
    void hostAndMonitorLiveOnAndTheLogSaysWhatItDid(String image) {
        try (RunningMonitor monitor = RunningMonitor.notStarted(network)) {
            monitor.launch("--image", folder().resolve(image + ".elf").toString());
            monitor.await("a status", () -> monitor.status().at("domain", "state").exists());
            network.addressTheCard();
            monitor.call(
                            "port add",
                            "--netdev",
                            "port0",
                            "--mac",
                            NetworkNamespaces.GUEST_MAC,
                            "--to-host")
                    .orFail();
            // What waits for the domain from either side; the namespaces' end is theirs, too.
            network.in(
                            Namespace.HOST,
                            "ping",
                            "-n",
                            "-q",
                            "-i",
                            "0.02",
                            NetworkNamespaces.OUTSIDE_IP)
                    .start();
            network.in(Namespace.OUTSIDE, "ping", "-n", "-q", "-i", "0.02", "-b", "10.77.0.255")
                    .start();

            monitor.await(
                    image + " on record as " + ON_RECORD.get(image),
                    () -> isOnRecord(monitor, image));

            network.awaitPath(Namespace.GUEST, NetworkNamespaces.HOST_IP);
            assertEquals(0, network.loss(Namespace.GUEST, NetworkNamespaces.HOST_IP, 10));
            assertTrue(monitor.isAlive(), monitor::said);
            monitor.stop();
            monitor.audit("verify").orFail();
        }
    }

    @Test
    void everyHostileImageIsTried() {
        Set<String> built = new TreeSet<>();
        try (Stream<Path> files = Files.list(folder())) {
            files.map(p -> p.getFileName().toString())
                    .filter(n -> n.endsWith(".elf"))
                    .forEach(n -> built.add(n.substring(0, n.length() - ".elf".length())));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        assertEquals(built, ON_RECORD.keySet());
    }

    private static boolean isOnRecord(RunningMonitor monitor, String image) {
        List<String> conditions = ON_RECORD.getOrDefault(image, List.of());
        Set<String> types =
                conditions.stream()
                        .flatMap(c -> Arrays.stream(c.split("\\|")))
                        .map(HostileDriversTest::typeOf)
                        .collect(Collectors.toSet());
        List<Json> records = monitor.records(types.toArray(String[]::new));
        return conditions.stream()
                .allMatch(
                        c ->
                                Arrays.stream(c.split("\\|"))
                                        .anyMatch(
                                                a -> records.stream().anyMatch(r -> shows(r, a))));
    }

    /** The crossing type in whose records an alternative is found. */
    private static String typeOf(String alternative) {
        return isVerdict(alternative) ? "BURST_IN" : alternative;
    }

    private static boolean shows(Json record, String alternative) {
        return isVerdict(alternative)
                ? record.at("burst", "verdicts", alternative).exists()
                : record.at("type").asText().equals(alternative);
    }

    private static boolean isVerdict(String alternative) {
        return Character.isLowerCase(alternative.charAt(0));
    }

    private static Path folder() {
        return SourceTree.root().resolve("tests/target/hostile");
    }
}

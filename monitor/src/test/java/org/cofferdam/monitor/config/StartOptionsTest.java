package org.cofferdam.monitor.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.cofferdam.audit.AuditPolicy;
import org.cofferdam.audit.Durability;
import org.cofferdam.audit.RetentionRule;
import org.cofferdam.audit.WhenFull;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StartOptionsTest {
    @TempDir Path dir;

    @Test
    void everySettingCanStandInTheFile() throws IOException {
        StartOptions options =
                StartOptions.from(
                        file(
                                """
                                # all of them
                                assign = emulated
                                wire = eth1
                                card = 82540em
                                host-if = wan0
                                mac = 52-54-00-12-34-56
                                image = nano
                                mtu = 1400
                                queues = 2
                                threads = shared
                                rate = 500mbit,80kpps
                                ethertypes = arp, ipv4, 0x88CC
                                idle-passes = 0
                                on-fault = stop
                                allow-unsafe-interrupts = no
                                audit-dir = /var/log/lab
                                audit-durability = kernel
                                audit-when-full = count
                                audit-quota = 8M
                                audit-segment-bytes = 1M
                                audit-keep = 30d
                                audit-keep-bytes = 20G
                                audit-keep-until-shipped = /var/lib/ship/shipped
                                socket = /run/lab.sock
                                run-dir = /run/lab
                                capture = full
                                metrics = 127.0.0.1:9464
                                """),
                        false);
        assertEquals(
                new StartOptions(
                        new Assignment.Emulated(CardModel.I82540EM, new InterfaceName("eth1")),
                        new InterfaceName("wan0"),
                        Optional.of(new MacAddress(0x525400123456L)),
                        new DriverImage.Nano(),
                        128,
                        1400,
                        2,
                        ThreadLayout.SHARED,
                        new RateLimit(500_000_000, 80_000),
                        Set.of(new EtherType(0x0806), new EtherType(0x0800), new EtherType(0x88cc)),
                        0,
                        FaultPolicy.STOP,
                        false,
                        Path.of("/var/log/lab"),
                        new AuditPolicy(
                                Durability.KERNEL,
                                WhenFull.COUNT,
                                8 << 20,
                                new RetentionRule(
                                        Optional.of(Duration.ofDays(30)),
                                        20L << 30,
                                        Optional.of(Path.of("/var/lib/ship/shipped")))),
                        1 << 20,
                        Path.of("/run/lab"),
                        Path.of("/run/lab.sock"),
                        "cofferdam",
                        Path.of("/run/lab/guests"),
                        List.of(),
                        CapturePolicy.FULL,
                        Optional.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9464)),
                        false),
                options);
    }

    @Test
    void aPciCardNeedsNothingButItsAddress() throws IOException {
        StartOptions options =
                StartOptions.from(file("assign=03:00.0\nallow-unsafe-interrupts=yes\n"), false);
        assertEquals(new Assignment.Pci(new PciAddress(0, 3, 0, 0)), options.assignment());
        assertEquals("0000:03:00.0", options.assignment().label());
        assertTrue(options.allowUnsafeInterrupts());
    }

    @ParameterizedTest
    @ValueSource(strings = {"wire=eth1", "card=82574L", "mac=52:54:00:12:34:56"})
    void whatDescribesAnEmulatedCardIsRefusedWithAPciCard(String line) {
        OperatorError error =
                assertThrows(
                        OperatorError.class, () -> file("assign=0000:03:00.0\n" + line + "\n"));
        assertEquals(ExitCode.USAGE, error.exitCode());
        assertTrue(error.sentence().contains("only with 'emulated'"), error.sentence());
    }

    @Test
    void theCommandLineWins() throws IOException {
        RawSettings raw = new RawSettings();
        raw.putIfAbsent(Setting.WIRE, "eth2", "--wire");
        SettingsFile.read(write("assign=emulated\nwire=eth1\nmtu=1400\n"), raw);
        StartOptions options = StartOptions.from(raw, false);
        assertEquals(
                new Assignment.Emulated(CardModel.I82574L, new InterfaceName("eth2")),
                options.assignment());
        assertEquals(1400, options.mtu());
    }

    @Test
    void theSocketIsInTheRunDirectoryUnlessNamed() throws IOException {
        assertEquals(
                Path.of("/run/x/control.sock"),
                StartOptions.from(file("assign=emulated\nwire=eth1\nrun-dir=/run/x\n"), false)
                        .socket());
    }

    @Test
    void aKeyGivenTwiceIsAnError() {
        OperatorError error = assertThrows(OperatorError.class, () -> file("mtu=1400\nmtu=1500\n"));
        assertEquals(ExitCode.USAGE, error.exitCode());
        assertTrue(error.sentence().contains("line 2: mtu is given twice"), error.sentence());
    }

    @Test
    void aLineWithoutAnEqualsSignIsAnError() {
        OperatorError error = assertThrows(OperatorError.class, () -> file("[monitor]\n"));
        assertTrue(
                error.sentence().contains("line 1: \"[monitor]\" is not 'key = value'"),
                error.sentence());
    }

    @Test
    void aFileThatIsNoTextIsAnError() throws IOException {
        Path file = Files.write(dir.resolve("x"), new byte[] {(byte) 0xff, (byte) 0xfe});
        OperatorError error =
                assertThrows(OperatorError.class, () -> SettingsFile.read(file, new RawSettings()));
        assertEquals(ExitCode.USAGE, error.exitCode());
    }

    @Test
    void anErrorsQuotationCannotBreakTheLine() {
        OperatorError error =
                assertThrows(OperatorError.class, () -> file("assign=emulated\nwire=\u001b[31m\n"));
        assertEquals(1, error.sentence().lines().count());
        assertEquals(-1, error.sentence().indexOf('\u001b'));
    }

    @Test
    void aMacAddressHasTheOrderOfTheWire() {
        MacAddress mac = MacAddress.parse("52:54:00:12:34:56");
        assertEquals("52:54:00:12:34:56", mac.toString());
        assertEquals(0x52, mac.bytes()[0]);
        assertEquals(0x56, mac.bytes()[5]);
    }

    private RawSettings file(String text) throws IOException {
        RawSettings raw = new RawSettings();
        SettingsFile.read(write(text), raw);
        StartOptions.from(raw, false);
        return raw;
    }

    private Path write(String text) throws IOException {
        return Files.writeString(dir.resolve("monitor.conf"), text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "audit-durability=disk",
                "audit-when-full=panic",
                "audit-quota=1K",
                "audit-quota=-1",
                "audit-quota=9999999T",
                "audit-segment-bytes=255K",
                "audit-segment-bytes=5G",
                "audit-keep=0d",
                "audit-keep=30",
                "audit-keep=999999w",
                "audit-keep-bytes=20",
                "audit-keep-bytes=999999999T",
                "audit-keep-until-shipped=/var/lib/ship/shipped"
            })
    void whatIsWrongAboutTheAuditLogIsNamedWithItsPlace(String line) {
        OperatorError error =
                assertThrows(
                        OperatorError.class,
                        () ->
                                StartOptions.from(
                                        file("assign=emulated\nwire=eth1\n" + line + "\n"), false));
        assertEquals(ExitCode.USAGE, error.exitCode());
        assertTrue(
                error.sentence().contains(line.substring(0, line.indexOf('='))), error.sentence());
    }
}

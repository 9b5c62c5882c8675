package org.cofferdam.monitor.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a guest is described, on the command line and in the configuration file. */
final class GuestSpecTest {
    private static final GuestName WEB = new GuestName("web");

    @TempDir
    @SuppressWarnings("NullAway.Init") // before every test
    Path folder;

    @Test
    void aLineOfTheConfigurationFileDescribesAGuest() throws IOException {
        StartOptions options =
                options(
                        """
                        guest.web = mac=02:00:00:00:00:07 ip=10.0.0.7,2001:db8::7 rate=80kpps peers=db,host uid=1000
                        guest.db = mac=02:00:00:00:00:08 mode=client socket=/run/db/net.sock mtu=1400 link=down
                        """);
        assertEquals(
                List.of(
                        new GuestSpec(
                                WEB,
                                new MacAddress(0x0200_0000_0007L),
                                List.of(
                                        InetAddress.ofLiteral("10.0.0.7"),
                                        InetAddress.ofLiteral("2001:db8::7")),
                                new RateLimit(0, 80_000),
                                Set.of(new GuestName("db"), GuestName.HOST),
                                Optional.empty(),
                                GuestMode.SERVER,
                                1000,
                                Optional.empty(),
                                true),
                        new GuestSpec(
                                new GuestName("db"),
                                new MacAddress(0x0200_0000_0008L),
                                List.of(),
                                RateLimit.NONE,
                                Set.of(),
                                Optional.of(Path.of("/run/db/net.sock")),
                                GuestMode.CLIENT,
                                0,
                                Optional.of(1400),
                                false)),
                options.guests());
    }

    private StartOptions options(String lines) throws IOException {
        Path file = folder.resolve("lab.conf");
        Files.writeString(file, "assign = emulated\nwire = eth1\n" + lines);
        RawSettings raw = new RawSettings();
        SettingsFile.read(file, raw);
        return StartOptions.from(raw, false);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "guest.web = ip=10.0.0.7",
                "guest.web = mac=03:00:00:00:00:07",
                "guest.web = mac=02:00:00:00:00:07 ip=example.org",
                "guest.web = mac=02:00:00:00:00:07 ip=0.0.0.0",
                "guest.web = mac=02:00:00:00:00:07 ip=224.0.0.1",
                "guest.web = mac=02:00:00:00:00:07 uid=root",
                "guest.web = mac=02:00:00:00:00:07 mac=02:00:00:00:00:08",
                "guest.web = mac=02:00:00:00:00:07 mode=both",
                "guest.web = mac=02:00:00:00:00:07 mtu=67",
                "guest.web = mac=02:00:00:00:00:07 mtu=65536",
                "guest.web = mac=02:00:00:00:00:07 link=maybe",
                "guest.web = mac=02:00:00:00:00:07 colour=red",
                "guest.web = mac=02:00:00:00:00:07 peers=../x",
                "guest.host = mac=02:00:00:00:00:07",
                "guest.../x = mac=02:00:00:00:00:07",
                "guest. = mac=02:00:00:00:00:07",
                "guest.web = mac=02:00:00:00:00:07\nguest.web = mac=02:00:00:00:00:08"
            })
    void aLineThatIsWrongIsAnErrorThatNamesIt(String lines) {
        OperatorError error = assertThrows(OperatorError.class, () -> options(lines + "\n"));
        assertEquals(ExitCode.USAGE, error.exitCode());
        assertTrue(String.valueOf(error.getMessage()).contains("lab.conf line "), error.toString());
    }

    private static GuestChange change(String... fields) {
        Map<String, String> texts = new HashMap<>();
        for (int i = 0; i < fields.length; i += 2) {
            texts.put(fields[i], fields[i + 1]);
        }
        return GuestChange.of(field -> Optional.ofNullable(texts.get(field)));
    }

    @Test
    void aChangeLeavesTheRestAsItIs() throws IOException {
        GuestSpec before =
                options("guest.web = mac=02:00:00:00:00:07 ip=10.0.0.7 peers=db rate=1mbit\n")
                        .guests()
                        .getFirst();
        GuestSpec after = before.with(change("link", "down", "mtu", "1400"));
        assertEquals(before.ips(), after.ips());
        assertEquals(before.peers(), after.peers());
        assertEquals(before.rate(), after.rate());
        assertEquals(Optional.of(1400), after.mtu());
        assertTrue(before.linkUp() && !after.linkUp() && after.with(change("link", "up")).linkUp());
        GuestSpec empty = before.with(change("peers", "none", "ip", "any", "rate", "none"));
        assertEquals(Set.of(), empty.peers());
        assertEquals(List.of(), empty.ips());
        assertEquals(RateLimit.NONE, empty.rate());
        assertThrows(IllegalArgumentException.class, () -> change());
    }
}

package org.cofferdam.monitor.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.cofferdam.monitor.config.ExitCode;
import picocli.CommandLine.Model.CommandSpec;

/** {@code monitor guest add}. */
final class GuestAddCommand implements Callable<Integer> {
    private final Console console;
    private final Subcommand command =
            new Subcommand(
                    this,
                    "add",
                    "Makes a port for a guest: it reaches the wire by the card, and by default nothing else.",
                    "",
                    "Examples:",
                    "  monitor guest add web --mac 02:00:00:00:00:07",
                    "  monitor guest add web --mac 02:00:00:00:00:07 --ip 10.0.0.7 --rate 100mbit --peers db,host",
                    "  monitor guest add web --mac 02:00:00:00:00:07 --mode client");
    private final Subcommand.Word name = command.word("NAME", "The guest's name.");
    private final Map<String, Subcommand.Value> fields = new LinkedHashMap<>();
    private final Subcommand.MonitorPlace monitor;

    GuestAddCommand(Console console) {
        this.console = console;
        fields.put(
                "mac",
                command.required(
                        "MAC", "Its address; frames from any other are dropped.", "--mac"));
        field("ip", "IP,...", "The only IP addresses that it may use (default any).");
        field("rate", "RATE", "What it may send at most, like 100mbit or 80kpps (default none).");
        field(
                "peers",
                "NAME,...",
                "Guests that it may talk to if they name it, too, and 'host' (default none).");
        field(
                "socket",
                "PATH",
                "Where its front end connects, or listens (default its name in --guest-dir).");
        field(
                "mode",
                "MODE",
                "server: its front end connects (default). client: its front end listens, and the monitor connects,"
                        + " again whenever either was restarted.");
        field("uid", "UID", "The only user whose front end is served (default 0).");
        field("mtu", "BYTES", "The largest IP packet that it may send (default the host's --mtu).");
        field("link", "up|down", "Whether it has a link (default up).");
        monitor = command.monitorPlaceBesideSocket();
    }

    private void field(String key, String label, String description) {
        fields.put(key, command.value(label, description, "--" + key));
    }

    CommandSpec spec() {
        return command.spec();
    }

    @Override
    public Integer call() {
        Map<String, Object> call = new LinkedHashMap<>();
        call.put("name", name.text());
        fields.forEach((key, value) -> value.text().ifPresent(text -> call.put(key, text)));
        monitor.client().ask("POST", "/v1/guests", call);
        console.say(name.text() + " has a port now; 'monitor guest show' tells its socket");
        return ExitCode.OK.code();
    }
}

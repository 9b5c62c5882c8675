package org.cofferdam.monitor.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.cofferdam.monitor.config.ExitCode;
import picocli.CommandLine.Model.CommandSpec;

/** {@code monitor guest set}. */
final class GuestSetCommand implements Callable<Integer> {
    private final Console console;
    private final Subcommand command =
            new Subcommand(
                    this,
                    "set",
                    "Changes a guest's port while the guest is attached; what is not given stays.",
                    "",
                    "Examples:",
                    "  monitor guest set web --link down",
                    "  monitor guest set web --rate 10mbit --peers none",
                    "  monitor guest set web --link up --mtu 1400 --ip 10.0.0.7,10.0.0.8");
    private final Subcommand.Word name = command.word("NAME", "The guest's name.");
    private final Map<String, Subcommand.Value> fields = new LinkedHashMap<>();
    private final Subcommand.MonitorPlace monitor;

    GuestSetCommand(Console console) {
        this.console = console;
        field("ip", "IP,...", "The only IP addresses that it may use, or any.");
        field("rate", "RATE", "What it may send at most, like 100mbit or 80kpps, or none.");
        field("peers", "NAME,...", "Whom it may talk to if they name it, too, or none.");
        field("mtu", "BYTES", "The largest IP packet that it may send.");
        field("link", "up|down", "Without a link nothing passes, and the guest is told.");
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
        fields.forEach((key, value) -> value.text().ifPresent(text -> call.put(key, text)));
        monitor.client().ask("PATCH", "/v1/guests/" + name.guest(), call);
        console.say(name.text() + " is changed; 'monitor guest show' tells how it stands");
        return ExitCode.OK.code();
    }
}

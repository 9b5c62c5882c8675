package org.cofferdam.monitor.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.cofferdam.monitor.config.ExitCode;
import picocli.CommandLine.Model.CommandSpec;

/** {@code monitor port add}. */
final class PortAddCommand implements Callable<Integer> {
    private final Console console;
    private final Subcommand command =
            new Subcommand(
                    this,
                    "add",
                    "Makes an interface a port: its station reaches the wire by the card, and by default nothing else.",
                    "",
                    "Examples:",
                    "  monitor port add --netdev veth7 --mac 02:00:00:00:00:07",
                    "  monitor port add --netdev veth7 --mac 02:00:00:00:00:07 --to-host --to-ports");
    private final Subcommand.Value netdev =
            command.required("IFACE", "The interface on this side.", "--netdev");
    private final Subcommand.Value mac =
            command.required(
                    "MAC",
                    "The station's address behind it; frames from any other are dropped.",
                    "--mac");
    private final Subcommand.Flag toHost =
            command.flag("Let it talk to the host's stack.", "--to-host");
    private final Subcommand.Flag toPorts =
            command.flag("Let it talk to those other ports that have this, too.", "--to-ports");
    private final Subcommand.MonitorPlace monitor = command.monitorPlace();

    PortAddCommand(Console console) {
        this.console = console;
    }

    CommandSpec spec() {
        return command.spec();
    }

    @Override
    public Integer call() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("netdev", netdev.orElse(""));
        fields.put("mac", mac.orElse(""));
        fields.put("toHost", toHost.isGiven());
        fields.put("toPorts", toPorts.isGiven());
        monitor.client().ask("POST", "/v1/ports", fields);
        console.say(netdev.orElse("") + " is a port now");
        return ExitCode.OK.code();
    }
}

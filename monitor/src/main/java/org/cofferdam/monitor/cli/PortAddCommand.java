package org.cofferdam.monitor.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.cofferdam.monitor.config.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "add",
        description =
                "Makes an interface a port: its station reaches the wire by the card, and by default nothing else.",
        footer = {
            "",
            "Examples:",
            "  monitor port add --netdev veth7 --mac 02:00:00:00:00:07",
            "  monitor port add --netdev veth7 --mac 02:00:00:00:00:07 --to-host --to-ports"
        })
final class PortAddCommand implements Callable<Integer> {
    private final Console console;

    @Mixin CommonOptions common = new CommonOptions();

    @Option(
            names = "--netdev",
            required = true,
            paramLabel = "IFACE",
            description = "The interface on this side.")
    String netdev = "";

    @Option(
            names = "--mac",
            required = true,
            paramLabel = "MAC",
            description = "The station's address behind it; frames from any other are dropped.")
    String mac = "";

    @Option(names = "--to-host", description = "Let it talk to the host's stack.")
    boolean toHost;

    @Option(
            names = "--to-ports",
            description = "Let it talk to those other ports that have this, too.")
    boolean toPorts;

    PortAddCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("netdev", netdev);
        fields.put("mac", mac);
        fields.put("toHost", toHost);
        fields.put("toPorts", toPorts);
        common.client().ask("POST", "/v1/ports", fields);
        console.say(netdev + " is a port now");
        return ExitCode.OK.code();
    }
}

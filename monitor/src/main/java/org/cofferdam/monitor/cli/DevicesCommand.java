package org.cofferdam.monitor.cli;

import java.util.concurrent.Callable;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.pci.Assignability;
import org.cofferdam.monitor.pci.KernelFiles;
import org.cofferdam.monitor.pci.PciBus;
import picocli.CommandLine.Model.CommandSpec;

/** {@code monitor devices}: which cards there are, and which of them a driver domain may get. */
final class DevicesCommand implements Callable<Integer> {
    private final Console console;
    private final Subcommand command =
            new Subcommand(
                    this,
                    "devices",
                    "Lists the Ethernet cards on the PCI bus, and whether each may be assigned; if not, why and what to"
                            + " do.",
                    "",
                    "Changes nothing, and needs no privilege.",
                    "",
                    "Examples:",
                    "  monitor devices",
                    "  monitor devices -o json | jq '.[] | select(.assignable) | .address'");
    private final Subcommand.Value output =
            command.value("FORMAT", "text (default) or json.", "-o", "--output");

    DevicesCommand(Console console) {
        this.console = console;
        command.flag("Show causes and stack traces of errors.", Subcommand.VERBOSE);
    }

    CommandSpec spec() {
        return command.spec();
    }

    @Override
    public Integer call() {
        boolean json = output.isJson("text");
        CardList cards = CardList.of(new PciBus(KernelFiles.HERE), Assignability.here());
        console.print(json ? cards.json() : cards.text());
        return ExitCode.OK.code();
    }
}

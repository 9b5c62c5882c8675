package org.cofferdam.monitor.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cofferdam.binding.privilege.Account;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.IoReason;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.config.PciAddress;
import org.cofferdam.monitor.pci.DriverBinding;
import org.cofferdam.monitor.pci.KernelFiles;
import org.cofferdam.monitor.pci.PciBus;
import org.cofferdam.monitor.pci.PciDevice;

/**
 * {@code monitor internal bind ADDRESS USER}: what the starter runs, as root, when its monitor asks for its card: at the
 * start, and when the card was unplugged and is back. The monitor has no say in which card and for which user.
 */
final class BindCommand {
    static final String SECOND_WORD = "bind";

    private BindCommand() {}

    static int run(String[] args, Console console) {
        try {
            bind(PciAddress.parse(args[2]), args[3]);
            return ExitCode.OK.code();
        } catch (IOException | RuntimeException e) {
            OperatorError error = CommandLineFront.asOperatorError(e);
            console.say(error.sentence());
            return error.exitCode().code();
        }
    }

    private static void bind(PciAddress address, String user) throws IOException {
        PciBus bus = new PciBus(KernelFiles.HERE);
        PciDevice card =
                bus.find(address)
                        .filter(PciDevice::isEthernet)
                        .orElseThrow(
                                () ->
                                        OperatorError.environment(
                                                "no Ethernet card is at " + address));
        new DriverBinding(KernelFiles.HERE, line -> {}).take(card);
        int group =
                bus.find(address)
                        .orElse(card)
                        .iommuGroup()
                        .orElseThrow(
                                () -> OperatorError.environment(address + " has no IOMMU group"));
        Path device = KernelFiles.HERE.dev().resolve("vfio/" + group);
        Account account =
                Account.named(user)
                        .orElseThrow(
                                () ->
                                        OperatorError.environment(
                                                "there is no user " + user + "; run ops/setup"));
        try {
            Files.setAttribute(device, "unix:uid", account.uid());
        } catch (IOException e) {
            throw OperatorError.failure(
                    device + " cannot be given to " + user + " (" + IoReason.of(e) + ")", e);
        }
    }
}

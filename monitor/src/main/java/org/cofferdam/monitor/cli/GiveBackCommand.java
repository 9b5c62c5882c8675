package org.cofferdam.monitor.cli;

import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.config.PciAddress;
import org.cofferdam.monitor.pci.DriverBinding;
import org.cofferdam.monitor.pci.KernelFiles;

/**
 * {@code monitor internal give-back ADDRESS ID DRIVER}: what the starter runs, as root, when its monitor stops and has
 * closed its card. The words are from before the card was taken; the monitor has no say in them.
 */
final class GiveBackCommand {
    static final String SECOND_WORD = "give-back";

    /** Exit code: there was nothing to do. requests.c knows it. */
    private static final int NOTHING = 1;

    private GiveBackCommand() {}

    static int run(String[] args, Console console) {
        try {
            PciAddress address = PciAddress.parse(args[2]);
            return switch (new DriverBinding(KernelFiles.HERE, line -> {})
                    .giveBack(address, args[3], args[4])) {
                case DriverBinding.GiveBack.Done done -> ExitCode.OK.code();
                case DriverBinding.GiveBack.Nothing nothing -> NOTHING;
                case DriverBinding.GiveBack.Failed failed -> {
                    console.say(failed.sentence(address));
                    yield ExitCode.FAILURE.code();
                }
            };
        } catch (RuntimeException e) {
            OperatorError error = CommandLineFront.asOperatorError(e);
            console.say(error.sentence());
            return error.exitCode().code();
        }
    }
}

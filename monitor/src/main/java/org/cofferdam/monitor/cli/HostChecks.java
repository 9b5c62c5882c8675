package org.cofferdam.monitor.cli;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.cofferdam.binding.net.NetDevice;
import org.cofferdam.monitor.config.Assignment;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.InterfaceName;
import org.cofferdam.monitor.config.IoReason;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.config.StartOptions;
import org.cofferdam.monitor.control.SocketFile;
import org.cofferdam.monitor.pci.Assignability;
import org.cofferdam.proxy.kernel.KernelProxy;

/**
 * Looks at the machine before anything is changed, so that the usual mistakes cost one sentence and leave nothing
 * half-made. What it finds may change a moment later; whoever uses a thing still handles its absence.
 */
final class HostChecks {
    private static final Path KVM = Path.of("/dev/kvm");
    private static final Path TUN = Path.of("/dev/net/tun");

    /** Less than this and the log's first segment would not fit beside what else the disk serves. */
    private static final long MIN_FREE_BYTES = 8 * 1024 * 1024;

    private HostChecks() {}

    /** What must be there before the run directory is taken. */
    static void beforeStart(StartOptions options) {
        switch (options.assignment()) {
            case Assignment.Emulated emulated -> wireExists(emulated.wire());
            case Assignment.Pci pci -> cardMayBeAssigned(pci, options);
        }
        device(
                KVM,
                "load the module kvm_amd or kvm_intel, and enable virtualization in the firmware");
        device(TUN, "load the module tun");
    }

    /** What must be so after an earlier monitor has been cleaned up. */
    static void afterCleanup(StartOptions options) {
        InterfaceName host = options.hostInterface();
        if (exists(host)) {
            throw OperatorError.environment(
                    "--host-if: the interface "
                            + host
                            + " exists already; remove it ('ip link del "
                            + host
                            + "') or choose another --host-if");
        }
        switch (options.assignment()) {
            case Assignment.Emulated emulated -> wireIsFree(emulated.wire());
            // The dead monitor's card has its driver again, and perhaps routes.
            case Assignment.Pci pci -> cardMayBeAssigned(pci, options);
        }
        SocketFile.refuseIfServed(options.socket());
        auditDirectory(options.auditDir());
    }

    private static void cardMayBeAssigned(Assignment.Pci pci, StartOptions options) {
        Assignability.here()
                .judge(pci.address(), options.image().driver(), options.allowUnsafeInterrupts())
                .orThrow();
    }

    private static void wireIsFree(InterfaceName wire) {
        if (KernelProxy.isTaken(wire.value())) {
            throw OperatorError.environment(
                    "--wire: "
                            + wire
                            + " is in use as a wire or port, by another monitor that runs; stop that one or choose"
                            + " another interface");
        }
    }

    private static void wireExists(InterfaceName wire) {
        if (!exists(wire)) {
            throw OperatorError.environment(
                    "--wire: there is no interface "
                            + wire
                            + " here; 'ip link' lists those that are");
        }
    }

    private static void device(Path device, String cure) {
        if (!Files.exists(device)) {
            throw OperatorError.environment(device + " is missing; " + cure);
        }
        if (!Files.isReadable(device) || !Files.isWritable(device)) {
            throw OperatorError.environment(
                    "no permission to open "
                            + device
                            + "; run as root or as a member of its group (ls -l "
                            + device
                            + ")");
        }
    }

    /** The folder exists or can be made, can be written, and its disk has room. */
    static void auditDirectory(Path dir) {
        try {
            if (!Files.exists(dir)) {
                Files.createDirectories(
                        dir,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
            }
            if (!Files.isDirectory(dir)) {
                throw OperatorError.environment(
                        "--audit-dir: " + dir + " is not a folder; choose another");
            }
            if (!Files.isWritable(dir)) {
                throw OperatorError.environment(
                        "--audit-dir: no permission to write to "
                                + dir
                                + "; change that or choose another");
            }
            FileStore store = Files.getFileStore(dir.toRealPath(new LinkOption[0]));
            if (store.getUsableSpace() < MIN_FREE_BYTES) {
                throw OperatorError.environment(
                        "--audit-dir: the disk of "
                                + dir
                                + " is full ("
                                + store.getUsableSpace() / 1024
                                + " KiB free); make room or choose another");
            }
        } catch (IOException e) {
            throw new OperatorError(
                    ExitCode.ENVIRONMENT,
                    "--audit-dir: the folder "
                            + dir
                            + " cannot be made or used ("
                            + IoReason.of(e)
                            + "); choose another",
                    e);
        }
    }

    private static boolean exists(InterfaceName name) {
        return NetDevice.index(name.value()) != 0;
    }
}

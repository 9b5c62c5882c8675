package org.cofferdam.monitor.pci;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.cofferdam.monitor.config.ExitCode;

/**
 * Whether the machine checks what a card signals. On x86 an interrupt is a write to an address of the 0xfee range, which the
 * IOMMU's page tables do not cover: a card can raise any vector of any processor by DMA, and storm the host, unless a table
 * of allowed interrupts is in force as well (interrupt remapping). The paper on SUD names this as its own hole. VFIO
 * refuses such a machine unless its module parameter allow_unsafe_interrupts says Y.
 */
final class InterruptRemapping {
    /** Interrupt chips in /proc/interrupts behind a remapping table: IR-IO-APIC, IR-PCI-MSI, IR-PCI-MSIX-0000:03:00.0. */
    private static final Pattern REMAPPED = Pattern.compile("\\sIR-(IO-APIC|PCI-MSI)");

    private static final String STORM =
            "a card could raise any interrupt of the host by DMA and storm it";
    private static final String FLAG =
            "or accept that with --allow-unsafe-interrupts, which the audit log will say";

    private final KernelFiles files;

    InterruptRemapping(KernelFiles files) {
        this.files = files;
    }

    /**
     * Why a card must not be assigned on this machine for its interrupts.
     *
     * @param allowUnsafe the operator's word
     * @param overrides gets a sentence for each objection that this word overruled
     */
    Optional<Verdict.Refused> objection(boolean allowUnsafe, List<String> overrides)
            throws IOException {
        boolean remapped =
                KernelFiles.table(files.proc().resolve("interrupts")).stream()
                        .anyMatch(line -> REMAPPED.matcher(line).find());
        Optional<String> parameter =
                KernelFiles.attribute(
                        files.sys()
                                .resolve(
                                        "module/vfio_iommu_type1/parameters/allow_unsafe_interrupts"));
        boolean vfioAllows = parameter.equals(Optional.of("Y"));
        if (!remapped && allowUnsafe && !vfioAllows) {
            return Optional.of(
                    new Verdict.Refused(
                            ExitCode.ENVIRONMENT,
                            "this machine has no interrupt remapping, and VFIO's own parameter does not allow that",
                            parameter.isPresent()
                                    ? "echo Y > /sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts"
                                    : "modprobe vfio_iommu_type1 allow_unsafe_interrupts=1"));
        }
        if (!remapped) {
            return overruled(
                    allowUnsafe,
                    overrides,
                    "this machine has no interrupt remapping, so " + STORM,
                    "enable VT-d or AMD-Vi with interrupt remapping in the firmware, " + FLAG);
        }
        if (vfioAllows) {
            return overruled(
                    allowUnsafe,
                    overrides,
                    "VFIO's parameter allow_unsafe_interrupts is Y, so VFIO no longer checks for interrupt remapping, without"
                            + " which "
                            + STORM,
                    "echo N > /sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts, "
                            + FLAG);
        }
        return Optional.empty();
    }

    private static Optional<Verdict.Refused> overruled(
            boolean allowUnsafe, List<String> overrides, String reason, String cure) {
        if (allowUnsafe) {
            overrides.add("--allow-unsafe-interrupts: " + reason);
            return Optional.empty();
        }
        return Optional.of(new Verdict.Refused(ExitCode.REFUSED, reason, cure));
    }
}

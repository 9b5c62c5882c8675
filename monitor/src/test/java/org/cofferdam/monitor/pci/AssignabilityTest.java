package org.cofferdam.monitor.pci;

import static org.cofferdam.monitor.pci.FakeMachine.BRIDGE;
import static org.cofferdam.monitor.pci.FakeMachine.CARD;
import static org.cofferdam.monitor.pci.FakeMachine.ETHERNET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.cofferdam.monitor.config.DriverImage.Driver;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.config.PciAddress;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AssignabilityTest {
    private static final String UNSAFE =
            "sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts";
    private static final String NO_REMAPPING = " 30:  9  PCI-MSI 1572864-edge  eth9\n";

    @TempDir Path dir;
    private FakeMachine machine;
    private boolean vfioCanBeLoaded;

    @BeforeEach
    void aMachineWithACard() {
        machine = FakeMachine.withCard(dir);
    }

    @Test
    void aCardOfItsOwnGroupWithoutRoutesMayBeAssigned() {
        Verdict.Assignable yes = assertInstanceOf(Verdict.Assignable.class, judge(false));
        assertEquals(FakeMachine.card(), yes.card().address());
        assertEquals(List.of(), yes.overrides());
    }

    @Test
    void anAddressWithoutADevice() {
        Verdict verdict =
                assignability().judge(PciAddress.parse("0000:09:00.0"), Driver.BUILT_IN, false);
        refused(verdict, ExitCode.ENVIRONMENT, "there is no PCI device 0000:09:00.0");
    }

    @Test
    void aMachineWithoutAPciBus() {
        machine.remove("sys/bus");
        refused(judge(false), ExitCode.ENVIRONMENT, "there is no PCI device");
    }

    @Test
    void aDeviceThatIsNoEthernetCard() {
        machine.device(CARD, "8086:2922", 0x010601);
        refused(judge(false), ExitCode.ENVIRONMENT, "not an Ethernet card but of class 010601");
    }

    @Test
    void aCardThatTheDriverDoesNotRun() {
        machine.device(CARD, "10ec:8168", ETHERNET);
        refused(judge(false), ExitCode.ENVIRONMENT, "does not run the card 10ec:8168");
    }

    @Test
    void aKernelsDriverMayHaveAnyEthernetCardButNoOtherDevice() {
        machine.device(CARD, "10ec:8168", ETHERNET);
        assertInstanceOf(Verdict.Assignable.class, judge(Driver.KERNEL, false));
        machine.device(CARD, "8086:2922", 0x010601);
        refused(judge(Driver.KERNEL, false), ExitCode.ENVIRONMENT, "not an Ethernet card");
    }

    @Test
    void theOtherModelOfTheDriverIsRun() {
        machine.device(CARD, "8086:100e", ETHERNET);
        assertInstanceOf(Verdict.Assignable.class, judge(false));
    }

    @Test
    void withoutAnIommuTheKernelParameterIsNamed() {
        machine.remove(FakeMachine.folder(CARD) + "/iommu_group");
        refused(judge(true), ExitCode.ENVIRONMENT, "boot with intel_iommu=on");
        machine.put("proc/cpuinfo", "vendor_id\t: AuthenticAMD\n");
        refused(judge(true), ExitCode.ENVIRONMENT, "boot with amd_iommu=on");
        machine.remove("proc/cpuinfo");
        refused(judge(true), ExitCode.ENVIRONMENT, "intel_iommu=on or amd_iommu=on");
    }

    @Test
    void aGroupThatOnlyPretendsIsRefusedWhateverTheOperatorAllows() {
        machine.put("sys/kernel/iommu_groups/7/name", "vfio-noiommu\n");
        refused(judge(true), ExitCode.ENVIRONMENT, "vfio-noiommu");
    }

    @Test
    void everyMemberOfTheGroupThatHoldsTheCardBackIsNamed() {
        member("0000:03:00.1", "snd_hda_intel", 0x040300);
        member("0000:03:00.2", "xhci_hcd", 0x0c0330);
        refused(
                judge(true),
                ExitCode.ENVIRONMENT,
                "0000:03:00.1 (driver snd_hda_intel), 0000:03:00.2 (driver xhci_hcd)");
    }

    @Test
    void harmlessMembersOfTheGroupDoNotHoldItBack() {
        member("0000:00:1c.0", "pcieport", BRIDGE);
        member("0000:00:1c.1", "shpchp", BRIDGE);
        member("0000:03:00.1", "vfio-pci", ETHERNET);
        member("0000:03:00.2", "pci-stub", 0x0c0330);
        member("0000:03:00.3", "nobody", 0x0c0330);
        machine.unbound("0000:03:00.3");
        assertInstanceOf(Verdict.Assignable.class, judge(false));
    }

    @Test
    void withoutInterruptRemappingItIsPolicyThatRefuses() {
        machine.put("proc/interrupts", NO_REMAPPING);
        refused(judge(false), ExitCode.REFUSED, "--allow-unsafe-interrupts");
    }

    @Test
    void withoutInterruptRemappingTheFlagAloneCannotHelp() {
        machine.put("proc/interrupts", NO_REMAPPING);
        refused(judge(true), ExitCode.ENVIRONMENT, "echo Y > /sys/module/vfio_iommu_type1");
        machine.remove(UNSAFE);
        refused(
                judge(true),
                ExitCode.ENVIRONMENT,
                "modprobe vfio_iommu_type1 allow_unsafe_interrupts=1");
    }

    @ParameterizedTest
    @ValueSource(strings = {NO_REMAPPING, " 30:  9  IR-PCI-MSI 1572864-edge  eth9\n"})
    void vfiosOwnOverrideNeedsTheOperatorsWordAndIsReported(String interrupts) {
        machine.put("proc/interrupts", interrupts).put(UNSAFE, "Y\n");
        refused(judge(false), ExitCode.REFUSED, "storm");
        Verdict.Assignable yes = assertInstanceOf(Verdict.Assignable.class, judge(true));
        assertEquals(1, yes.overrides().size(), yes.overrides().toString());
        assertTrue(
                yes.overrides().getFirst().startsWith("--allow-unsafe-interrupts: "),
                yes.overrides().toString());
    }

    @Test
    void theOperatorsWordIsNotReportedWhereItOverrulesNothing() {
        assertEquals(
                List.of(), assertInstanceOf(Verdict.Assignable.class, judge(true)).overrides());
    }

    @Test
    void anInterfaceThatOnlyHasSuchANameIsNoRemapping() {
        machine.put("proc/interrupts", " 30:  9  PCI-MSI 1572864-edge  xIR-PCI-MSI\n");
        refused(judge(false), ExitCode.REFUSED, "no interrupt remapping");
    }

    @Test
    void aCardWhoseInterfaceCarriesARouteIsNotTaken() {
        machine.put("proc/net/route", "Iface\tDestination\neth9\t00000000\t0100000A\t0003\n");
        refused(judge(true), ExitCode.REFUSED, "ip link set dev eth9 down");
    }

    @Test
    void anotherInterfacesRoutesDoNotCount() {
        machine.put("proc/net/route", "Iface\tDestination\neth99\t00000000\t0100000A\t0003\n");
        assertInstanceOf(Verdict.Assignable.class, judge(false));
    }

    @Test
    void aGlobalIpv6RouteCountsAndALinkLocalOneDoesNot() {
        String linkLocal = route6("fe800000000000000000000000000000", "40");
        String multicast = route6("ff000000000000000000000000000000", "08");
        machine.put("proc/net/ipv6_route", linkLocal + multicast);
        assertInstanceOf(Verdict.Assignable.class, judge(false));
        machine.put(
                "proc/net/ipv6_route",
                linkLocal + route6("20010db8000000000000000000000000", "40"));
        refused(judge(false), ExitCode.REFUSED, "carries routes");
    }

    @Test
    void aCardInABridgeIsNotTaken() {
        machine.put(FakeMachine.folder(CARD) + "/net/eth9/upper_br0/ifindex", "1\n");
        refused(judge(false), ExitCode.REFUSED, "eth9 carries br0");
    }

    @Test
    void aCardWhoseInterfaceIsInAnotherNamespaceIsNotTaken() {
        machine.remove(FakeMachine.folder(CARD) + "/net");
        refused(judge(false), ExitCode.REFUSED, "another network namespace");
    }

    @Test
    void aCardWithoutADriverMayBeAssigned() {
        machine.remove(FakeMachine.folder(CARD) + "/net").unbound(CARD);
        assertInstanceOf(Verdict.Assignable.class, judge(false));
    }

    @Test
    void vfioThatIsNotLoadedYetMustBeLoadable() {
        machine.remove("sys/bus/pci/drivers/vfio-pci").remove("dev/vfio");
        refused(judge(false), ExitCode.ENVIRONMENT, "modprobe vfio-pci");
        vfioCanBeLoaded = true;
        assertInstanceOf(Verdict.Assignable.class, judge(false));
    }

    @Test
    void aLoadedVfioWithoutItsDeviceIsNamed() {
        machine.remove("dev/vfio");
        refused(judge(false), ExitCode.ENVIRONMENT, "vfio/vfio is missing");
    }

    @Test
    void aCardThatAnotherProcessHoldsIsNamedWithThatProcess() {
        machine.remove(FakeMachine.folder(CARD) + "/net").bound(CARD, "vfio-pci");
        assertInstanceOf(Verdict.Assignable.class, judge(false));
        machine.holds("4711", "/dev/vfio/7");
        refused(judge(false), ExitCode.ENVIRONMENT, "in use by the process 4711");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "8086", "0xzz", "0x123456789abcdef", "0x12345"})
    void whatIsNoNumberInSysfsIsAnErrorAndNotAGuess(String text) {
        machine.put(FakeMachine.folder(CARD) + "/vendor", text);
        OperatorError error = assertThrows(OperatorError.class, () -> judge(false));
        assertEquals(ExitCode.ENVIRONMENT, error.exitCode());
    }

    @Test
    void aDeviceThatGoesWhileItIsReadIsNotThere() {
        machine.remove(FakeMachine.folder(CARD) + "/class");
        refused(judge(false), ExitCode.ENVIRONMENT, "there is no PCI device");
    }

    private void member(String address, String driver, int classCode) {
        machine.device(address, "8086:1234", classCode).bound(address, driver).group(7, address);
    }

    private static String route6(String destination, String prefix) {
        return destination
                + " "
                + prefix
                + " "
                + "0".repeat(32)
                + " 00 "
                + "0".repeat(32)
                + " 00000100 00000001 00000000 00000001     eth9\n";
    }

    private Assignability assignability() {
        return new Assignability(machine.files(), module -> vfioCanBeLoaded);
    }

    private Verdict judge(boolean allowUnsafeInterrupts) {
        return judge(Driver.BUILT_IN, allowUnsafeInterrupts);
    }

    private Verdict judge(Driver driver, boolean allowUnsafeInterrupts) {
        return assignability().judge(FakeMachine.card(), driver, allowUnsafeInterrupts);
    }

    private static void refused(Verdict verdict, ExitCode exitCode, String words) {
        Verdict.Refused no = assertInstanceOf(Verdict.Refused.class, verdict);
        assertTrue(no.sentence().contains(words), no.sentence());
        assertEquals(exitCode, no.exitCode(), no.sentence());
        OperatorError error = assertThrows(OperatorError.class, verdict::orThrow);
        assertEquals(exitCode, error.exitCode());
        assertTrue(error.sentence().startsWith("--assign: "), error.sentence());
    }
}

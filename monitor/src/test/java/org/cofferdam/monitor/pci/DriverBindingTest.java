package org.cofferdam.monitor.pci;

import static org.cofferdam.monitor.pci.FakeMachine.CARD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.pci.DriverBinding.GiveBack;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DriverBindingTest {
    private static final String ID = "8086:10d3";
    private static final String OVERRIDE = FakeMachine.folder(CARD) + "/driver_override";

    @TempDir Path dir;
    private final List<String> trace = new ArrayList<>();
    private FakeMachine machine;
    private DriverBinding binding;

    @BeforeEach
    void aMachineWithACard() {
        machine = FakeMachine.withCard(dir);
        binding = new DriverBinding(machine.files(), trace::add, Duration.ofMillis(500));
    }

    @Test
    void aCardGoesToVfioAndBackToItsDriver() {
        FakeKernel kernel = FakeKernel.of(machine);
        try (kernel) {
            kernel.start();
            binding.take(card());
            assertEquals(Optional.of("vfio-pci"), machine.driverOf(CARD));
            assertEquals(List.of(), card().netdevs());
            assertInstanceOf(GiveBack.Done.class, giveBack("e1000e"));
        }
        assertEquals(
                List.of("unbind e1000e", "bind vfio-pci", "unbind vfio-pci", "bind e1000e"),
                kernel.moves());
        assertEquals("\n", machine.get(OVERRIDE));
        assertEquals(List.of("eth9"), card().netdevs());
        assertTrue(
                trace.contains(
                        "echo " + CARD + " > " + machine.path("sys/bus/pci/drivers/e1000e/unbind")),
                trace.toString());
    }

    @Test
    void aCardWithoutADriverIsLeftWithoutOne() {
        machine.unbound(CARD);
        try (FakeKernel kernel = FakeKernel.of(machine)) {
            kernel.start();
            binding.take(card());
            assertInstanceOf(GiveBack.Done.class, giveBack("-"));
        }
        assertEquals(Optional.empty(), machine.driverOf(CARD));
        assertEquals("\n", machine.get(OVERRIDE));
    }

    @Test
    void aCardThatIsOnVfioAlreadyIsNotTouched() {
        machine.bound(CARD, "vfio-pci");
        assertEquals(false, DriverBinding.isNeeded(card()));
        binding.take(card());
        assertEquals(List.of(), trace);
    }

    @Test
    void aCardThatVfioDoesNotTakeIsPutBack() {
        try (FakeKernel kernel = FakeKernel.of(machine).refuses("vfio-pci")) {
            kernel.start();
            OperatorError error = assertThrows(OperatorError.class, () -> binding.take(card()));
            assertEquals(ExitCode.FAILURE, error.exitCode());
            assertTrue(error.sentence().contains("it is back where it was"), error.sentence());
        }
        assertEquals(Optional.of("e1000e"), machine.driverOf(CARD));
        assertEquals("\n", machine.get(OVERRIDE));
    }

    @Test
    void aDriverThatDoesNotTakeItsCardBackIsReportedWithTheCommandsToTry() {
        try (FakeKernel kernel = FakeKernel.of(machine).refuses("e1000e")) {
            kernel.start();
            binding.take(card());
            GiveBack.Failed failed = assertInstanceOf(GiveBack.Failed.class, giveBack("e1000e"));
            assertTrue(failed.cure().contains("/sys/bus/pci/drivers/e1000e/bind"), failed.cure());
        }
    }

    @Test
    void aCardThatIsGoneNeedsNothing() {
        machine.vanish(CARD);
        GiveBack.Nothing nothing = assertInstanceOf(GiveBack.Nothing.class, giveBack("e1000e"));
        assertTrue(nothing.why().contains("is gone from the bus"), nothing.why());
    }

    @Test
    void anotherCardAtTheAddressIsLeftAlone() {
        machine.device(CARD, "8086:100e", FakeMachine.ETHERNET).bound(CARD, "vfio-pci");
        machine.put(OVERRIDE, "vfio-pci\n");
        GiveBack.Nothing nothing = assertInstanceOf(GiveBack.Nothing.class, giveBack("e1000e"));
        assertTrue(nothing.why().contains("another card by now (8086:100e)"), nothing.why());
        assertEquals(List.of(), trace);
    }

    @Test
    void aCardThatSomebodyElseTookIsLeftAlone() {
        machine.bound(CARD, "uio_pci_generic");
        assertInstanceOf(GiveBack.Nothing.class, giveBack("e1000e"));
        assertEquals(List.of(), trace);
    }

    @Test
    void aMonitorThatDiedBetweenTheStepsIsUndoneAtEach() {
        machine.put(OVERRIDE, "vfio-pci\n"); // before the unbind
        assertInstanceOf(GiveBack.Done.class, giveBack("e1000e"));
        assertEquals("\n", machine.get(OVERRIDE));
        machine.put(OVERRIDE, "vfio-pci\n").unbound(CARD); // before the probe
        try (FakeKernel kernel = FakeKernel.of(machine)) {
            kernel.start();
            assertInstanceOf(GiveBack.Done.class, giveBack("e1000e"));
        }
        assertEquals(Optional.of("e1000e"), machine.driverOf(CARD));
        assertInstanceOf(GiveBack.Nothing.class, giveBack("e1000e")); // before anything
    }

    @Test
    void aCardThatAProcessHoldsIsNotWaitedForInTheKernel() {
        machine.bound(CARD, "vfio-pci").holds("4711", "/dev/vfio/7");
        GiveBack.Failed failed = assertInstanceOf(GiveBack.Failed.class, giveBack("e1000e"));
        assertTrue(failed.why().contains("4711"), failed.why());
        assertEquals(List.of(), trace, "nothing was written");
    }

    @Test
    void theProcessThatStillHasTheCardOpenItselfIsTold() {
        machine.bound(CARD, "vfio-pci").holds("self", "anon_inode:[vfio-device]");
        GiveBack.Failed failed = assertInstanceOf(GiveBack.Failed.class, giveBack("e1000e"));
        assertTrue(failed.why().contains("this process"), failed.why());
    }

    private PciDevice card() {
        return new PciBus(machine.files()).find(FakeMachine.card()).orElseThrow();
    }

    private GiveBack giveBack(String driver) {
        return binding.giveBack(FakeMachine.card(), ID, driver);
    }
}

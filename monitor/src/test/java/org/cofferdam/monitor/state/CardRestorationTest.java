package org.cofferdam.monitor.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cofferdam.monitor.config.InterfaceName;
import org.cofferdam.monitor.pci.DriverBinding;
import org.cofferdam.monitor.pci.FakeKernel;
import org.cofferdam.monitor.pci.FakeMachine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dead monitor's PCI card goes back to its driver. */
final class CardRestorationTest {
    private static final long PREVIOUS = 4711;
    private static final HostChange CHANGE =
            new HostChange.CardDriver(FakeMachine.card(), "8086:10d3", "e1000e");

    @TempDir Path dir;
    private final List<String> trace = new ArrayList<>();
    private FakeMachine machine;

    @BeforeEach
    void aMachineWithItsCardOnVfio() {
        machine = FakeMachine.withCard(dir).bound(FakeMachine.CARD, "vfio-pci");
    }

    @Test
    void theCardHasItsDriverAgain() throws Exception {
        try (FakeKernel kernel = FakeKernel.of(machine)) {
            kernel.start();
            Cleanup cleanup = undo(HostJournal.networkNamespace(), List.of(CHANGE));
            assertEquals(List.of("driver of the card 0000:03:00.0"), cleanup.undone());
            assertEquals(List.of(), cleanup.left());
        }
        assertTrue(trace.getLast().endsWith("/bus/pci/drivers/e1000e/bind"), trace.toString());
    }

    @Test
    void anotherNetworkNamespaceDoesNotKeepItFromThat() throws Exception {
        HostChange mtu = new HostChange.Mtu(new InterfaceName("nope0"), 99, 1500, 1400);
        try (FakeKernel kernel = FakeKernel.of(machine)) {
            kernel.start();
            Cleanup cleanup = undo(1, List.of(CHANGE, mtu));
            assertEquals(List.of("driver of the card 0000:03:00.0"), cleanup.undone());
            assertEquals(1, cleanup.left().size());
            assertTrue(
                    cleanup.left().getFirst().startsWith("MTU of nope0 (made in another"),
                    cleanup.left().toString());
        }
    }

    @Test
    void aCardThatIsGoneOrAnotherIsNotMentioned() throws IOException {
        HostChange other = new HostChange.CardDriver(FakeMachine.card(), "8086:100e", "e1000");
        long here = HostJournal.networkNamespace();
        assertEquals(new Cleanup(PREVIOUS, List.of(), List.of()), undo(here, List.of(other)));
        machine.vanish(FakeMachine.CARD);
        assertEquals(new Cleanup(PREVIOUS, List.of(), List.of()), undo(here, List.of(CHANGE)));
        assertEquals(List.of(), trace);
    }

    @Test
    void aCardThatCannotBeGivenBackIsReportedWithTheCommandsToTry() throws IOException {
        machine.holds("99", "/dev/vfio/7");
        Cleanup cleanup = undo(HostJournal.networkNamespace(), List.of(CHANGE));
        assertEquals(List.of(), cleanup.undone());
        assertTrue(
                cleanup.left().getFirst().contains("the process 99")
                        && cleanup.left().getFirst().contains("/driver_override"),
                cleanup.left().toString());
    }

    private Cleanup undo(long namespace, List<HostChange> changes) throws IOException {
        DriverBinding cards = new DriverBinding(machine.files(), trace::add);
        return new HostRestoration(trace::add, cards)
                .undo(PREVIOUS, new HostJournal.Left(namespace, changes));
    }
}

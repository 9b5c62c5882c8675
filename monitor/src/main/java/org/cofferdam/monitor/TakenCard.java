package org.cofferdam.monitor;

import java.math.BigInteger;
import java.util.Optional;
import java.util.function.Consumer;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.net.NetDevice;
import org.cofferdam.monitor.config.Assignment;
import org.cofferdam.monitor.config.MacAddress;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.config.PciAddress;
import org.cofferdam.monitor.config.StartOptions;
import org.cofferdam.monitor.confinement.StarterChannel;
import org.cofferdam.monitor.pci.Assignability;
import org.cofferdam.monitor.pci.DriverBinding;
import org.cofferdam.monitor.pci.KernelFiles;
import org.cofferdam.monitor.pci.PciBus;
import org.cofferdam.monitor.pci.PciDevice;
import org.cofferdam.monitor.pci.Verdict;
import org.cofferdam.monitor.state.HostChange;
import org.cofferdam.monitor.state.HostJournal;
import org.cofferdam.monitor.vfio.VfioNic;
import org.jspecify.annotations.Nullable;

/**
 * A card that the monitor took from its driver, for as long as the monitor runs: given to vfio-pci at the start and
 * again when it was unplugged and is back, returned to its driver at the end.
 *
 * <p>Made and closed by the main thread; {@link #bind} is called by the thread {@code card}.
 */
final class TakenCard implements VfioNic.Slot, AutoCloseable {
    private final PciAddress address;
    private final PciDevice card;
    private final PciBus bus = new PciBus(KernelFiles.HERE);
    private final DriverBinding binding;
    private final HostJournal journal;
    private final ControlRecorder control;
    private final Optional<MacAddress> mac;
    private final HostJournal.@Nullable Entry entry;

    private TakenCard(
            PciDevice card,
            DriverBinding binding,
            HostJournal journal,
            ControlRecorder control,
            HostJournal.@Nullable Entry entry) {
        this.mac = macOf(card);
        this.address = card.address();
        this.card = card;
        this.binding = binding;
        this.journal = journal;
        this.control = control;
        this.entry = entry;
    }

    /**
     * Takes the card if policy and machine allow it.
     *
     * @throws OperatorError if they do not, or if its driver does not let go
     */
    static TakenCard take(
            Assignment.Pci assignment,
            StartOptions options,
            HostJournal journal,
            ControlRecorder control,
            Consumer<String> trace) {
        Verdict.Assignable verdict =
                Assignability.here()
                        .judge(
                                assignment.address(),
                                options.image().driver(),
                                options.allowUnsafeInterrupts())
                        .orThrow();
        verdict.overrides().forEach(control::overridden);
        PciDevice card = verdict.card();
        DriverBinding binding = new DriverBinding(KernelFiles.HERE, trace);
        if (!DriverBinding.isNeeded(card)) {
            TakenCard had = new TakenCard(card, binding, journal, control, null);
            had.give(card);
            return had;
        }
        control.cardTaken(card);
        HostJournal.Entry entry =
                journal.willDo(
                        new HostChange.CardDriver(
                                card.address(),
                                card.id(),
                                card.driver().orElse(DriverBinding.NO_DRIVER)));
        TakenCard taken = new TakenCard(card, binding, journal, control, entry);
        taken.give(card);
        return taken;
    }

    /** The address that the card's own driver gave its interface, while it has one. */
    private static Optional<MacAddress> macOf(PciDevice card) {
        return card.netdevs().stream()
                .findFirst()
                .flatMap(NetDevice::mac)
                .flatMap(octets -> MacAddress.station(new BigInteger(1, octets).longValue()));
    }

    /** The card's address, as far as its driver knew it. */
    Optional<MacAddress> mac() {
        return mac;
    }

    /** To vfio-pci: by the starter, where there is one, since it stays root. */
    private void give(PciDevice there) {
        Optional<StarterChannel> starter = StarterChannel.inherited();
        if (starter.isPresent()) {
            starter.get().bindCard();
        } else {
            binding.take(there);
        }
    }

    @Override
    public int bind() {
        PciDevice there =
                bus.find(address)
                        .filter(d -> d.id().equals(card.id()))
                        .orElseThrow(
                                () ->
                                        OperatorError.environment(
                                                "no card "
                                                        + card.id()
                                                        + " is at "
                                                        + address
                                                        + "; plug it in again"));
        if (DriverBinding.isNeeded(there)) {
            give(there);
        }
        return bus.find(address)
                .flatMap(d -> d.iommuGroup().isPresent() ? Optional.of(d) : Optional.empty())
                .orElseThrow(
                        () ->
                                OperatorError.environment(
                                        address + " has no IOMMU group; see 'monitor devices'"))
                .iommuGroup()
                .getAsInt();
    }

    @Override
    public boolean isOccupied() {
        return bus.find(address).isPresent();
    }

    /**
     * Gives the card back; nobody has it open any more. What cannot be done stays in the journal, for the starter or the
     * next start.
     */
    @Override
    public void close() {
        if (entry == null) {
            return; // it was on vfio-pci before
        }
        control.cardGoesBack(card);
        DriverBinding.GiveBack result =
                StarterChannel.inherited().map(TakenCard::byStarter).orElseGet(this::byHand);
        control.cardGivenBack(card, result);
        switch (result) {
            case DriverBinding.GiveBack.Done done -> journal.undone(entry);
            case DriverBinding.GiveBack.Nothing nothing -> journal.undone(entry);
            case DriverBinding.GiveBack.Failed failed ->
                    throw OperatorError.failure(failed.sentence(address), null);
        }
    }

    private DriverBinding.GiveBack byHand() {
        return binding.giveBack(address, card.id(), card.driver().orElse(DriverBinding.NO_DRIVER));
    }

    private static DriverBinding.GiveBack byStarter(StarterChannel starter) {
        try {
            return starter.giveBackCard()
                    ? new DriverBinding.GiveBack.Done()
                    : new DriverBinding.GiveBack.Nothing("nothing of it was to be given back");
        } catch (NativeCallException e) {
            return new DriverBinding.GiveBack.Failed(
                    String.valueOf(e.getMessage()), "the starter tries once more when it ends");
        }
    }
}

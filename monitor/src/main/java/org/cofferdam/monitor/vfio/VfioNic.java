package org.cofferdam.monitor.vfio;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.cofferdam.binding.event.EventFd;
import org.cofferdam.binding.event.SuspendClock;
import org.cofferdam.binding.file.KernelLog;
import org.cofferdam.binding.kvm.Vm;
import org.cofferdam.binding.vfio.VfioDevice;
import org.cofferdam.monitor.card.AssignedNic;
import org.cofferdam.monitor.card.CardCondition;
import org.cofferdam.monitor.card.CardModel;
import org.cofferdam.monitor.card.DmaMap;
import org.cofferdam.monitor.card.RegisterWindow;
import org.cofferdam.monitor.config.MacAddress;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.pc.MessageInterrupts;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The card in a PCI slot of this machine. The object stays when the card goes: {@link CardCondition#ABSENT} until it,
 * or another like it, is back.
 *
 * <p>The domain thread owns it. What can block is done by the thread {@code card}, one thing at a time; as long as
 * that takes the condition is not {@link CardCondition#READY}, and nothing else touches the card.
 */
public final class VfioNic implements AssignedNic {
    private static final Logger LOG = LoggerFactory.getLogger(VfioNic.class);

    /** Signals, log and the card's thread are looked at this often while the domain thread is awake. */
    private static final long LOOK_NANOS = 1_000_000L;

    private static final long SLOW_LOOK_NANOS = 1_000_000_000L;
    private static final long SLEPT_NANOS = 100_000_000L;

    /** No card's reset takes longer: an FLR is due within 0.1 s (PCI Express Base 3.0, 6.6.2). */
    static final long STUCK_NANOS = 3_000_000_000L;

    /**
     * What the kernel writes when the machine woke (kernel/power/suspend.c, hibernate.c). Its clocks alone do not tell of
     * a sleep in which they ran on, as they may in suspend to idle; the card was without power all the same.
     */
    private static final String SUSPEND_EXIT = "PM: suspend exit";

    private static final String HIBERNATION_EXIT = "PM: hibernation: hibernation exit";

    private static final long OPEN_SECONDS = 10;
    private static final long CLOSE_SECONDS = 3;
    private static final int MOST_LINES = 64;

    /** How a card is had: bound to vfio-pci, if it is not, and its group found. Blocks; on the thread {@code card}. */
    @FunctionalInterface
    public interface Slot {
        /** The IOMMU group of the card in the slot, which is bound to vfio-pci from now on. */
        int bind();

        /** Whether there is a card in the slot to try {@link #bind} with; quick. */
        default boolean isOccupied() {
            return true;
        }
    }

    private final @Nullable PassedInterrupts passedInterrupts;
    private final boolean passedThrough;
    private final String address;
    private final Slot slot;
    private final VfioEvents events;
    private final VfioCard.Signals signals =
            new VfioCard.Signals(EventFd.create(), EventFd.create(), EventFd.create());
    private final KernelLog kernelLog;
    private final SuspendClock clock = new SuspendClock();
    private final InterruptCount interruptCount = new InterruptCount();
    private final VfioDmaMap dma = new VfioDmaMap();
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(
                    work -> Thread.ofPlatform().name("card").daemon().unstarted(work));

    private @Nullable VfioCard card;
    private final Optional<CardModel> model;
    private final String title;
    private final MacAddress mac;
    private List<RegisterWindow> windows = List.of();
    private CardCondition condition = CardCondition.READY;
    private String conditionText = "ready";
    private @Nullable Future<VfioDevice.Reset> reset;
    private @Nullable Future<VfioCard> opening;
    private @Nullable Future<PassedInterrupts.Arrivals> counting;
    private long began;
    private boolean used;
    private boolean interrupted;
    private boolean lineMasked;
    private long lastLook;
    private long lastSlowLook;
    private long slept;
    private boolean sleepTold;
    private long overruns;

    private VfioNic(
            String address,
            Slot slot,
            Optional<MacAddress> known,
            VfioEvents events,
            boolean passedThrough) {
        this.passedThrough = passedThrough;
        this.address = address;
        this.slot = slot;
        this.events = events;
        this.kernelLog = KernelLog.openAtEnd();
        this.passedInterrupts = passedThrough ? new PassedInterrupts(address) : null;
        this.slept = clock.sleptNanos();
        try {
            VfioCard first = thread.submit(this::openCard).get(OPEN_SECONDS, TimeUnit.SECONDS);
            this.model = first.model();
            this.title = first.title();
            have(first);
            this.mac =
                    first.mac()
                            .or(() -> known)
                            .orElseThrow(
                                    () ->
                                            OperatorError.environment(
                                                    address
                                                            + " does not say its address, and no driver of the host had it;"
                                                            + " give it to its driver first, so that its interface tells"
                                                            + " the address"));
        } catch (ExecutionException e) {
            release();
            throw e.getCause() instanceof RuntimeException cause
                    ? cause
                    : new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw OperatorError.failure(
                    address
                            + " did not finish its reset within "
                            + OPEN_SECONDS
                            + " s; power the machine off and on, or use another card",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw OperatorError.failure("interrupted while the card was opened", e);
        }
    }

    /**
     * Takes the card. Blocks until it has reset itself.
     *
     * @param address as in {@code 0000:03:00.0}
     * @param known the address of a card that does not say it in a register that is known here
     * @param passedThrough the domain sees it as a PCI device, {@link #function}, and has its interrupts; else the domain
     *     has its registers alone
     */
    public static VfioNic open(
            String address,
            Slot slot,
            Optional<MacAddress> known,
            VfioEvents events,
            boolean passedThrough) {
        return new VfioNic(address, slot, known, events, passedThrough);
    }

    private VfioCard openCard() {
        return VfioCard.open(address, slot.bind(), signals, passedThrough);
    }

    /**
     * The card as a PCI device of a domain's PC, for one life of it. It must be closed before the card is used otherwise.
     *
     * @param vm the domain's machine
     * @param firstSlot number of its first memory slot for the card's registers
     * @param line the interrupt line that the card's INTA is wired to
     * @param messages where the domain routes the card's message interrupts
     * @param events what sends them, one for each vector that may be shown
     */
    public VfioFunction function(
            Vm vm, int firstSlot, int line, MessageInterrupts messages, List<EventFd> events) {
        VfioCard c = card;
        if (c == null || condition != CardCondition.READY) {
            throw new IllegalStateException(address + " is " + conditionText);
        }
        return new VfioFunction(c.device(), vm, firstSlot, line, messages, events);
    }

    private void have(VfioCard c) {
        card = c;
        dma.serve(c);
        windows =
                c.registers()
                        .map(registers -> List.of(new RegisterWindow(0, registers, 0, BAR_BYTES)))
                        .orElse(List.of());
        used = false;
        lineMasked = false;
    }

    /** The address in the card's EEPROM, as it was when the card was first opened. */
    public MacAddress mac() {
        return mac;
    }

    @Override
    public CardModel model() {
        return model.orElseThrow(
                () -> new IllegalStateException(title + " is run by its own driver alone"));
    }

    @Override
    public String title() {
        return title;
    }

    @Override
    public List<RegisterWindow> windows() {
        return windows;
    }

    /** Nothing of BAR 0 traps, so an access that comes here is one to registers that are gone. */
    @Override
    public long readRegister(long barOffset, int size) {
        return -1L;
    }

    @Override
    public void writeRegister(long barOffset, int size, long value) {
        // As a bus does with a store that nobody takes.
    }

    @Override
    public DmaMap dma() {
        used = true; // whoever asks is about to use the card
        return dma;
    }

    @Override
    public CardCondition condition() {
        return condition;
    }

    @Override
    public String conditionText() {
        return conditionText;
    }

    @Override
    public List<Integer> wakeFds() {
        return List.of(
                signals.interrupt().fd(),
                signals.request().fd(),
                signals.error().fd(),
                kernelLog.fd());
    }

    @Override
    public long framesReceived() {
        return 0;
    }

    @Override
    public long tailMoves() {
        return 0;
    }

    /** The driver tells of the link; the card's registers are not looked at behind its back. */
    @Override
    public boolean linkUp() {
        return condition == CardCondition.READY;
    }

    @Override
    public boolean interruptAsserted() {
        takeInterrupts();
        boolean was = interrupted;
        interrupted = false;
        return was;
    }

    private void takeInterrupts() {
        long count = signals.interrupt().take();
        if (count != 0) {
            interrupted = true;
            VfioCard c = card;
            lineMasked = c != null && c.byLine(); // the kernel masks a line that comes
            interruptCount.came(count);
            events.interrupts(count);
        }
    }

    @Override
    public void armInterrupt() {
        interruptCount.slept();
        VfioCard c = card;
        if (lineMasked && c != null && condition == CardCondition.READY) {
            lineMasked = false;
            c.device().unmask();
        }
    }

    @Override
    public void reset() {
        VfioCard c = card;
        boolean canReset =
                switch (condition) {
                    case READY, STORMING, BUS_ERROR, SLEPT -> true;
                    case RESETTING, STUCK, LEAVING, ABSENT -> false;
                };
        if (c == null || !canReset || (!used && condition == CardCondition.READY)) {
            return;
        }
        began = System.nanoTime();
        reset = thread.submit(c::reset);
        become(CardCondition.RESETTING, "it resets itself");
    }

    @Override
    public int doWork(long now) {
        if (now - lastLook < LOOK_NANOS) {
            return 0;
        }
        lastLook = now;
        takeInterrupts();
        long unasked = interruptCount.stormOf(now);
        if (unasked != 0 && condition == CardCondition.READY) {
            become(
                    CardCondition.STORMING,
                    unasked + " interrupts within 0.1 s that nobody waited for");
        }
        if (signals.error().take() != 0 && condition == CardCondition.READY) {
            become(CardCondition.BUS_ERROR, "an uncorrectable error (AER)");
        }
        if (signals.request().take() != 0
                && condition != CardCondition.LEAVING
                && condition != CardCondition.ABSENT) {
            become(CardCondition.LEAVING, "the kernel asks for it back: unplugged or taken away");
        }
        int work = readKernelLog();
        lookAtThread(now);
        if (sleepTold || now - lastSlowLook >= SLOW_LOOK_NANOS) {
            lastSlowLook = now;
            lookSlowly();
        }
        return work;
    }

    private int readKernelLog() {
        int lines = 0;
        String line = kernelLog.next();
        while (line != null && lines < MOST_LINES) {
            lines++;
            IommuFault.parse(line).ifPresent(this::tellOf);
            sleepTold |= line.startsWith(SUSPEND_EXIT) || line.startsWith(HIBERNATION_EXIT);
            long untold = IommuFault.suppressed(line);
            if (untold > 0) {
                events.iommuFaultsUntold(untold, true);
            }
            line = kernelLog.next();
        }
        if (kernelLog.overruns() != overruns) {
            events.iommuFaultsUntold(kernelLog.overruns() - overruns, false);
            overruns = kernelLog.overruns();
        }
        return lines;
    }

    private void tellOf(IommuFault fault) {
        if (address.endsWith(":" + fault.device())) {
            events.iommuFault(fault);
        } else if (fault.isOfNobody()) {
            events.unattributedFault(fault);
        }
    }

    /** What the thread {@code card} has done, or takes too long to do. */
    private void lookAtThread(long now) {
        Future<VfioDevice.Reset> r = reset;
        if (r != null && r.isDone()) {
            reset = null;
            resetEnded(r, now);
        } else if (r != null && condition == CardCondition.RESETTING && now - began > STUCK_NANOS) {
            become(
                    CardCondition.STUCK,
                    "its reset has not ended within " + STUCK_NANOS / 1_000_000_000 + " s");
        }
        Future<VfioCard> o = opening;
        if (o != null && o.isDone()) {
            opening = null;
            opened(o);
        }
        if (condition == CardCondition.LEAVING && reset == null && !dma.isMapped()) {
            letGo("given back to the kernel");
        }
    }

    private void resetEnded(Future<VfioDevice.Reset> r, long now) {
        if (condition == CardCondition.LEAVING) {
            return;
        }
        if (r.state() == Future.State.SUCCESS) {
            used = false;
            interruptCount.restart(now);
            signals.interrupt().drain();
            interrupted = false;
            become(
                    CardCondition.READY,
                    "reset ("
                            + words(r.resultNow())
                            + ") took "
                            + (now - began) / 1_000_000
                            + " ms");
        } else {
            // Without a reset the next domain would get what the last one left in the card.
            letGo("its reset failed: " + r.exceptionNow().getMessage());
        }
    }

    private static String words(VfioDevice.Reset reset) {
        return switch (reset) {
            case FUNCTION -> "of the function";
            case BUS -> "of the bus";
            case POWER -> "by its power states";
        };
    }

    private void opened(Future<VfioCard> o) {
        if (o.state() != Future.State.SUCCESS) {
            conditionText = String.valueOf(o.exceptionNow().getMessage());
            LOG.debug("{} cannot be had yet: {}", address, conditionText);
            return;
        }
        VfioCard back = o.resultNow();
        Optional<MacAddress> address = back.mac();
        if (!back.title().equals(title)
                || address.filter(a -> a.bits() != mac.bits()).isPresent()) {
            conditionText =
                    "another card is in its place: "
                            + back.title()
                            + address.map(a -> " " + a).orElse("");
            back.close();
            return;
        }
        have(back);
        become(CardCondition.READY, "it is back");
    }

    private void letGo(String why) {
        VfioCard c = card;
        card = null;
        dma.serve(null);
        windows = List.of();
        if (c != null) {
            thread.execute(c::close);
        }
        become(CardCondition.ABSENT, why);
    }

    private void lookSlowly() {
        long now = clock.sleptNanos();
        boolean stopped = now - slept > SLEPT_NANOS;
        if ((stopped || sleepTold) && condition == CardCondition.READY && used) {
            become(
                    CardCondition.SLEPT,
                    stopped
                            ? "for " + (now - slept) / 1_000_000 + " ms"
                            : "with the machine, whose clocks ran on");
        }
        slept = now;
        sleepTold = false;
        countPassedInterrupts();
        if (condition == CardCondition.ABSENT && opening == null && slot.isOccupied()) {
            opening = thread.submit(this::openCard);
        }
    }

    /** Each second by the thread {@code card}; as long as that is busy with the card there is nothing to count. */
    private void countPassedInterrupts() {
        PassedInterrupts table = passedInterrupts;
        Future<PassedInterrupts.Arrivals> c = counting;
        if (table == null || (c != null && !c.isDone())) {
            return;
        }
        counting = thread.submit(() -> table.take(System.nanoTime()));
        if (c == null) {
            return;
        }
        if (c.state() != Future.State.SUCCESS) {
            LOG.warn(
                    "{}: its interrupts cannot be counted: {}",
                    address,
                    c.exceptionNow().getMessage());
            return;
        }
        PassedInterrupts.Arrivals came = c.resultNow();
        if (came.count() != 0) {
            events.interrupts(came.count());
        }
        if (came.isStorm() && condition == CardCondition.READY) {
            become(CardCondition.STORMING, came.aSecond() + " interrupts a second");
        }
    }

    private void become(CardCondition next, String text) {
        LOG.info("{}: {}, {}", address, next, text);
        condition = next;
        conditionText = text;
        events.condition(next, text);
    }

    private void release() {
        thread.shutdown();
        if (passedInterrupts != null) {
            passedInterrupts.close();
        }
        kernelLog.close();
        clock.close();
        signals.interrupt().close();
        signals.request().close();
        signals.error().close();
    }

    /** The domain is gone and the window unmapped. Waits for a reset under way, but not for one that hangs. */
    @Override
    public void close() {
        if (condition != CardCondition.ABSENT) {
            letGo("the monitor stops");
        }
        thread.shutdown();
        try {
            if (thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                Future<VfioCard> o = opening;
                if (o != null && o.state() == Future.State.SUCCESS) {
                    o.resultNow().close();
                }
                release();
            } else {
                // The kernel lets go of the card when this process ends.
                LOG.warn("{} does not end its reset; it is left to the kernel", address);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

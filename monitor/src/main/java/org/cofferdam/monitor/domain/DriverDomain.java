package org.cofferdam.monitor.domain;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.binding.kvm.Kvm;
import org.cofferdam.binding.memory.SharedMemory;
import org.cofferdam.binding.thread.SliceTimer;
import org.cofferdam.drivervm.BootPage;
import org.cofferdam.drivervm.DomainLayout;
import org.cofferdam.drivervm.NanoImage;
import org.cofferdam.drivervm.NanoLoader;
import org.cofferdam.drivervm.StatusPage;
import org.cofferdam.monitor.card.AssignedNic;
import org.cofferdam.monitor.card.CardCondition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A driver domain and its life cycle, {@link DomainState}.
 *
 * <p>Domain thread only. As an agent it gives the vCPU one slice a turn: until the driver yields, sleeps or
 * faults, or the slice timer cuts it. Each life has a fresh virtual machine and cleared memory; only the card,
 * the queues' ports and this object go on.
 */
public final class DriverDomain implements Agent, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DriverDomain.class);

    private static final long SLICE_NANOS = 1_000_000L;

    private static final long BOOT_LIMIT_NANOS = 5_000_000_000L;
    private static final long LOOK_NANOS = 10_000_000L;

    /** How often a domain that waits for its card's reset looks. */
    private static final long CARD_LOOK_NANOS = 1_000_000L;

    private static final long ARENA = DomainLayout.ARENA.start().value();
    private static final long ARENA_BYTES = DomainLayout.ARENA.bytes();

    static final int WOKEN_BY_CARD = 1;
    static final int WOKEN_BY_QUEUES = 2;

    private final MachineMaker machines;
    private final SharedMemory ram;
    private final NanoImage image;
    private final DomainSettings settings;
    private final AssignedNic card;
    private final DomainQueues queues;
    private final HostSide host;
    private final DomainRecorder recorder;
    private final RestartPolicy policy = new RestartPolicy();
    private final Watchdog watchdog = new Watchdog();
    private final CpuQuota quota = new CpuQuota();
    private final VcpuSlice slices;
    private final List<Consumer<DomainState>> listeners = new ArrayList<>();

    private @Nullable SliceTimer timer;
    private @Nullable DomainMachine machine;
    private DomainState state = DomainState.STOPPED;

    /**
     * The driver gave the processor back by itself, so it looks at all its rings before it sleeps. A driver whose
     * slice was cut may be past its last look: what the agents do meanwhile must wake it.
     */
    private boolean looksNext;

    private long waitingSince;
    private long startAt;
    private long nextLook;
    private long bootBegan;
    private long bootNanos = -1;
    private boolean outage;
    private long outageSince;
    private long lastOutageNanos = -1;
    private final Durations outages = new Durations();
    private long lives;
    private long restarts;
    private String lastReason = "";
    private @Nullable StatusPage status;
    private long mac;
    private boolean dmaMapped;
    private boolean linkUp;

    /**
     * @param ram the domain's memory, {@link DomainLayout#MEMORY_BYTES}; owned by the caller, outlives this
     */
    public DriverDomain(
            Kvm kvm,
            SharedMemory ram,
            NanoImage image,
            DomainSettings settings,
            AssignedNic card,
            DomainQueues queues,
            HostSide host,
            DomainRecorder recorder) {
        this.machines = new MachineMaker(kvm, ram, card::windows);
        this.ram = ram;
        this.image = image;
        this.settings = settings;
        this.card = card;
        this.queues = queues;
        this.host = host;
        this.recorder = recorder;
        this.slices = new VcpuSlice(card, ram.segment(), recorder);
    }

    /** Calls {@code listener} after each move of the life cycle, on the domain thread. */
    public void onState(Consumer<DomainState> listener) {
        listeners.add(listener);
    }

    /** From each end of a life until it forwarded again. Any thread. */
    public Durations outages() {
        return outages;
    }

    /** No longer; does nothing for a stranger. */
    public void offState(Consumer<DomainState> listener) {
        listeners.remove(listener);
    }

    /** Starts a stopped domain. What fails here is the caller's to tell. */
    public void start() {
        boot(System.nanoTime());
    }

    @Override
    public int doWork(long now) {
        if (!recorder.hasRoom()) {
            return 0; // the log is behind: the domain waits for it
        }
        return switch (state) {
            case STOPPED, FAULTED -> 0;
            case BACKING_OFF -> restartIfDue(now);
            case WAITING -> wakeIfDue(now);
            case BOOTING, RUNNING -> slice(now);
        };
    }

    /** Whether the domain has the processor: the thread must not sleep. */
    public boolean awake() {
        return state == DomainState.BOOTING || state == DomainState.RUNNING;
    }

    /** Whether the CPU quota wants a pause before the next slice. */
    public boolean pauseDue() {
        return awake() && quota.pauseDue();
    }

    /** How long this agent can be left alone if nothing wakes it: until the next start is due. */
    public long nanosUntilWork() {
        if (state != DomainState.BACKING_OFF) {
            return Long.MAX_VALUE;
        }
        long pause = Math.max(0, startAt - System.nanoTime());
        return card.condition() == CardCondition.READY ? pause : Math.max(pause, CARD_LOOK_NANOS);
    }

    private int restartIfDue(long now) {
        if (now - startAt < 0 || card.condition() != CardCondition.READY) {
            return 0;
        }
        restarted();
        try {
            boot(now);
        } catch (RuntimeException e) {
            LOG.warn("the driver domain could not be started again: {}", e.getMessage());
            fault(FaultKind.ENTRY_FAILED, String.valueOf(e.getMessage()));
        }
        return 1;
    }

    private void restarted() {
        restarts++;
        recorder.event(CrossingType.RESTART, restarts, System.nanoTime() - outageSince, 0);
    }

    private int wakeIfDue(long now) {
        int reason =
                (card.interruptAsserted() ? WOKEN_BY_CARD : 0)
                        | (queues.hasNews() ? WOKEN_BY_QUEUES : 0);
        if (reason == 0) {
            look(now);
            return 0;
        }
        recorder.event(CrossingType.WAIT, reason, now - waitingSince, 0);
        move(DomainState.RUNNING, "");
        timer().every(SLICE_NANOS);
        return slice(now);
    }

    /** Gives the vCPU one slice. Returns 1 if it did something worth another turn. */
    private int slice(long now) {
        long servedBefore = queues.served();
        if (looksNext) {
            queues.domainLooks();
            looksNext = false;
        }
        VcpuSlice.End end = slices.run(machine().vcpu());
        watchdog.ran(System.nanoTime() - now);
        if (slices.takeStatusRung()) {
            readStatus();
        }
        switch (end) {
            case CUT -> quota.sliceWasCut();
            case YIELDED -> gaveBack();
            case WAITS -> {
                gaveBack();
                // A domain that boots has nothing to wait for; it is held to its boot time.
                if (state == DomainState.RUNNING) {
                    sleep();
                }
            }
            case FAULTED -> {
                fault(slices.faultKind(), slices.faultDetail());
                return 1;
            }
        }
        recorder.expire();
        look(now);
        return queues.served() != servedBefore ? 1 : 0;
    }

    private void gaveBack() {
        quota.yielded();
        looksNext = true;
    }

    private void sleep() {
        waitingSince = System.nanoTime();
        watchdog.slept();
        timer().every(0);
        card.armInterrupt();
        move(DomainState.WAITING, "");
    }

    /** Reads the status page once, checks it, and then lets the host's side know. */
    private void readStatus() {
        StatusPage s = StatusPage.read(ram.segment());
        status = s;
        recorder.repeat(
                CrossingType.DOMAIN_STATUS,
                s.state() == StatusPage.State.READY ? 1 : 0,
                s.linkUp() ? 1 : 0);
        if (s.state() != StatusPage.State.READY) {
            return;
        }
        if (!s.hasStationMac()) {
            fault(FaultKind.STATUS, "its MAC is " + text(s.mac()));
            return;
        }
        if (mac != 0 && mac != s.mac()) {
            fault(FaultKind.STATUS, "its MAC changed from " + text(mac) + " to " + text(s.mac()));
            return;
        }
        boolean first = state == DomainState.BOOTING;
        if (!first && s.linkUp() == linkUp) {
            return;
        }
        Optional<String> refused = host.linkChanged(s.macOctets(), s.linkUp());
        if (refused.isPresent()) {
            fault(FaultKind.STATUS, refused.get());
            return;
        }
        mac = s.mac();
        linkUp = s.linkUp();
        recorder.event(CrossingType.LINK, linkUp ? 1 : 0, mac, s.speedMbit());
        if (first) {
            move(DomainState.RUNNING, "");
            machines.prepare();
        }
        if (linkUp) {
            forwardsAgain();
        }
    }

    private void forwardsAgain() {
        long now = System.nanoTime();
        if (bootBegan == 0) {
            return; // only its link was away
        }
        bootNanos = now - bootBegan;
        bootBegan = 0;
        recorder.event(CrossingType.FORWARDS, lives, bootNanos, outage ? now - outageSince : 0);
        if (outage) {
            outage = false;
            lastOutageNanos = now - outageSince;
            outages.add(lastOutageNanos);
            LOG.info("the driver domain forwards again after {} ms", lastOutageNanos / 1_000_000);
        }
    }

    /** Looks after the domain: watchdog, broken queues, refused DMA, boot time. */
    private void look(long now) {
        if (!state.isUp()) {
            return;
        }
        if (recorder.takeDmaRefusal()) {
            fault(FaultKind.DMA, recorder.dmaRefusal());
            return;
        }
        if (card.condition() != CardCondition.READY) {
            fault(faultOf(card.condition()), card.conditionText());
            return;
        }
        if (queues.broken()) {
            fault(FaultKind.QUEUE, queues.breakage());
            return;
        }
        if (now - nextLook < 0) {
            return;
        }
        nextLook = now + LOOK_NANOS;
        if (state == DomainState.BOOTING) {
            watchdog.restart(queues.offered(), queues.served());
            if (now - bootBegan > BOOT_LIMIT_NANOS) {
                watchdogFault(FaultKind.BOOT_TIMEOUT, BOOT_LIMIT_NANOS);
            }
            return;
        }
        switch (watchdog.look(now, queues.offered(), queues.served())) {
            case FINE -> {}
            case NOT_SERVING -> watchdogFault(FaultKind.NOT_SERVING, Watchdog.LIMIT_NANOS);
            case SPINNING -> watchdogFault(FaultKind.SPINNING, Watchdog.LIMIT_NANOS);
        }
    }

    private static FaultKind faultOf(CardCondition condition) {
        return switch (condition) {
            case STORMING -> FaultKind.INTERRUPT_STORM;
            case BUS_ERROR -> FaultKind.CARD_ERROR;
            case SLEPT -> FaultKind.HOST_SLEPT;
            case READY, RESETTING, STUCK, LEAVING, ABSENT -> FaultKind.CARD_AWAY;
        };
    }

    private void watchdogFault(FaultKind kind, long limitNanos) {
        long milliseconds = limitNanos / 1_000_000;
        recorder.flush();
        recorder.event(CrossingType.WATCHDOG, kind.code(), milliseconds, 0);
        fault(kind, "for more than " + milliseconds + " ms");
    }

    private void boot(long now) {
        move(DomainState.BOOTING, "");
        lives++;
        slices.takeStatusRung();
        status = null;
        recorder.takeDmaRefusal();
        quota.yielded();
        ram.clear(0, DomainLayout.MEMORY_BYTES);
        card.reset();
        card.dma().map(ARENA, ram.segment().asSlice(ARENA, ARENA_BYTES), true);
        dmaMapped = true;
        recorder.event(CrossingType.DMA_MAP, ARENA, ARENA, ARENA_BYTES, 1, 0);
        bootBegan = System.nanoTime();
        DomainMachine m = machines.take();
        machine = m;
        long made = System.nanoTime();
        BootPage page =
                new BootPage(
                        m.vcpu().tscKhz(),
                        card.model().vendorId(),
                        card.model().deviceId(),
                        settings.mtu(),
                        settings.uplinkFeatures(),
                        settings.idlePasses());
        m.begin(NanoLoader.load(ram.segment(), image, page));
        recorder.event(CrossingType.BOOT, lives, DomainLayout.MEMORY_BYTES, 0);
        queues.attach(ram.segment());
        LOG.debug(
                "memory cleared in {} us, machine made in {} us, image loaded in {} us",
                (bootBegan - now) / 1000,
                (made - bootBegan) / 1000,
                (System.nanoTime() - made) / 1000);
        looksNext = false;
        watchdog.restart(queues.offered(), queues.served());
        nextLook = now;
        if (timer == null) {
            timer = SliceTimer.create();
        }
        timer().every(SLICE_NANOS);
    }

    /** Ends this life because of what the domain did, or an operator did to it; the policy decides what follows. */
    private void fault(FaultKind kind, String detail) {
        if (!state.isUp()) {
            return;
        }
        lastReason = kind.sentence() + " (" + detail + ")";
        LOG.warn("driver domain: {}", lastReason);
        long now = System.nanoTime();
        if (!outage) {
            outage = true;
            outageSince = now;
        }
        move(DomainState.FAULTED, kind.name().toLowerCase(Locale.ROOT) + ": " + detail);
        end();
        if (settings.restartOnFault()) {
            long pause = policy.pauseAfterFault(now);
            startAt = now + pause;
            move(DomainState.BACKING_OFF, "");
            if (pause > 0 || card.condition().isAway()) {
                lost();
            }
        } else {
            move(DomainState.STOPPED, "by policy");
            lost();
        }
    }

    private void lost() {
        linkUp = false;
        host.linkLost();
    }

    /** Takes the machine apart, in the reverse order of boot. */
    private void end() {
        if (timer != null) {
            timer.every(0);
        }
        queues.detach();
        if (dmaMapped) {
            dmaMapped = false;
            card.dma().unmap(ARENA);
            recorder.event(CrossingType.DMA_UNMAP, ARENA, ARENA_BYTES, 0);
        }
        card.reset();
        DomainMachine m = machine;
        if (m != null) { // boot can fail before there is one
            machine = null;
            machines.retire(m);
        }
    }

    /** Ends the domain as a crash would; the fault policy decides what follows. */
    public void kill(String reason) {
        fault(FaultKind.OPERATOR, reason);
    }

    /** Stops the domain in order, whatever it is doing. */
    public void stop(String reason) {
        recorder.flush();
        if (state.isUp()) {
            end();
        }
        if (state != DomainState.STOPPED) {
            move(DomainState.STOPPED, reason);
            lost();
        }
    }

    /** Stops the domain in order and starts it afresh. */
    public void restart(String reason) {
        recorder.flush();
        if (!outage) {
            outage = true;
            outageSince = System.nanoTime();
        }
        if (state.isUp()) {
            end();
        }
        if (state != DomainState.STOPPED) {
            move(DomainState.STOPPED, reason);
        }
        lastReason = reason;
        if (card.condition() == CardCondition.READY) {
            restarted();
            boot(System.nanoTime());
        } else {
            startAt = System.nanoTime();
            move(DomainState.BACKING_OFF, "until the card is ready: " + card.conditionText());
        }
    }

    private void move(DomainState next, String why) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException("a domain cannot go from " + state + " to " + next);
        }
        DomainState from = state;
        state = next;
        boolean sleepOrWake =
                (from == DomainState.RUNNING && next == DomainState.WAITING)
                        || (from == DomainState.WAITING && next == DomainState.RUNNING);
        if (sleepOrWake) {
            return; // WAIT records tell of these, thousands a second
        }
        LOG.debug("driver domain: {} to {} {}", from, next, why);
        recorder.flush();
        recorder.event(
                CrossingType.DOMAIN_STATE,
                from.code(),
                next.code(),
                0,
                from + " to " + next + (why.isEmpty() ? "" : ": " + why));
        for (Consumer<DomainState> listener : List.copyOf(listeners)) {
            listener.accept(next);
        }
    }

    /** How the domain stands, for the operator. */
    public DomainReport report() {
        StatusPage s = state.isUp() ? StatusPage.read(ram.segment()) : status;
        return new DomainReport(
                state,
                lives,
                restarts,
                lastReason,
                lastOutageNanos,
                bootNanos,
                linkUp,
                s == null ? 0 : s.speedMbit(),
                mac,
                s == null ? 0 : s.heartbeat());
    }

    private SliceTimer timer() {
        SliceTimer t = timer;
        if (t == null) {
            throw new IllegalStateException("no timer before the first boot");
        }
        return t;
    }

    private DomainMachine machine() {
        DomainMachine m = machine;
        if (m == null) {
            throw new IllegalStateException("no virtual machine in state " + state);
        }
        return m;
    }

    private static String text(long mac) {
        StringBuilder text = new StringBuilder(17);
        for (int shift = 40; shift >= 0; shift -= 8) {
            text.append(text.isEmpty() ? "" : ":")
                    .append(String.format("%02x", mac >> shift & 0xff));
        }
        return text.toString();
    }

    @Override
    public void close() {
        stop("the monitor stops");
        machines.close();
        if (timer != null) {
            timer.close();
        }
    }
}

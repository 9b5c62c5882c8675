package org.cofferdam.monitor.domain;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.monitor.card.AssignedNic;
import org.cofferdam.monitor.card.CardCondition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A driver domain and its life cycle, {@link DomainState}: what is the same whatever runs inside. Each life has a fresh
 * virtual machine and cleared memory; only the card, the queues' ports and this object go on.
 *
 * <p>Domain thread only.
 */
public abstract sealed class DriverDomain implements Agent, AutoCloseable
        permits NanoDomain, LinuxDomain {
    private static final Logger LOG = LoggerFactory.getLogger(DriverDomain.class);

    private static final long LOOK_NANOS = 10_000_000L;

    /** How often a domain that waits for its card's reset looks. */
    private static final long CARD_LOOK_NANOS = 1_000_000L;

    final DomainSettings settings;
    final AssignedNic card;
    final DomainQueues queues;
    final DomainRecorder recorder;
    private final HostSide host;
    private final RestartPolicy policy = new RestartPolicy();
    private final List<Consumer<DomainState>> listeners = new ArrayList<>();

    private DomainState state = DomainState.STOPPED;

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
    private long mac;
    private long mappedAt;
    private long mappedBytes;
    private boolean linkUp;

    DriverDomain(
            DomainSettings settings,
            AssignedNic card,
            DomainQueues queues,
            HostSide host,
            DomainRecorder recorder) {
        this.settings = settings;
        this.card = card;
        this.queues = queues;
        this.host = host;
        this.recorder = recorder;
    }

    /** Makes the machine of a new life, lets it begin, and attaches its queues. */
    abstract void bootMachine(long now);

    /** No instruction of the domain runs after this; its machine may still be there. Also of a boot that failed. */
    abstract void stopMachine();

    /** Takes the machine apart, after its queues and its card's window; also of a boot that failed. */
    abstract void endMachine();

    /** A turn of a domain that is up. Returns 1 if it did something worth another turn. */
    abstract int turn(long now);

    /** Looks after a domain that boots or runs, every {@link #LOOK_NANOS}: by {@link #fault} if it does not do its work. */
    abstract void lookAtWork(long now);

    /** What the driver says of the link's speed in Mbit/s; 0 if nothing. */
    abstract int linkMbits();

    /** What counts up while the driver lives. */
    abstract long heartbeat();

    /** The domain's memory. */
    abstract long ramBytes();

    /** What the domain says of its driver, by name; none of a domain that does not. Any thread. */
    Map<String, String> driverFacts() {
        return Map.of();
    }

    /** The card's counters as the domain has them, by name; none of a domain that does not tell. Any thread. */
    Map<String, String> driverCounters() {
        return Map.of();
    }

    /** Closes what outlives lives; the domain is stopped. */
    abstract void closeMachine();

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
            case WAITING, BOOTING, RUNNING -> turn(now);
        };
    }

    /** Whether the domain has this thread's processor: the thread must not sleep. */
    public abstract boolean awake();

    /** Whether the CPU quota wants a pause before the next slice. */
    public abstract boolean pauseDue();

    /** Whether the thread may sleep: false if work came meanwhile that no descriptor tells of. */
    public abstract boolean readyToSleep();

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

    /** Looks after the domain: refused DMA, the card, broken queues, and now and then whether it does its work. */
    final void look(long now) {
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
        lookAtWork(now);
    }

    private static FaultKind faultOf(CardCondition condition) {
        return switch (condition) {
            case STORMING -> FaultKind.INTERRUPT_STORM;
            case BUS_ERROR -> FaultKind.CARD_ERROR;
            case SLEPT -> FaultKind.HOST_SLEPT;
            case READY, RESETTING, STUCK, LEAVING, ABSENT -> FaultKind.CARD_AWAY;
        };
    }

    final void watchdogFault(FaultKind kind, long limitNanos) {
        watchdogFault(kind, limitNanos, "");
    }

    /**
     * @param more to be said of it, from a comma on
     */
    final void watchdogFault(FaultKind kind, long limitNanos, String more) {
        long milliseconds = limitNanos / 1_000_000;
        recorder.flush();
        recorder.event(CrossingType.WATCHDOG, kind.code(), milliseconds, 0);
        fault(kind, "for more than " + milliseconds + " ms" + more);
    }

    private void boot(long now) {
        move(DomainState.BOOTING, "");
        lives++;
        recorder.takeDmaRefusal();
        nextLook = now;
        bootBegan = now;
        bootMachine(now);
    }

    /** The making of the machine begins now: what came before is not counted as its boot. */
    final void bootBegins() {
        bootBegan = System.nanoTime();
    }

    /** How long this life has been booting. */
    final long bootingNanos(long now) {
        return now - bootBegan;
    }

    final DomainState state() {
        return state;
    }

    final long lives() {
        return lives;
    }

    final boolean linkUp() {
        return linkUp;
    }

    /** Lets the card reach a part of the domain's memory, until the end of this life. */
    final void mapDma(long iova, MemorySegment memory) {
        card.dma().map(iova, memory, true);
        mappedAt = iova;
        mappedBytes = memory.byteSize();
        recorder.event(CrossingType.DMA_MAP, iova, iova, mappedBytes, 1, 0);
    }

    private void unmapDma() {
        long bytes = mappedBytes;
        if (bytes != 0) {
            mappedBytes = 0;
            card.dma().unmap(mappedAt);
            recorder.event(CrossingType.DMA_UNMAP, mappedAt, bytes, 0);
        }
    }

    /**
     * What the driver says of its card. The first time it is ready by it.
     *
     * @param said the address, first octet on the wire highest
     */
    final void driverSays(long said, boolean up, int speedMbit) {
        if (said == 0 || (said >> 40 & 1) != 0 || said >>> 48 != 0) {
            fault(FaultKind.STATUS, "its MAC is " + text(said));
            return;
        }
        if (mac != 0 && mac != said) {
            fault(FaultKind.STATUS, "its MAC changed from " + text(mac) + " to " + text(said));
            return;
        }
        boolean first = state == DomainState.BOOTING;
        if (!first && up == linkUp) {
            return;
        }
        Optional<String> refused = host.linkChanged(octets(said), up);
        if (refused.isPresent()) {
            fault(FaultKind.STATUS, refused.get());
            return;
        }
        mac = said;
        linkUp = up;
        recorder.event(CrossingType.LINK, linkUp ? 1 : 0, mac, speedMbit);
        if (first) {
            move(DomainState.RUNNING, "");
            firstReady();
        }
        if (linkUp) {
            forwardsAgain();
        }
    }

    /** The driver has become ready in this life. */
    abstract void firstReady();

    /** Ends this life because of what the domain did, or an operator did to it; the policy decides what follows. */
    final void fault(FaultKind kind, String detail) {
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
        stopMachine();
        queues.detach();
        unmapDma();
        card.reset();
        endMachine();
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

    final void move(DomainState next, String why) {
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
        return new DomainReport(
                state,
                lives,
                restarts,
                lastReason,
                lastOutageNanos,
                bootNanos,
                linkUp,
                linkMbits(),
                mac,
                heartbeat(),
                ramBytes(),
                driverFacts(),
                driverCounters());
    }

    private static byte[] octets(long mac) {
        byte[] octets = new byte[6];
        for (int i = 0; i < 6; i++) {
            octets[i] = (byte) (mac >> (40 - 8 * i));
        }
        return octets;
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
        closeMachine();
    }
}

package org.cofferdam.monitor.domain;

import org.cofferdam.audit.CrossingType;
import org.cofferdam.binding.kvm.Kvm;
import org.cofferdam.binding.memory.SharedMemory;
import org.cofferdam.binding.thread.SliceTimer;
import org.cofferdam.drivervm.BootPage;
import org.cofferdam.drivervm.DomainLayout;
import org.cofferdam.drivervm.NanoImage;
import org.cofferdam.drivervm.NanoLoader;
import org.cofferdam.drivervm.QueuePlace;
import org.cofferdam.drivervm.StatusPage;
import org.cofferdam.monitor.card.AssignedNic;
import org.cofferdam.proxy.virtqueue.QueueConfig;
import org.cofferdam.proxy.virtqueue.QueueMemory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A domain with the minimal driver. As an agent it gives the vCPU one slice a turn: until the driver yields, sleeps or
 * faults, or the slice timer cuts it.
 */
public final class NanoDomain extends DriverDomain {
    private static final Logger LOG = LoggerFactory.getLogger(NanoDomain.class);

    private static final long SLICE_NANOS = 1_000_000L;
    private static final long BOOT_LIMIT_NANOS = 5_000_000_000L;

    private static final long ARENA = DomainLayout.ARENA.start().value();
    private static final long ARENA_BYTES = DomainLayout.ARENA.bytes();

    static final int WOKEN_BY_CARD = 1;
    static final int WOKEN_BY_QUEUES = 2;

    private final MachineMaker machines;
    private final SharedMemory ram;
    private final NanoImage image;
    private final Watchdog watchdog = new Watchdog();
    private final CpuQuota quota = new CpuQuota();
    private final VcpuSlice slices;

    private @Nullable SliceTimer timer;
    private @Nullable DomainMachine machine;
    private @Nullable StatusPage status;

    /**
     * The driver gave the processor back by itself, so it looks at all its rings before it sleeps. A driver whose
     * slice was cut may be past its last look: what the agents do meanwhile must wake it.
     */
    private boolean looksNext;

    private long waitingSince;

    /**
     * @param ram the domain's memory, {@link DomainLayout#MEMORY_BYTES}; owned by the caller, outlives this
     */
    public NanoDomain(
            Kvm kvm,
            SharedMemory ram,
            NanoImage image,
            DomainSettings settings,
            AssignedNic card,
            DomainQueues queues,
            HostSide host,
            DomainRecorder recorder) {
        super(settings, card, queues, host, recorder);
        this.machines = new MachineMaker(kvm, ram, card::windows);
        this.ram = ram;
        this.image = image;
        this.slices = new VcpuSlice(card, ram.segment(), recorder);
    }

    @Override
    public boolean awake() {
        return state() == DomainState.BOOTING || state() == DomainState.RUNNING;
    }

    @Override
    public boolean pauseDue() {
        return awake() && quota.pauseDue();
    }

    /** What can wake the driver wakes the thread, or is this thread's own doing. */
    @Override
    public boolean readyToSleep() {
        return true;
    }

    @Override
    int turn(long now) {
        return state() == DomainState.WAITING ? wakeIfDue(now) : slice(now);
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
                if (state() == DomainState.RUNNING) {
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
        if (s.state() == StatusPage.State.READY) {
            driverSays(s.mac(), s.linkUp(), s.speedMbit());
        }
    }

    @Override
    void firstReady() {
        machines.prepare();
    }

    @Override
    void lookAtWork(long now) {
        if (state() == DomainState.BOOTING) {
            watchdog.restart(queues.offered(), queues.served());
            if (bootingNanos(now) > BOOT_LIMIT_NANOS) {
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

    @Override
    void bootMachine(long now) {
        slices.takeStatusRung();
        status = null;
        quota.yielded();
        ram.clear(0, DomainLayout.MEMORY_BYTES);
        card.reset();
        mapDma(ARENA, ram.segment().asSlice(ARENA, ARENA_BYTES));
        bootBegins();
        long began = System.nanoTime();
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
        recorder.event(CrossingType.BOOT, lives(), DomainLayout.MEMORY_BYTES, 0);
        attachQueues();
        LOG.debug(
                "memory cleared in {} us, machine made in {} us, image loaded in {} us",
                (began - now) / 1000,
                (made - began) / 1000,
                (System.nanoTime() - made) / 1000);
        looksNext = false;
        watchdog.restart(queues.offered(), queues.served());
        if (timer == null) {
            timer = SliceTimer.create();
        }
        timer().every(SLICE_NANOS);
    }

    private void attachQueues() {
        // Rings may lie anywhere in the domain's data, buffers only in the arena, as for the card.
        QueueMemory memory = QueueMemory.of(0, ram.segment()).withBufferWindow(ARENA, ARENA_BYTES);
        queues.attach(memory, config(DomainLayout.UPLINK_RX), config(DomainLayout.UPLINK_TX));
    }

    private static QueueConfig config(QueuePlace place) {
        return QueueConfig.plain(
                place.size(),
                place.descriptors().value(),
                place.available().value(),
                place.used().value());
    }

    @Override
    void stopMachine() {
        if (timer != null) {
            timer.every(0);
        }
    }

    @Override
    void endMachine() {
        DomainMachine m = machine;
        if (m != null) { // boot can fail before there is one
            machine = null;
            machines.retire(m);
        }
    }

    @Override
    void closeMachine() {
        machines.close();
        if (timer != null) {
            timer.close();
        }
    }

    @Override
    long ramBytes() {
        return DomainLayout.MEMORY_BYTES;
    }

    private @Nullable StatusPage current() {
        return state().isUp() ? StatusPage.read(ram.segment()) : status;
    }

    @Override
    int linkMbits() {
        StatusPage s = current();
        return s == null ? 0 : s.speedMbit();
    }

    @Override
    long heartbeat() {
        StatusPage s = current();
        return s == null ? 0 : s.heartbeat();
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
            throw new IllegalStateException("no virtual machine in state " + state());
        }
        return m;
    }
}

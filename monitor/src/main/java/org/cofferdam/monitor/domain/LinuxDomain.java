package org.cofferdam.monitor.domain;

import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.binding.event.EventFd;
import org.cofferdam.binding.kvm.Kvm;
import org.cofferdam.binding.memory.SharedMemory;
import org.cofferdam.drivervm.BadImageException;
import org.cofferdam.drivervm.linux.LinuxImage;
import org.cofferdam.drivervm.linux.LinuxLoader;
import org.cofferdam.drivervm.linux.LinuxStart;
import org.cofferdam.drivervm.linux.MpTable;
import org.cofferdam.monitor.pc.ConsoleBuffer;
import org.cofferdam.monitor.pc.PciHost;
import org.cofferdam.monitor.pc.VirtioNetSettings;
import org.cofferdam.monitor.vfio.VfioNic;
import org.cofferdam.proxy.frame.Mac;
import org.cofferdam.proxy.vhostuser.PacketThread;
import org.cofferdam.proxy.virtqueue.QueueMemory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A domain with a stock Linux kernel and its own driver for the card. Its vCPU has a thread of its own; this object, as an
 * agent of the domain thread, passes on the uplink's interrupts and looks after the domain by what its first process says
 * every second.
 */
public final class LinuxDomain extends DriverDomain {
    private static final Logger LOG = LoggerFactory.getLogger(LinuxDomain.class);

    /** From the first instruction to `ready`; an emulated machine has taken ten seconds. */
    static final long BOOT_LIMIT_NANOS = 60_000_000_000L;

    /** The domain says every second that it lives; on an emulated machine its console takes seconds of that. */
    static final long SILENCE_NANOS = 10_000_000_000L;

    private static final int CONSOLE_LINES_SEARCHED = 80; // a panic's trace follows its words
    private static final long CLOSE_SECONDS = 5;

    /** The record with which the first process begins (driver-vm/LINUX.md). */
    private static final String UP = "up ";

    /**
     * What every domain's kernel is told. No ACPI, so that there are no tables of ours to be wrong; a panic or an oops begins
     * the domain afresh at once by the keyboard controller.
     */
    private static final String COMMAND_LINE =
            "console=ttyS0 quiet acpi=off pci=conf1,noearly iommu=off reboot=k panic=-1 oops=panic nr_cpus=1 8250.nr_uarts=2"
                    + " no_timer_check tsc=reliable random.trust_cpu=on mitigations=off audit=0 lsm="
                    + " ipv6.disable=1 cgroup_disable=memory cgroup.memory=nokmem,nosocket"
                    + " transparent_hugepage=never init_on_alloc=0"
                    + " i8042.noaux i8042.nomux i8042.nopnp i8042.dumbkbd cofferdam_log=1";

    /** What the MP table says of the processor: family 6, an FPU and an APIC. The kernel asks cpuid itself. */
    private static final int PROCESSOR = 0x600;

    private static final int FEATURES = 0x201;

    private final Kvm kvm;
    private final SharedMemory ram;
    private final LinuxImage image;
    private final VfioNic nic;
    private final Mac mac;
    private final DomainRecorder vcpuRecorder;
    private final PacketThread thread;
    private final ConsoleBuffer console = new ConsoleBuffer();
    private final EventFd kick = EventFd.create();
    private final ExecutorService undertaker =
            Executors.newSingleThreadExecutor(
                    work -> Thread.ofPlatform().name("machines").daemon().unstarted(work));

    private final LinuxSnapshot snapshot;

    private @Nullable LinuxMachine machine;
    private boolean resumed;
    private boolean linkUp;
    private int speed;
    private long said;
    private boolean ready;
    private long beats;
    private long lastBeat;
    private volatile Map<String, String> facts = Map.of();
    private volatile Map<String, String> counters = Map.of();

    /**
     * @param ram the domain's memory; owned by the caller, outlives this
     * @param mac of the uplink: the card's
     * @param vcpuRecorder of the vCPU's thread alone
     * @param thread the domain thread
     */
    public LinuxDomain(
            Kvm kvm,
            SharedMemory ram,
            LinuxImage image,
            DomainSettings settings,
            VfioNic nic,
            Mac mac,
            DomainQueues queues,
            HostSide host,
            DomainRecorder recorder,
            DomainRecorder vcpuRecorder,
            PacketThread thread) {
        super(settings, nic, queues, host, recorder);
        this.kvm = kvm;
        this.ram = ram;
        this.image = image;
        this.nic = nic;
        this.mac = mac;
        this.vcpuRecorder = vcpuRecorder;
        this.thread = thread;
        this.snapshot = new LinuxSnapshot(ram.size());
    }

    /** What the domain's consoles have said, over its lives. Any thread. */
    public ConsoleBuffer console() {
        return console;
    }

    /** {@code driver}, {@code version}, {@code srcversion}, {@code mac}, {@code bus}. */
    @Override
    Map<String, String> driverFacts() {
        return facts;
    }

    @Override
    Map<String, String> driverCounters() {
        return counters;
    }

    /** Readable when the domain has rung for its queues. */
    public int kickFd() {
        return kick.fd();
    }

    /** Its processor is another thread's. */
    @Override
    public boolean awake() {
        return false;
    }

    @Override
    public boolean pauseDue() {
        return false;
    }

    @Override
    public boolean readyToSleep() {
        return !state().isUp() || queues.readyToSleep();
    }

    @Override
    int turn(long now) {
        int signals = queues.takeSignals();
        LinuxMachine m = machine;
        if (signals != 0 && m != null) {
            m.signal(signals);
        }
        look(now);
        return signals != 0 ? 1 : 0;
    }

    @Override
    void lookAtWork(long now) {
        if (state() == DomainState.BOOTING) {
            if (bootingNanos(now) > BOOT_LIMIT_NANOS) {
                watchdogFault(FaultKind.BOOT_TIMEOUT, BOOT_LIMIT_NANOS);
            }
        } else if (now - lastBeat > SILENCE_NANOS) {
            watchdogFault(FaultKind.NO_HEARTBEAT, SILENCE_NANOS, whereItStands());
        }
    }

    @Override
    void bootMachine(long now) {
        if (resumed && !ready) {
            LOG.warn(
                    "the life that began from a snapshot did not become ready; the next one boots");
            snapshot.drop();
        }
        resumed = snapshot.isTaken();
        ready = false;
        linkUp = false;
        speed = 0;
        said = 0;
        facts = Map.of();
        counters = Map.of();
        ram.clear(0, ram.size());
        card.reset();
        // The kernel's driver may use any page for its rings and buffers, so the card reaches all
        // of the domain's memory, and nothing else.
        mapDma(0, ram.segment());
        bootBegins();
        console.line("--- the domain's life " + lives() + " begins", false);
        UplinkBackend backend =
                new UplinkBackend(queues, QueueMemory.of(0, ram.segment()), thread, kick);
        Life life = new Life();
        LinuxMachine m =
                new LinuxMachine(
                        kvm,
                        ram,
                        nic,
                        backend,
                        new VirtioNetSettings(
                                mac,
                                settings.mtu(),
                                LinuxMachine.UPLINK_QUEUE,
                                settings.udpSegmentation(),
                                PciHost.MEMORY_BASE),
                        kick,
                        vcpuRecorder,
                        life,
                        life::ended);
        machine = m;
        life.machine = m;
        backend.until(m.processor()::stopping);
        long made = System.nanoTime();
        if (resumed) {
            m.resume(snapshot);
        } else {
            m.begin(load());
        }
        recorder.event(CrossingType.BOOT, lives(), ram.size(), resumed ? 1 : 0);
        LOG.debug(
                "machine made {} us after the boot's begin, {} in {} us",
                (made - now) / 1000,
                resumed ? "snapshot restored" : "image loaded",
                (System.nanoTime() - made) / 1000);
    }

    /** What its processor was at, for who looks into a hang; it is stopped by this. */
    private String whereItStands() {
        LinuxMachine m = machine;
        if (m == null) {
            return "";
        }
        m.processor().stop();
        return ", " + m.processor().whereItStands();
    }

    private LinuxStart load() {
        try {
            MpTable.write(ram.segment(), PROCESSOR, FEATURES);
            return LinuxLoader.load(
                    ram.segment(),
                    image.vmlinux(),
                    image.kernelEnd(),
                    image.initramfs(),
                    COMMAND_LINE + " cofferdam_mtu=" + settings.mtu());
        } catch (BadImageException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    @Override
    void firstReady() {
        lastBeat = System.nanoTime();
    }

    @Override
    void stopMachine() {
        LinuxMachine m = machine;
        if (m != null) {
            m.stop();
        }
    }

    @Override
    void endMachine() {
        LinuxMachine m = machine;
        if (m != null) {
            machine = null;
            undertaker.execute(m::close);
        }
    }

    @Override
    void closeMachine() {
        undertaker.shutdown();
        try {
            if (!undertaker.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("a virtual machine is not gone after {} s", CLOSE_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        kick.close();
        snapshot.close();
    }

    @Override
    long ramBytes() {
        return ram.size();
    }

    @Override
    int linkMbits() {
        return linkUp ? speed : 0;
    }

    @Override
    long heartbeat() {
        return beats;
    }

    /** What the domain's last lines say of its end. */
    private String lastWords() {
        String panic = "";
        for (String line : console.lastLines(CONSOLE_LINES_SEARCHED)) {
            int at = line.indexOf("Kernel panic");
            if (at >= 0) {
                panic = line.substring(at);
            }
        }
        return panic;
    }

    /** One life, as its machine's devices report it on the vCPU's thread; what is told to the domain is posted. */
    private final class Life implements LinuxMachine.Devices, DriverRecords.Listener {
        private final DriverRecords records = new DriverRecords(this);
        private @Nullable LinuxMachine machine;
        private boolean spoke;

        /** For the life that this is, if it still is. */
        private void tell(Runnable what) {
            thread.post(
                    () -> {
                        if (machine != null && LinuxDomain.this.machine == machine) {
                            what.run();
                        }
                    });
        }

        void ended(FaultKind kind, String detail) {
            tell(() -> fault(kind, detail));
        }

        @Override
        public void consoleLine(String line, boolean cut) {
            console.line(line, cut);
            vcpuRecorder.event(CrossingType.CONSOLE, cut ? 1 : 0, 0, 0, line);
        }

        @Override
        public void recordLine(String line, boolean cut) {
            vcpuRecorder.event(CrossingType.DRIVER_SAYS, cut ? 1 : 0, 0, 0, line);
            if (!spoke) {
                spoke = true;
                firstLine(line);
            }
            if (!cut) {
                records.line(line);
            }
        }

        /**
         * The first line is the first process's own, before it has loaded the card's driver: until then nobody outside the
         * image has had a word in what the domain is, so that later lives may begin here. No later line may say so, since by
         * then the domain may be somebody else's.
         */
        private void firstLine(String line) {
            LinuxMachine m = machine;
            if (m != null && !snapshot.isTaken() && line.startsWith(UP)) {
                m.snapshotAfterThisExit(snapshot);
            }
        }

        @Override
        public void resetAsked() {
            LinuxMachine m = machine;
            if (m != null) {
                String panic = lastWords();
                m.processor()
                        .end(
                                panic.isEmpty() ? FaultKind.RESET : FaultKind.KERNEL_PANIC,
                                panic.isEmpty() ? "by its keyboard controller" : panic);
            }
        }

        @Override
        public void card(long address, Map<String, String> words) {
            facts = Map.copyOf(words);
            tell(() -> said = address);
        }

        @Override
        public void link(boolean up, int speedMbit) {
            tell(
                    () -> {
                        linkUp = up;
                        speed = speedMbit;
                        sayIfReady();
                    });
        }

        @Override
        public void ready() {
            tell(
                    () -> {
                        ready = true;
                        sayIfReady();
                    });
        }

        @Override
        public void beat(Map<String, String> words) {
            if (!words.isEmpty()) {
                counters = Map.copyOf(words);
            }
            tell(
                    () -> {
                        beats++;
                        lastBeat = System.nanoTime();
                    });
        }

        @Override
        public void gone(String why) {
            tell(() -> fault(FaultKind.DRIVER_GONE, why));
        }

        @Override
        public void failed(String text) {
            tell(() -> fault(FaultKind.PANIC, text));
        }
    }

    private void sayIfReady() {
        if (ready) {
            driverSays(said, linkUp, speed);
        }
    }
}

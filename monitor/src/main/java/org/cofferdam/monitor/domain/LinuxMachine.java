package org.cofferdam.monitor.domain;

import java.util.ArrayList;
import java.util.List;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.Parts;
import org.cofferdam.binding.event.EventFd;
import org.cofferdam.binding.kvm.CpuidTemplate;
import org.cofferdam.binding.kvm.Kvm;
import org.cofferdam.binding.kvm.MsrList;
import org.cofferdam.binding.kvm.Vcpu;
import org.cofferdam.binding.kvm.Vm;
import org.cofferdam.binding.memory.SharedMemory;
import org.cofferdam.drivervm.linux.LinuxStart;
import org.cofferdam.drivervm.linux.MpTable;
import org.cofferdam.monitor.pc.CmosClock;
import org.cofferdam.monitor.pc.HostBridge;
import org.cofferdam.monitor.pc.KeyboardController;
import org.cofferdam.monitor.pc.PciHost;
import org.cofferdam.monitor.pc.PortBus;
import org.cofferdam.monitor.pc.Refusals;
import org.cofferdam.monitor.pc.SerialPort;
import org.cofferdam.monitor.pc.VirtioNetFunction;
import org.cofferdam.monitor.pc.VirtioNetSettings;
import org.cofferdam.monitor.pc.WriteJournal;
import org.cofferdam.monitor.vfio.VfioFunction;
import org.cofferdam.monitor.vfio.VfioNic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One life of a Linux domain: a virtual machine with what a stock kernel wants of a PC and no more, and its one vCPU. Made
 * for one boot and thrown away after it.
 *
 * <pre>
 * 00:00.0 host bridge   00:01.0 uplink, virtio-net   00:02.0 the assigned card
 * 0x2f8 serial, records   0x3f8 serial, console   0x64 reset   0x70 clock   0xcf8 PCI configuration
 * </pre>
 *
 * <p>Made and closed by the domain thread; between, its devices belong to the vCPU's thread, and {@link #signal} to the
 * domain thread.
 */
final class LinuxMachine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LinuxMachine.class);

    static final int CONSOLE_PORT = 0x3f8;
    static final int RECORDS_PORT = 0x2f8;
    private static final int LONGEST_LINE = 1024;
    private static final int LONGEST_RECORD = 512;
    private static final int CONSOLE_LINE = 4;
    private static final int RECORDS_LINE = 3;

    static final int UPLINK_DEVICE = 1;
    static final int CARD_DEVICE = 2;
    private static final int CARD_LINE = MpTable.pciPin(CARD_DEVICE);
    private static final int UPLINK_VECTORS = VirtioNetFunction.VECTORS;

    /** Descriptors of each of the uplink's queues. */
    static final int UPLINK_QUEUE = 256;

    private static final int FIRST_CARD_SLOT = 1;
    private static final int CARD_VECTOR = UPLINK_VECTORS;

    /** Where a machine's devices report; all on the vCPU's thread. */
    interface Devices {
        void consoleLine(String line, boolean cut);

        void recordLine(String line, boolean cut);

        /** The domain asked to begin afresh. */
        void resetAsked();
    }

    /** Where the domain's doorbells are: a store there is an eventfd's signal, inside the kernel. */
    private static final class Doorbells implements UplinkBackend.Places {
        private static final int BYTES = 2;

        private final Vm vm;
        private final EventFd kick;
        private final long[] places = {-1, -1};

        Doorbells(Vm vm, EventFd kick) {
            this.vm = vm;
            this.kick = kick;
        }

        @Override
        public void changed(long receive, long transmit) {
            put(0, receive);
            put(1, transmit);
        }

        private void put(int queue, long place) {
            if (places[queue] != -1) {
                vm.deassignIoeventfd(kick, places[queue], BYTES);
            }
            places[queue] = place;
            if (place != -1) {
                vm.assignIoeventfd(kick, place, BYTES);
            }
        }
    }

    /** What the domain did in vain, for the log. */
    private record Refused(DomainRecorder recorder) implements Refusals {
        @Override
        public void refused(int port, int size, boolean write, int value) {
            // The access itself is recorded by the vCPU.
        }

        @Override
        public void refusedRequest(String device, String why) {
            recorder.refused(device + ": " + why);
        }
    }

    private final Parts parts = new Parts();
    private final Vm vm;
    private final SharedMemory ram;
    private final PortBus ports;
    private final PciHost pci;
    private final List<EventFd> serialLines = new ArrayList<>();
    private final Vcpu vcpu;
    private final LinuxVcpu processor;
    private final VirtioNetFunction uplink;
    private final VfioFunction card;
    private final List<EventFd> uplinkEvents = new ArrayList<>();

    /**
     * Makes the machine; it does not run.
     *
     * @param ram lent; outlives the machine
     * @param recorder of the vCPU's thread
     * @param uplinkSettings with the uplink's BAR at {@link PciHost#MEMORY_BASE}
     * @param kick signalled by the domain's stores to its uplink's doorbells
     */
    LinuxMachine(
            Kvm kvm,
            SharedMemory ram,
            VfioNic nic,
            UplinkBackend backend,
            VirtioNetSettings uplinkSettings,
            EventFd kick,
            DomainRecorder recorder,
            Devices devices,
            LinuxVcpu.Ending ending) {
        this.ram = ram;
        try {
            vm = parts.add(kvm.createVm());
            vm.createIrqchip();
            vm.createPit();
            vm.denyUnlistedMsrs(MsrList.forLinux());
            vm.setMemory(0, 0, ram, 0, ram.size(), false);
            MessageRoutes routes =
                    new MessageRoutes(vm, recorder, UPLINK_VECTORS + VfioFunction.MOST_VECTORS);
            Refusals refusals = new Refused(recorder);
            ports = new PortBus(refusals);
            pci = new PciHost(refusals, devices::resetAsked);
            ports.add(
                    CONSOLE_PORT,
                    SerialPort.PORTS,
                    new SerialPort(LONGEST_LINE, line(vm, CONSOLE_LINE), devices::consoleLine));
            ports.add(
                    RECORDS_PORT,
                    SerialPort.PORTS,
                    new SerialPort(LONGEST_RECORD, line(vm, RECORDS_LINE), devices::recordLine));
            new KeyboardController(devices::resetAsked).attachTo(ports);
            ports.add(
                    CmosClock.FIRST_PORT,
                    CmosClock.PORTS,
                    new CmosClock(() -> System.currentTimeMillis() / 1000));
            ports.addSilent(0x80, 1); // where a kernel writes to pass a microsecond
            ports.addSilent(0xed, 1); // or there
            pci.attachTo(ports);
            pci.add(0, new HostBridge());
            for (int i = 0; i < UPLINK_VECTORS; i++) {
                uplinkEvents.add(parts.add(EventFd.create()));
            }
            uplink =
                    new VirtioNetFunction(
                            uplinkSettings,
                            backend.kickedBy(new Doorbells(vm, kick)),
                            routes.device(0, uplinkEvents),
                            vector -> uplinkEvents.get(vector).signal(),
                            refusals);
            uplink.setLink(
                    true); // the wire's link is told by records; the uplink itself is always there
            pci.add(UPLINK_DEVICE, uplink);
            List<EventFd> cardEvents = new ArrayList<>();
            for (int i = 0; i < VfioFunction.MOST_VECTORS; i++) {
                cardEvents.add(parts.add(EventFd.create()));
            }
            card =
                    parts.add(
                            nic.function(
                                    vm,
                                    FIRST_CARD_SLOT,
                                    CARD_LINE,
                                    routes.passedDevice(CARD_VECTOR, cardEvents),
                                    cardEvents));
            pci.add(CARD_DEVICE, card);
            vcpu = parts.add(vm.createVcpu(0, CpuidTemplate.of(kvm, 0)));
            processor = new LinuxVcpu(vcpu, ports, pci, recorder, ending);
        } catch (RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    /** An edge on an ISA line. */
    private Runnable line(Vm vm, int number) {
        EventFd event = parts.add(EventFd.create());
        vm.assignIrqfd(event, number);
        serialLines.add(event);
        return event::signal;
    }

    /** Sets the registers of the first instruction and lets the domain run. */
    void begin(LinuxStart start) {
        start.apply(vcpu);
        processor.start();
    }

    /** Fills the memory, and lets the domain run on from where it was when the snapshot was taken. */
    void resume(LinuxSnapshot snapshot) {
        processor.endJournal(); // of a life that begins late none is complete
        snapshot.fill(ram.segment());
        vm.restore(vcpu, snapshot.machine());
        snapshot.writes().replay(ports, pci);
        // An edge that was under way is no part of the snapshot, and one too many does no harm.
        serialLines.forEach(EventFd::signal);
        processor.start();
    }

    /**
     * Takes a snapshot when the exit that is being served is over; without one, where it cannot be had, each life boots. The
     * vCPU's thread.
     */
    void snapshotAfterThisExit(LinuxSnapshot snapshot) {
        processor.afterThisExit(
                () -> {
                    WriteJournal writes = processor.endJournal();
                    if (!writes.isWhole()) {
                        LOG.warn("no snapshot: the domain wrote to its devices too often");
                        return;
                    }
                    long began = System.nanoTime();
                    try {
                        snapshot.take(ram.segment(), vm.save(vcpu), writes);
                        LOG.debug(
                                "snapshot of {} KiB taken in {} us",
                                snapshot.bytes() >> 10,
                                (System.nanoTime() - began) / 1000);
                    } catch (NativeCallException e) {
                        LOG.warn("no snapshot: {}", e.getMessage());
                    }
                });
    }

    LinuxVcpu processor() {
        return processor;
    }

    /** Interrupts the domain for its queues: the bits are their numbers. Domain thread; allocation-free. */
    void signal(int queues) {
        for (int queue = 0; queues >>> queue != 0; queue++) {
            if ((queues >>> queue & 1) != 0) {
                int vector = uplink.signalQueue(queue);
                if (vector >= 0) {
                    uplinkEvents.get(vector).signal();
                }
            }
        }
    }

    /** No instruction of it runs any more, and its card raises no interrupt. Domain thread. */
    void stop() {
        processor.stop();
        card.silence();
    }

    @Override
    public void close() {
        parts.close();
    }
}

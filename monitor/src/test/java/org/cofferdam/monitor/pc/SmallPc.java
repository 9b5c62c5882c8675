package org.cofferdam.monitor.pc;

import java.util.ArrayList;
import java.util.List;
import org.cofferdam.proxy.frame.Mac;
import org.cofferdam.proxy.virtqueue.QueueConfig;

/** A whole small PC for tests, with an uplink at device 1, and what its surroundings heard. */
final class SmallPc {
    static final int UPLINK = 1;
    static final long UPLINK_AT = 0xc000_0000L;
    static final int RECORDS = 0x2f8;
    static final int CONSOLE = 0x3f8;

    final List<String> refusals = new ArrayList<>();
    final List<String> routes = new ArrayList<>();
    final List<Integer> signals = new ArrayList<>();
    final List<String> records = new ArrayList<>();
    final ConsoleBuffer console = new ConsoleBuffer();
    int serialEdges;
    int resets;

    final PortBus bus = new PortBus(new Heard());
    final PciHost host = new PciHost(new Heard(), () -> resets++);
    final Backend backend = new Backend();
    final VirtioNetFunction uplink =
            new VirtioNetFunction(
                    new VirtioNetSettings(
                            Mac.parse("02:00:00:12:34:56"), 1500, 512, true, UPLINK_AT),
                    backend,
                    new Routes(),
                    signals::add,
                    new Heard());

    SmallPc() {
        bus.add(CONSOLE, SerialPort.PORTS, new SerialPort(1024, () -> serialEdges++, console));
        bus.add(
                RECORDS,
                SerialPort.PORTS,
                new SerialPort(
                        512, () -> {}, (line, cut) -> records.add(cut ? "cut " + line : line)));
        new KeyboardController(() -> resets++).attachTo(bus);
        bus.add(CmosClock.FIRST_PORT, CmosClock.PORTS, new CmosClock(() -> 1_000_000_000L));
        bus.addSilent(0x80, 1);
        bus.addSilent(0x87, 1);
        host.attachTo(bus);
        host.add(0, new HostBridge());
        host.add(UPLINK, uplink);
    }

    private final class Heard implements Refusals {
        @Override
        public void refused(int port, int size, boolean write, int value) {
            hear("port %x".formatted(port));
        }

        @Override
        public void refusedMemory(long address, int size, boolean write, long value) {
            hear("memory %x".formatted(address));
        }

        @Override
        public void refusedRequest(String device, String why) {
            hear(device + ": " + why);
        }

        // What a fuzzer has refused is counted elsewhere.
        private void hear(String what) {
            if (refusals.size() < 1000) {
                refusals.add(what);
            }
        }
    }

    private final class Routes implements MessageInterrupts {
        @Override
        public void route(int vector, long address, int data) {
            routes.add("route %d %x %x".formatted(vector, address, data));
        }

        @Override
        public void mask(int vector) {
            routes.add("mask " + vector);
        }
    }

    /** A back end that remembers, and refuses queues that lie beyond a memory of 1 MiB. */
    static final class Backend implements VirtioNetBackend {
        final List<QueueConfig> queues = new ArrayList<>();
        final List<Integer> kicks = new ArrayList<>();
        long features;
        long receiveNotify = -1;
        long transmitNotify = -1;
        int starts;
        int stops;

        @Override
        public void start(QueueConfig receive, QueueConfig transmit, long features) {
            if (receive.descriptors() >= 1 << 20 || transmit.descriptors() >= 1 << 20) {
                throw new IllegalArgumentException("A ring lies outside the memory");
            }
            starts++;
            queues.clear();
            queues.add(receive);
            queues.add(transmit);
            this.features = features;
        }

        @Override
        public void stop() {
            stops++;
        }

        @Override
        public void kicked(int queue) {
            if (kicks.size() < 1000) {
                kicks.add(queue);
            }
        }

        @Override
        public void notifyAddressesChanged(long receive, long transmit) {
            receiveNotify = receive;
            transmitNotify = transmit;
        }
    }

    int config(int device, int offset, int size) {
        bus.write(0xcf8, 4, 1 << 31 | device << 11 | (offset & 0xfc));
        return bus.read(0xcfc + (offset & 3), size);
    }

    void setConfig(int device, int offset, int size, int value) {
        bus.write(0xcf8, 4, 1 << 31 | device << 11 | (offset & 0xfc));
        bus.write(0xcfc + (offset & 3), size, value);
    }

    /** Sizes a BAR as Linux does: decoding off, all ones, and back. Returns what was read. */
    int sizeBar(int device, int bar) {
        int at = ConfigSpace.FIRST_BAR + 4 * bar;
        int command = config(device, ConfigSpace.COMMAND, 2);
        setConfig(device, ConfigSpace.COMMAND, 2, command & ~3);
        int before = config(device, at, 4);
        setConfig(device, at, 4, ~0);
        int sized = config(device, at, 4);
        setConfig(device, at, 4, before);
        setConfig(device, ConfigSpace.COMMAND, 2, command);
        return sized;
    }

    /** The offset of the first capability of such an id at or behind another, 0 for none. */
    int capability(int device, int id, int after) {
        int at =
                after == 0
                        ? config(device, ConfigSpace.CAPABILITIES, 1)
                        : config(device, after + 1, 1);
        for (int i = 0; i < 48 && at != 0; i++) {
            if (config(device, at, 1) == id) {
                return at;
            }
            at = config(device, at + 1, 1);
        }
        return 0;
    }
}

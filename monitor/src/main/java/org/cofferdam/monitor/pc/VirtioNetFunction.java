package org.cofferdam.monitor.pc;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.cofferdam.proxy.uplink.UplinkPort;
import org.cofferdam.proxy.virtqueue.QueueConfig;

/**
 * The uplink as the driver domain's kernel sees it: a virtio network card on PCI without the legacy interface (virtio
 * 4.1 and 5.1), with one pair of queues, and three MSI-X vectors.
 *
 * <p>Its BAR, a structure a page:
 *
 * <pre>
 * 0x0000 common configuration   0x3000 notifications: 4 bytes a queue
 * 0x1000 ISR status             0x4000 MSI-X table
 * 0x2000 device configuration   0x5000 MSI-X pending bits
 * </pre>
 *
 * <p>The vCPU's thread calls everything but {@link #setLink}, {@link #needsReset} and {@link #signalQueue}, which any
 * thread may.
 */
public final class VirtioNetFunction extends PciFunction {
    /** Bytes that its BAR maps. */
    public static final int BAR_BYTES = 0x8000;

    /** Its MSI-X vectors. */
    public static final int VECTORS = 3;

    // Virtio 5.1.3 and 6.
    public static final long CSUM = 1L;
    public static final long GUEST_CSUM = 1L << 1;
    public static final long MTU = 1L << 3;
    public static final long MAC = 1L << 5;
    public static final long GUEST_TSO4 = 1L << 7;
    public static final long GUEST_TSO6 = 1L << 8;
    public static final long HOST_TSO4 = 1L << 11;
    public static final long HOST_TSO6 = 1L << 12;
    public static final long MRG_RXBUF = 1L << 15;
    public static final long LINK_STATUS = 1L << 16;
    public static final long INDIRECT_DESC = 1L << 28;
    public static final long EVENT_IDX = 1L << 29;
    public static final long VERSION_1 = 1L << 32;

    /** Virtio 1.3, 5.1.3. */
    public static final long HOST_USO = 1L << 56;

    /** What a driver may accept; {@link #HOST_USO} only where the settings say so. */
    public static final long OFFERED =
            CSUM
                    | GUEST_CSUM
                    | MTU
                    | MAC
                    | GUEST_TSO4
                    | GUEST_TSO6
                    | HOST_TSO4
                    | HOST_TSO6
                    | MRG_RXBUF
                    | LINK_STATUS
                    | INDIRECT_DESC
                    | EVENT_IDX
                    | VERSION_1
                    | HOST_USO;

    /**
     * What a driver has to accept, because {@link UplinkPort} counts on it: it sends 12-byte headers, spreads frames
     * over buffers, and hands on frames whose checksums and segments are left to do. What the driver itself sends may
     * be as plain as it likes.
     */
    public static final long NEEDED = VERSION_1 | MRG_RXBUF | GUEST_CSUM | GUEST_TSO4 | GUEST_TSO6;

    private static final int VENDOR = 0x1af4;
    private static final int DEVICE = 0x1041;
    private static final int CLASS_ETHERNET = 0x020000;
    private static final int SUBSYSTEM = 0x1100;
    private static final int BAR = 0;
    private static final int QUEUES = 2;

    private static final int PAGE = 0x1000;
    private static final int COMMON_PAGE = 0;
    private static final int ISR_PAGE = 1;
    private static final int DEVICE_PAGE = 2;
    private static final int NOTIFY_PAGE = 3;
    private static final int TABLE_PAGE = 4;
    private static final int PENDING_PAGE = 5;
    private static final int NOTIFY_MULTIPLIER = 4;

    // Virtio 4.1.4: vendor capabilities and what they point to.
    private static final int VENDOR_CAPABILITY = 0x09;
    private static final int CAP_COMMON = 1;
    private static final int CAP_NOTIFY = 2;
    private static final int CAP_ISR = 3;
    private static final int CAP_DEVICE = 4;
    private static final int CAP_PCI = 5;
    private static final int CAP_BYTES = 16;
    private static final int CAP_WITH_WORD_BYTES = 20;
    private static final int CAP_LENGTH_FIELD = 2;
    private static final int CAP_TYPE = 3;
    private static final int CAP_BAR = 4;
    private static final int CAP_OFFSET = 8;
    private static final int CAP_STRUCTURE_LENGTH = 12;
    private static final int CAP_WORD = 16;

    // Virtio 5.1.4: the device's configuration.
    private static final int DEVICE_CONFIG_BYTES = 12;
    private static final int STATUS_LINK_UP = 1;
    private static final int QUEUE_PAIRS = 1;

    // Virtio 4.1.4.5.
    private static final int ISR_QUEUE = 1;
    private static final int ISR_CONFIG = 1 << 1;

    private final VirtioNetSettings settings;
    private final VirtioNetBackend backend;
    private final Refusals refusals;
    private final IntConsumer signal;
    private final VirtioCommonConfig common;
    private final MsixCapability msix;
    private final AtomicInteger isr = new AtomicInteger();
    private final int pciCapability;
    private volatile boolean linkUp;
    private long address = -1;
    private boolean started;

    /**
     * @param interrupts where its vectors' messages go
     * @param signal signals a vector that may be; called by the vCPU's thread and by those that call {@link #setLink}
     *     and {@link #needsReset}
     * @param refusals hears what the driver did against the rules
     */
    public VirtioNetFunction(
            VirtioNetSettings settings,
            VirtioNetBackend backend,
            MessageInterrupts interrupts,
            IntConsumer signal,
            Refusals refusals) {
        super(
                "uplink",
                VENDOR,
                DEVICE,
                1,
                CLASS_ETHERNET,
                List.of(new Bar(BAR, BarKind.MEMORY32, BAR_BYTES, settings.address())));
        this.settings = settings;
        this.backend = backend;
        this.refusals = refusals;
        this.signal = signal;
        common =
                new VirtioCommonConfig(
                        settings.udpSegmentation() ? OFFERED : OFFERED & ~HOST_USO,
                        QUEUES,
                        settings.queueSize(),
                        VECTORS,
                        new Side());
        ConfigSpace config = config();
        config.set16(ConfigSpace.SUBSYSTEM_VENDOR_ID, VENDOR);
        config.set16(ConfigSpace.SUBSYSTEM_ID, SUBSYSTEM);
        msix =
                new MsixCapability(
                        config,
                        VECTORS,
                        BAR,
                        TABLE_PAGE * PAGE,
                        BAR,
                        PENDING_PAGE * PAGE,
                        interrupts,
                        signal);
        addStructure(CAP_COMMON, COMMON_PAGE, VirtioCommonConfig.BYTES, CAP_BYTES);
        int notify =
                addStructure(
                        CAP_NOTIFY, NOTIFY_PAGE, QUEUES * NOTIFY_MULTIPLIER, CAP_WITH_WORD_BYTES);
        config.set32(notify + CAP_WORD, NOTIFY_MULTIPLIER);
        addStructure(CAP_ISR, ISR_PAGE, 1, CAP_BYTES);
        addStructure(CAP_DEVICE, DEVICE_PAGE, DEVICE_CONFIG_BYTES, CAP_BYTES);
        pciCapability = addStructure(CAP_PCI, 0, 0, CAP_WITH_WORD_BYTES);
        config.allow8(pciCapability + CAP_BAR, 0xff);
        config.allow32(pciCapability + CAP_OFFSET, ~0);
        config.allow32(pciCapability + CAP_STRUCTURE_LENGTH, ~0);
        config.allow32(pciCapability + CAP_WORD, ~0);
    }

    private int addStructure(int type, int page, int length, int capabilityBytes) {
        ConfigSpace config = config();
        int at = config.addCapability(VENDOR_CAPABILITY, capabilityBytes);
        config.set8(at + CAP_LENGTH_FIELD, capabilityBytes);
        config.set8(at + CAP_TYPE, type);
        config.set8(at + CAP_BAR, BAR);
        config.set32(at + CAP_OFFSET, page * PAGE);
        config.set32(at + CAP_STRUCTURE_LENGTH, length);
        return at;
    }

    /** Its message interrupts. */
    public MsixCapability msix() {
        return msix;
    }

    @Override
    public int readConfig(int offset, int size) {
        if (touchesWindow(offset, size) && windowIsSound()) {
            ConfigSpace config = config();
            long value = readBar(BAR, windowOffset(), windowLength());
            for (int i = 0; i < windowLength(); i++) {
                config.set8(pciCapability + CAP_WORD + i, (int) (value >> (8 * i)));
            }
        }
        return super.readConfig(offset, size);
    }

    @Override
    public void writeConfig(int offset, int size, int value) {
        super.writeConfig(offset, size, value);
        msix.configWritten();
        if (touchesWindow(offset, size) && windowIsSound()) {
            writeBar(
                    BAR,
                    windowOffset(),
                    windowLength(),
                    config().get32(pciCapability + CAP_WORD) & BusWidth.longOnes(windowLength()));
        }
    }

    /** Virtio 4.1.4.9: the last four bytes of a capability are a window to the BAR. */
    private boolean touchesWindow(int offset, int size) {
        int window = pciCapability + CAP_WORD;
        return ConfigSpace.isAccess(offset, size) && offset < window + 4 && offset + size > window;
    }

    private boolean windowIsSound() {
        int length = windowLength();
        // Virtio 4.1.4.9.2: of length 1, 2 or 4, and the offset a multiple of it.
        return config().get8(pciCapability + CAP_BAR) == BAR
                && BusWidth.isPortSize(length)
                && windowOffset() <= BAR_BYTES - length
                && windowOffset() % length == 0;
    }

    private long windowOffset() {
        return config().get32(pciCapability + CAP_OFFSET) & 0xffff_ffffL;
    }

    private int windowLength() {
        return config().get32(pciCapability + CAP_STRUCTURE_LENGTH);
    }

    @Override
    protected long readBar(int bar, long offset, int size) {
        int inPage = (int) offset & PAGE - 1;
        return switch ((int) (offset / PAGE)) {
            case COMMON_PAGE -> common.read(inPage, size);
            // Virtio 4.1.4.5: reading clears.
            case ISR_PAGE -> inPage == 0 && size == 1 ? isr.getAndSet(0) : BusWidth.longOnes(size);
            case DEVICE_PAGE -> readDeviceConfig(inPage, size);
            case TABLE_PAGE -> msix.readTable(inPage, size);
            case PENDING_PAGE -> msix.readPending(inPage, size);
            default -> BusWidth.longOnes(size);
        };
    }

    @Override
    protected void writeBar(int bar, long offset, int size, long value) {
        int inPage = (int) offset & PAGE - 1;
        switch ((int) (offset / PAGE)) {
            case COMMON_PAGE -> common.write(inPage, size, value);
            case NOTIFY_PAGE -> notified(inPage, size, value);
            case TABLE_PAGE -> msix.writeTable(inPage, size, value);
            default -> {
                // For reading only: virtio 5.1.4.2 forbids drivers to write to the device's
                // configuration.
            }
        }
    }

    private long readDeviceConfig(int offset, int size) {
        if (size < 1 || size > Long.BYTES || offset > DEVICE_CONFIG_BYTES - size) {
            return BusWidth.longOnes(size);
        }
        int status = linkUp ? STATUS_LINK_UP : 0;
        long value = 0;
        for (int i = 0; i < size; i++) {
            value |= (long) deviceConfigByte(offset + i, status) << (8 * i);
        }
        return value;
    }

    private int deviceConfigByte(int at, int status) {
        return switch (at) {
            // The address's first byte is its most significant.
            case 0, 1, 2, 3, 4, 5 -> (int) (settings.mac().value() >> (8 * (5 - at))) & 0xff;
            case 6 -> status & 0xff;
            case 8 -> QUEUE_PAIRS;
            case 10 -> settings.mtu() & 0xff;
            case 11 -> settings.mtu() >> 8;
            default -> 0;
        };
    }

    private void notified(int offset, int size, long value) {
        int queue = offset / NOTIFY_MULTIPLIER;
        // Virtio 4.1.5.2: the queue's number, at the queue's own address.
        if ((size != 2 && size != 4)
                || offset % NOTIFY_MULTIPLIER != 0
                || queue >= QUEUES
                || (value & 0xffff) != queue) {
            refusals.refusedRequest(name(), "it notified a queue that there is none of");
        } else if (started) {
            backend.kicked(queue);
        } else {
            refusals.refusedRequest(name(), "it notified a queue before DRIVER_OK");
        }
    }

    @Override
    protected void decodingChanged(int bar, long address, boolean enabled) {
        this.address = enabled ? address : -1;
        backend.notifyAddressesChanged(
                notifyAddress(UplinkPort.RECEIVE_QUEUE), notifyAddress(UplinkPort.TRANSMIT_QUEUE));
    }

    /** The guest-physical address that the driver writes to for a queue; -1 while none is decoded. */
    public long notifyAddress(int queue) {
        return address < 0 ? -1 : address + NOTIFY_PAGE * PAGE + (long) queue * NOTIFY_MULTIPLIER;
    }

    /** Whether the back end serves the queues. */
    public boolean started() {
        return started;
    }

    private final class Side implements VirtioCommonConfig.DeviceSide {
        @Override
        public boolean acceptable(long features) {
            // Virtio 5.1.3.1: segmentation on transmit requires checksums on transmit.
            return (features & NEEDED) == NEEDED
                    && ((features & (HOST_TSO4 | HOST_TSO6 | HOST_USO)) == 0
                            || (features & CSUM) != 0);
        }

        @Override
        public void start(long features) {
            VirtioQueueRegisters receive = common.queue(UplinkPort.RECEIVE_QUEUE);
            VirtioQueueRegisters transmit = common.queue(UplinkPort.TRANSMIT_QUEUE);
            if (!receive.enabled || !transmit.enabled) {
                refuse("it set DRIVER_OK without both queues");
                return;
            }
            try {
                backend.start(
                        queueConfig(receive, features), queueConfig(transmit, features), features);
                started = true;
            } catch (IllegalArgumentException e) {
                refuse("its queues cannot be: " + e.getMessage());
            }
        }

        private void refuse(String why) {
            refused(why);
            needsReset();
        }

        @Override
        public void reset() {
            if (started) {
                started = false;
                backend.stop();
            }
            isr.set(0);
        }

        @Override
        public void refused(String why) {
            refusals.refusedRequest(name(), why);
        }
    }

    private static QueueConfig queueConfig(VirtioQueueRegisters queue, long features) {
        return new QueueConfig(
                QueueConfig.Layout.SPLIT,
                queue.size,
                queue.descriptors,
                queue.driver,
                queue.device,
                (features & INDIRECT_DESC) != 0,
                (features & EVENT_IDX) != 0);
    }

    /** Says whether there is a link (virtio 5.1.4), and tells a driver that listens. Any thread. */
    public void setLink(boolean up) {
        if (linkUp == up) {
            return;
        }
        linkUp = up;
        common.configChanged();
        if (common.has(VirtioCommonConfig.DRIVER_OK) && (common.features() & LINK_STATUS) != 0) {
            signalConfig();
        }
    }

    /** Asks the driver to reset the function: it can no longer be served (virtio 2.1.2). Any thread. */
    public void needsReset() {
        if (common.needsReset()) {
            signalConfig();
        }
    }

    private void signalConfig() {
        setIsr(ISR_CONFIG);
        // A vector that there is none of is never deliverable.
        int vector = common.configVector();
        if (msix.deliverable(vector)) {
            signal.accept(vector);
        }
    }

    private void setIsr(int bit) {
        int before = isr.get();
        while ((before & bit) == 0 && !isr.compareAndSet(before, before | bit)) {
            before = isr.get();
        }
    }

    /**
     * The vector to signal now because buffers of a queue were used, or -1 for none: the driver wants none, or masks it,
     * in which case it is signalled when the driver unmasks it. Any thread; allocation-free.
     */
    public int signalQueue(int queue) {
        if (!common.has(VirtioCommonConfig.DRIVER_OK)) {
            return -1;
        }
        if (!msix.enabled()) {
            // Virtio 4.1.4.5.1.
            setIsr(ISR_QUEUE);
            return -1;
        }
        int vector = common.queue(queue).vector();
        return msix.deliverable(vector) ? vector : -1;
    }
}

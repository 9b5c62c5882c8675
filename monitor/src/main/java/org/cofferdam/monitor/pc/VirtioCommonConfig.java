package org.cofferdam.monitor.pc;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The common configuration structure of a virtio device (virtio 4.1.4.3) and its status (2.1 and 3.1).
 *
 * <p>The driver moves the status from 0 over ACKNOWLEDGE, DRIVER, FEATURES_OK to DRIVER_OK by setting bits; a bit that
 * is not due stays clear, and none is cleared but by writing 0, which resets. {@link #needsReset} may be called by any
 * thread; everything else is the vCPU's, but that status and vectors may be read by any.
 */
final class VirtioCommonConfig {
    /** Bytes of the structure without what is only there for features that are not offered. */
    static final int BYTES = 0x38;

    static final int ACKNOWLEDGE = 1;
    static final int DRIVER = 1 << 1;
    static final int DRIVER_OK = 1 << 2;
    static final int FEATURES_OK = 1 << 3;
    static final int NEEDS_RESET = 1 << 6;
    static final int FAILED = 1 << 7;
    private static final int OF_DRIVER = ACKNOWLEDGE | DRIVER | DRIVER_OK | FEATURES_OK | FAILED;

    private static final int DEVICE_FEATURE_SELECT = 0x00;
    private static final int DEVICE_FEATURE = 0x04;
    private static final int DRIVER_FEATURE_SELECT = 0x08;
    private static final int DRIVER_FEATURE = 0x0c;
    private static final int CONFIG_VECTOR = 0x10;
    private static final int NUM_QUEUES = 0x12;
    private static final int DEVICE_STATUS = 0x14;
    private static final int CONFIG_GENERATION = 0x15;
    private static final int QUEUE_SELECT = 0x16;
    private static final int QUEUE_SIZE = 0x18;
    private static final int QUEUE_VECTOR = 0x1a;
    private static final int QUEUE_ENABLE = 0x1c;
    private static final int QUEUE_NOTIFY_OFFSET = 0x1e;
    private static final int QUEUE_DESCRIPTORS = 0x20;
    private static final int QUEUE_DRIVER = 0x28;
    private static final int QUEUE_DEVICE = 0x30;

    /** What the status and the registers mean to the device. The vCPU's thread calls. */
    interface DeviceSide {
        /** Whether a device can work with exactly these features. */
        boolean acceptable(long features);

        /** DRIVER_OK was set. */
        void start(long features);

        /** The status became 0 after having been another. */
        void reset();

        /** The driver did what it may not do; it was ignored. */
        void refused(String why);
    }

    private final long offered;
    private final int vectors;
    private final VirtioQueueRegisters[] queues;
    private final DeviceSide side;
    private final AtomicInteger status = new AtomicInteger();
    private final AtomicInteger generation = new AtomicInteger();
    private volatile int configVector = VirtioQueueRegisters.NO_VECTOR;
    private volatile long driverFeatures;
    private int deviceFeatureSelect;
    private int driverFeatureSelect;
    private int queueSelect;

    VirtioCommonConfig(
            long offered, int queueCount, int largestQueue, int vectors, DeviceSide side) {
        this.offered = offered;
        this.vectors = vectors;
        this.side = side;
        queues = new VirtioQueueRegisters[queueCount];
        for (int i = 0; i < queueCount; i++) {
            queues[i] = new VirtioQueueRegisters(largestQueue);
        }
    }

    VirtioQueueRegisters queue(int queue) {
        return queues[queue];
    }

    /** Any thread. */
    boolean has(int statusBits) {
        return (status.get() & statusBits) == statusBits;
    }

    /** What the driver accepted; binding from FEATURES_OK on. Any thread. */
    long features() {
        return driverFeatures;
    }

    /** The vector for changes of the configuration. Any thread. */
    int configVector() {
        return configVector;
    }

    /** Makes a reader of more than one field of the device's configuration begin again. Any thread. */
    void configChanged() {
        generation.incrementAndGet();
    }

    /**
     * Sets DEVICE_NEEDS_RESET, unless the device was reset or has it set. Any thread.
     *
     * @return whether the driver is to be told (virtio 2.1.2: from DRIVER_OK on)
     */
    boolean needsReset() {
        int before = status.get();
        while (before != 0 && (before & NEEDS_RESET) == 0) {
            if (status.compareAndSet(before, before | NEEDS_RESET)) {
                return (before & DRIVER_OK) != 0;
            }
            before = status.get();
        }
        return false;
    }

    /** Width of the field at an offset: 0 if none begins there. Virtio 4.1.3.1: fields are accessed as wide as they are. */
    private static int width(int offset) {
        return switch (offset) {
            case DEVICE_STATUS, CONFIG_GENERATION -> 1;
            case CONFIG_VECTOR,
                    NUM_QUEUES,
                    QUEUE_SELECT,
                    QUEUE_SIZE,
                    QUEUE_VECTOR,
                    QUEUE_ENABLE,
                    QUEUE_NOTIFY_OFFSET ->
                    2;
            case DEVICE_FEATURE_SELECT,
                    DEVICE_FEATURE,
                    DRIVER_FEATURE_SELECT,
                    DRIVER_FEATURE,
                    QUEUE_DESCRIPTORS + 4,
                    QUEUE_DRIVER + 4,
                    QUEUE_DEVICE + 4 ->
                    4;
            case QUEUE_DESCRIPTORS, QUEUE_DRIVER, QUEUE_DEVICE -> 8;
            default -> 0;
        };
    }

    private static boolean isAccess(long offset, int size) {
        if (offset < 0 || offset >= BYTES) {
            return false;
        }
        int width = width((int) offset);
        // 64-bit fields may be accessed by halves.
        return size == width || (width == 8 && size == 4);
    }

    long read(long offset, int size) {
        if (!isAccess(offset, size)) {
            return BusWidth.longOnes(size);
        }
        return switch ((int) offset) {
            case DEVICE_FEATURE_SELECT -> deviceFeatureSelect;
            case DEVICE_FEATURE -> half(offered, deviceFeatureSelect);
            case DRIVER_FEATURE_SELECT -> driverFeatureSelect;
            case DRIVER_FEATURE -> half(driverFeatures, driverFeatureSelect);
            case CONFIG_VECTOR -> configVector;
            case NUM_QUEUES -> queues.length;
            case DEVICE_STATUS -> status.get();
            case CONFIG_GENERATION -> generation.get() & 0xff;
            case QUEUE_SELECT -> queueSelect;
            default -> readQueue((int) offset);
        };
    }

    private static long half(long bits, int select) {
        return switch (select) {
            case 0 -> bits & 0xffff_ffffL;
            case 1 -> bits >>> 32;
            default -> 0;
        };
    }

    private long readQueue(int offset) {
        if (queueSelect >= queues.length) {
            // Virtio 4.1.4.3.1: a size of 0 says that there is no such queue.
            return offset == QUEUE_VECTOR ? VirtioQueueRegisters.NO_VECTOR : 0;
        }
        VirtioQueueRegisters queue = queues[queueSelect];
        return switch (offset) {
            case QUEUE_SIZE -> queue.size;
            case QUEUE_VECTOR -> queue.vector();
            case QUEUE_ENABLE -> queue.enabled ? 1 : 0;
            case QUEUE_NOTIFY_OFFSET -> queueSelect;
            case QUEUE_DESCRIPTORS -> queue.descriptors;
            case QUEUE_DESCRIPTORS + 4 -> queue.descriptors >>> 32;
            case QUEUE_DRIVER -> queue.driver;
            case QUEUE_DRIVER + 4 -> queue.driver >>> 32;
            case QUEUE_DEVICE -> queue.device;
            case QUEUE_DEVICE + 4 -> queue.device >>> 32;
            default -> 0;
        };
    }

    void write(long offset, int size, long value) {
        if (!isAccess(offset, size)) {
            return;
        }
        switch ((int) offset) {
            case DEVICE_FEATURE_SELECT -> deviceFeatureSelect = (int) value;
            case DRIVER_FEATURE_SELECT -> driverFeatureSelect = (int) value;
            case DRIVER_FEATURE -> acceptFeatures(value);
            case CONFIG_VECTOR -> configVector = vector(value);
            case DEVICE_STATUS -> writeStatus((int) value);
            case QUEUE_SELECT -> queueSelect = (int) value;
            default -> {
                if (queueSelect < queues.length) {
                    writeQueue(queues[queueSelect], (int) offset, size, value);
                }
            }
        }
    }

    private void acceptFeatures(long value) {
        if (has(FEATURES_OK)) {
            // Virtio 3.1.1, step 5: nothing is negotiated after FEATURES_OK.
            side.refused("it changed features after FEATURES_OK");
        } else if (driverFeatureSelect == 0) {
            driverFeatures = (driverFeatures & ~0xffff_ffffL) | (value & 0xffff_ffffL);
        } else if (driverFeatureSelect == 1) {
            driverFeatures = (driverFeatures & 0xffff_ffffL) | (value << 32);
        }
    }

    /** Virtio 4.1.5.1.2.1: a vector that there is none of reads back as none. */
    private int vector(long value) {
        return value >= 0 && value < vectors ? (int) value : VirtioQueueRegisters.NO_VECTOR;
    }

    private void writeQueue(VirtioQueueRegisters queue, int offset, int size, long value) {
        if (offset == QUEUE_VECTOR) {
            queue.setVector(vector(value));
            return;
        }
        // Virtio 4.1.4.3.2: everything else is set before the queue is enabled, and 0 never
        // disables it.
        if (queue.enabled) {
            side.refused("it changed a queue that is enabled");
            return;
        }
        switch (offset) {
            case QUEUE_SIZE -> {
                if (queue.allows((int) value)) {
                    queue.size = (int) value;
                } else {
                    side.refused("it chose a queue size that was not offered");
                }
            }
            case QUEUE_ENABLE -> {
                if (value == 1) {
                    queue.enabled = true;
                }
            }
            case QUEUE_DESCRIPTORS -> queue.descriptors = low(queue.descriptors, size, value);
            case QUEUE_DESCRIPTORS + 4 -> queue.descriptors = high(queue.descriptors, value);
            case QUEUE_DRIVER -> queue.driver = low(queue.driver, size, value);
            case QUEUE_DRIVER + 4 -> queue.driver = high(queue.driver, value);
            case QUEUE_DEVICE -> queue.device = low(queue.device, size, value);
            case QUEUE_DEVICE + 4 -> queue.device = high(queue.device, value);
            default -> {
                // For reading only.
            }
        }
    }

    private static long low(long field, int size, long value) {
        return size == 8 ? value : (field & ~0xffff_ffffL) | (value & 0xffff_ffffL);
    }

    private static long high(long field, long value) {
        return (field & 0xffff_ffffL) | (value << 32);
    }

    private void writeStatus(int value) {
        if (value == 0) {
            reset();
            return;
        }
        int before = status.get();
        if ((before & OF_DRIVER & ~value) != 0) {
            side.refused("it cleared bits of the status without a reset");
        }
        int added = value & OF_DRIVER & ~before;
        if ((added & FEATURES_OK) != 0 && !featuresDue(before | added)) {
            added &= ~FEATURES_OK;
        }
        if ((added & DRIVER_OK) != 0 && !driverDue(before | added)) {
            added &= ~DRIVER_OK;
        }
        addStatus(added);
        if ((added & DRIVER_OK) != 0) {
            side.start(driverFeatures);
        }
    }

    private boolean featuresDue(int with) {
        if ((with & (ACKNOWLEDGE | DRIVER)) != (ACKNOWLEDGE | DRIVER)) {
            side.refused("it set FEATURES_OK before ACKNOWLEDGE and DRIVER");
            return false;
        }
        // Virtio 2.2.2: a device need not accept a set of features that it cannot work with.
        if ((driverFeatures & ~offered) != 0 || !side.acceptable(driverFeatures)) {
            side.refused("it accepted a set of features that the device cannot work with");
            return false;
        }
        return true;
    }

    private boolean driverDue(int with) {
        if ((with & FEATURES_OK) == 0 || (with & (NEEDS_RESET | FAILED)) != 0) {
            side.refused("it set DRIVER_OK when that was not due");
            return false;
        }
        return true;
    }

    private void addStatus(int bits) {
        int before = status.get();
        while (!status.compareAndSet(before, before | bits)) {
            before = status.get();
        }
    }

    /** Virtio 2.4: everything is as before the driver came. */
    private void reset() {
        if (status.getAndSet(0) != 0) {
            side.reset();
        }
        configVector = VirtioQueueRegisters.NO_VECTOR;
        driverFeatures = 0;
        deviceFeatureSelect = 0;
        driverFeatureSelect = 0;
        queueSelect = 0;
        for (VirtioQueueRegisters queue : queues) {
            queue.reset();
        }
    }
}

package org.cofferdam.proxy.virtqueue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A process in which queues meet, with each of their accesses, memory that was cut short: prints the name of each access
 * that ended in an InternalError. What the JVM cannot bear ends the process.
 */
final class CutShort {
    private static final int BYTES = 1 << 16;
    private static final int SIZE = 8;
    private static final long AVAILABLE = 0x1000;
    private static final long USED = 0x2000;
    private static final long INFLIGHT = 0x3000;
    private static final long LOG = 0x4000;
    private static final Object NOBODYS = new Object();

    private final FileChannel file;
    private final MemorySegment memory;

    private CutShort() throws IOException {
        Path path = Files.createTempFile(Path.of("/dev/shm"), "cofferdam-", "");
        file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Files.delete(path);
        file.write(ByteBuffer.wrap(new byte[1]), BYTES - 1);
        memory = file.map(FileChannel.MapMode.READ_WRITE, 0, BYTES, Arena.ofAuto());
    }

    /** One access of one kind of queue. */
    private record Access(String name, boolean eventIndex, Consumer<DeviceQueue> deed) {}

    private static List<Access> accesses() {
        List<Access> all = new ArrayList<>();
        for (boolean events : new boolean[] {false, true}) {
            String kind = events ? " with event indexes" : "";
            all.add(new Access("publish" + kind, events, DeviceQueue::publish));
            all.add(
                    new Access(
                            "enable notifications" + kind,
                            events,
                            DeviceQueue::enableNotifications));
            all.add(new Access("take" + kind, events, q -> q.take(q.chains(1))));
        }
        all.add(new Access("disable notifications", false, DeviceQueue::disableNotifications));
        return all;
    }

    private DeviceQueue queue(QueueConfig.Layout layout, boolean events, boolean kept) {
        boolean packed = layout == QueueConfig.Layout.PACKED;
        QueueConfig config = new QueueConfig(layout, SIZE, 0, AVAILABLE, USED, false, events);
        @Nullable InflightRegion inflight =
                kept
                        ? new InflightRegion(
                                memory.asSlice(INFLIGHT, InflightRegion.bytes(layout, SIZE)))
                        : null;
        DeviceQueue queue =
                config.resume(
                        QueueMemory.of(0, memory),
                        DataFlow.DRIVER_TO_DEVICE,
                        packed ? PackedRing.WRAP : 0,
                        inflight);
        // One chain of one descriptor of 16 bytes, which was taken and is to be returned.
        long rest = packed ? 16L | (long) PackedRing.FLAG_AVAILABLE << 48 : 16L;
        memory.set(SplitRing.U64, 0, LOG);
        memory.set(SplitRing.U64, 8, rest);
        memory.set(SplitRing.U16_PLAIN, AVAILABLE + 2, (short) (packed ? 0 : 1));
        TakenChains chains = queue.chains(1);
        if (!queue.take(chains)) {
            throw new IllegalStateException("nothing was offered");
        }
        queue.giveBack(chains.head(0), 0);
        return queue;
    }

    private void meet(String name, Runnable access) {
        try {
            file.truncate(0);
            access.run();
            // The error may come as late as the next safepoint; the return of a native method is
            // one.
            if (Thread.holdsLock(NOBODYS)) {
                throw new IllegalStateException();
            }
            System.out.println("nothing came of: " + name);
        } catch (InternalError e) {
            System.out.println(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static void main(String[] arguments) throws IOException {
        for (QueueConfig.Layout layout : QueueConfig.Layout.values()) {
            for (Access access : accesses()) {
                CutShort place = new CutShort();
                DeviceQueue queue = place.queue(layout, access.eventIndex(), false);
                place.meet(layout + " " + access.name(), () -> access.deed().accept(queue));
            }
            CutShort place = new CutShort();
            place.queue(layout, false, true);
            InflightRegion region =
                    new InflightRegion(
                            place.memory.asSlice(INFLIGHT, InflightRegion.bytes(layout, SIZE)));
            place.meet(
                    layout + " in-flight region",
                    () -> {
                        if (layout == QueueConfig.Layout.PACKED) {
                            region.settled(3);
                        } else {
                            region.usedIndex(3);
                        }
                    });
        }
        CutShort place = new CutShort();
        WriteLog log = new WriteLog(place.memory.asSlice(LOG, 64));
        place.meet("log of writes", () -> log.mark(0, 1));
        System.out.println("the end");
    }
}

package org.cofferdam.tests.guest;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Does for some seconds what JVMs do: garbage, new threads of both kinds, code to compile, classes not yet loaded,
 * native libraries of the JDK. Argument: seconds. Prints what it did, and ends with 0.
 */
public final class BusyLife {
    /** More than the C library has heaps for, so that some come to use the one that grows by brk. */
    private static final int THREADS = 40;
    private static final int VIRTUAL_THREADS = 5_000;

    private BusyLife() {}

    /** One life. */
    public static void main(String[] args) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(Long.parseLong(args[0])).toNanos();
        long rounds = 0;
        long sum = 0;
        do {
            sum += platformThreads() + virtualThreads() + garbage();
            sum += zipped("round " + rounds).length();
            rounds++;
        } while (System.nanoTime() - end < 0);
        // Of packages that nothing before has touched.
        for (String late :
                List.of(
                        "javax.xml.transform.TransformerFactory",
                        "java.util.concurrent.Phaser",
                        "java.text.ChoiceFormat",
                        "java.util.zip.CheckedInputStream",
                        "java.time.chrono.ThaiBuddhistDate")) {
            sum += Class.forName(late).getMethods().length;
        }
        long collections =
                ManagementFactory.getGarbageCollectorMXBeans().stream()
                        .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                        .sum();
        System.out.printf(
                "lived %d rounds, %d collections, %d ms of compiling, sum %s%n",
                rounds,
                collections,
                ManagementFactory.getCompilationMXBean().getTotalCompilationTime(),
                HexFormat.of().toHexDigits(sum));
    }

    private static long platformThreads() throws InterruptedException {
        List<Thread> threads =
                IntStream.range(0, THREADS)
                        .mapToObj(i -> Thread.ofPlatform().name("life-" + i).start(BusyLife::inflate))
                        .toList();
        for (Thread thread : threads) {
            thread.join();
        }
        return threads.size();
    }

    /** Takes some memory of the C library's, as every user of zlib does. */
    private static void inflate() {
        for (int i = 0; i < 20; i++) {
            Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
            deflater.setInput(new byte[10_000]);
            deflater.finish();
            int n = deflater.deflate(new byte[1_000]);
            assert n > 0;
            deflater.end();
        }
    }

    private static long virtualThreads() throws Exception {
        long sum = 0;
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> all = new ArrayList<>();
            for (int i = 0; i < VIRTUAL_THREADS; i++) {
                int number = i;
                all.add(executor.submit(() -> Integer.toString(number).hashCode()));
            }
            for (Future<Integer> one : all) {
                sum += one.get();
            }
        }
        return sum;
    }

    private static long garbage() {
        long sum = 0;
        for (int i = 0; i < 2_000; i++) {
            byte[] piece = new byte[64 << 10];
            piece[i % piece.length] = 1;
            sum += piece[i];
        }
        return sum;
    }

    private static String zipped(String text) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
            zip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        try (GZIPInputStream unzip =
                new GZIPInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return new String(unzip.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.cofferdam.audit.AuditClock;
import org.cofferdam.audit.AuditLog;
import org.cofferdam.audit.AuditOptions;
import org.cofferdam.audit.AuditSource;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.read.AuditFilter;
import org.cofferdam.audit.read.AuditStream;
import org.cofferdam.audit.where.WhereExpression;

/**
 * A log of one hour with the real writer, and passes over it.
 *
 * <p>Run by java from source: {@code java -cp 'lib/*' QueryLog.java write|scan DIRECTORY RECORDS}. {@code write}: twenty
 * guests send and get bursts of five packets, records of 64 bytes, all through the hour; each of them is now and then
 * refused a system call, 50 times in all, the guest "web" too. {@code scan} times passes that no summary shortens.
 */
final class QueryLog {
    private static final int GUESTS = 20;
    private static final int REFUSALS = 50;
    private static final long HOUR = 3_600_000_000_000L;

    private QueryLog() {}

    /** The log's own time, which the one thread that records moves on. */
    private static final class Hour implements AuditClock {
        // Written by one thread; the writer may see it a moment late, which is as good a time.
        private volatile long now;

        Hour(long start) {
            now = start;
        }

        @Override
        public long epochNanos() {
            return now;
        }
    }

    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[1]);
        long records = Long.parseLong(arguments[2]);
        if (arguments[0].equals("write")) {
            write(directory, records);
        } else {
            scan(directory);
        }
    }

    private static void write(Path directory, long records) throws Exception {
        long start = Instant.now().minusSeconds(3_600).toEpochMilli() * 1_000_000;
        Hour hour = new Hour(start);
        SplittableRandom random = new SplittableRandom(20261127);
        long step = HOUR / records;
        long refusalEvery = Math.max(1, records / (REFUSALS * GUESTS));
        long began = System.nanoTime();
        try (AuditLog log = AuditLog.open(AuditOptions.in(directory, "bench").withClock(hour))) {
            AuditSource guests = log.source("guests", 1 << 20);
            AuditSource packets = log.source("switch", 64 << 20);
            for (int port = 1; port <= GUESTS; port++) {
                guests.record(
                        CrossingType.PORT_ATTACH, port, 2, port, 2, 0, 0, port == 7 ? "web" : "guest" + port);
            }
            int[] lengths = new int[5];
            byte[] verdicts = new byte[5];
            for (long i = 0; i < records; i++) {
                if ((i & 63) == 0) {
                    hour.now = start + i * step;
                }
                int port = 1 + (int) (i % GUESTS);
                if (i % refusalEvery == refusalEvery - 1) {
                    int whose = 1 + (int) (i / refusalEvery % GUESTS);
                    guests.record(CrossingType.GUEST_CALL_REFUSED, whose, 101, 1, 1, 1, 0, "ptrace");
                }
                lengths[0] = 60 + (int) (i & 1023); // so that they are not alike
                boolean in = random.nextInt(2) == 0;
                while (!packets.tryBurst(
                        in ? CrossingType.BURST_IN : CrossingType.BURST_OUT,
                        port,
                        0,
                        5,
                        lengths,
                        verdicts)) {
                    Thread.onSpinWait();
                }
            }
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        long bytes;
        try (Stream<Path> files = Files.list(directory)) {
            bytes = files.mapToLong(file -> file.toFile().length()).sum();
        }
        say("written", records / seconds / 1e6, "M rec/s", "%,d records, %.2f GB, %.1f bytes each, in %.1f s", records, bytes / 1e9, (double) bytes / records, seconds);
    }

    private static void scan(Path directory) {
        AuditFilter all = AuditFilter.all();
        for (int i = 0; i < 2; i++) {
            // The first pass warms the JVM up and is not printed.
            boolean print = i == 1;
            pass(print, directory, "records passed over by their header", all.withSources(Set.of("nobody")));
            pass(print, directory, "records made into values", all.withWhere(WhereExpression.parse("bytes>1G")));
        }
    }

    private static void pass(boolean print, Path directory, String what, AuditFilter filter) {
        long began = System.nanoTime();
        AuditStream.Progress progress;
        try (AuditStream stream = AuditStream.of(directory).filter(filter)) {
            progress = stream.forEach((crossing, place) -> {});
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        if (print) {
            say(what, progress.records() / seconds / 1e6, "M rec/s", "%,d records in %,d blocks in %.2f s, %,d made into values", progress.records(), progress.blocks(), seconds, progress.picked());
        }
    }

    private static void say(String what, double value, String unit, String format, Object... more) {
        System.out.printf(Locale.ROOT, "%-52s %12.2f %-8s %s%n", what, value, unit, String.format(Locale.ROOT, format, more));
    }
}

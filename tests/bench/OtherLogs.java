import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.logging.FileHandler;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.RollCycles;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.config.Configurator;

/**
 * What a burst record says, written by a logger of others: time, type, port, queue, packets, total bytes, and each
 * packet's length and verdict, one of each if all packets are alike, as in the audit log. None of them chains, signs or
 * hashes what it writes.
 *
 * <p>Run by java from source, with the jars of tests/loggers: {@code java -cp 'lib/*' OtherLogs.java LOGGER ENTRY PACKETS
 * SECONDS DIRECTORY}; LOGGER is jul, log4j or chronicle, ENTRY is burst or packet. Prints one line: packets, ns of processor
 * time of the process, ns that passed, bytes on disk for each packet.
 */
final class OtherLogs {
    private static final int LENGTH = 60;
    private static final int WARM_SECONDS = 4;
    private static final int AT_ONCE = 64;

    /** One of the loggers. */
    private interface Log extends AutoCloseable {
        /** Writes one entry about packets alike. */
        void entry(long time, int port, int queue, int packets, long total, int length, int verdict);

        @Override
        void close();
    }

    private final Log log;
    private final boolean single;
    private final int packets;
    private long written;

    private OtherLogs(Log log, boolean single, int packets) {
        this.log = log;
        this.single = single;
        this.packets = packets;
    }

    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[4]);
        boolean single = arguments[1].equals("packet");
        int packets = Integer.parseInt(arguments[2]);
        long all;
        try (Log log =
                switch (arguments[0]) {
                    case "jul" -> new Jul(directory);
                    case "log4j" -> new Log4j(directory);
                    case "chronicle" -> new Chronicle(directory);
                    default -> throw new IllegalArgumentException(arguments[0]);
                }) {
            OtherLogs run = new OtherLogs(log, single, packets);
            run.write(TimeUnit.SECONDS.toNanos(WARM_SECONDS));
            long before = run.written;
            long processor = processor();
            long began = System.nanoTime();
            run.write(TimeUnit.SECONDS.toNanos(Long.parseLong(arguments[3])));
            System.out.printf(
                    Locale.ROOT,
                    "%d %d %d",
                    run.written - before,
                    processor() - processor,
                    System.nanoTime() - began);
            all = run.written;
        }
        System.out.printf(Locale.ROOT, " %.3f%n", (double) size(directory) / all);
        System.exit(0);
    }

    private static long size(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            // Blocks, not length: a queue's file is sparse behind what was written.
            return files.filter(Files::isRegularFile).mapToLong(OtherLogs::used).sum();
        }
    }

    private static long used(Path file) {
        try {
            Process du = new ProcessBuilder("du", "-B1", file.toString()).start();
            return Long.parseLong(new String(du.getInputStream().readAllBytes()).split("\t")[0]);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static long processor() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
    }

    private void write(long nanos) {
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() < end) {
            for (int i = 0; i < AT_ONCE; i++) {
                long now = System.nanoTime();
                if (single) {
                    for (int k = 0; k < packets; k++) {
                        log.entry(now, 1, 0, 1, LENGTH, LENGTH, 0);
                    }
                } else {
                    log.entry(now, 1, 0, packets, (long) packets * LENGTH, LENGTH, 0);
                }
                written += packets;
            }
        }
    }

    /** The text of an entry, the same for both that write text. */
    private static void text(
            StringBuilder into, long time, int port, int queue, int packets, long total, int length, int verdict) {
        into.append(time)
                .append(" BURST_IN port ")
                .append(port)
                .append(" queue ")
                .append(queue)
                .append(" packets ")
                .append(packets)
                .append(" bytes ")
                .append(total)
                .append(" length ")
                .append(length)
                .append(" verdict ")
                .append(verdict == 0 ? "forwarded" : "dropped");
    }

    /** java.util.logging with its own file handler. */
    private static final class Jul implements Log {
        private final Logger logger = Logger.getLogger("bench");
        private final FileHandler handler;
        private final StringBuilder line = new StringBuilder();

        Jul(Path directory) throws IOException {
            handler = new FileHandler(directory.resolve("jul.log").toString());
            handler.setFormatter(
                    new Formatter() {
                        @Override
                        public String format(LogRecord record) {
                            return record.getMessage() + '\n';
                        }
                    });
            logger.setUseParentHandlers(false);
            logger.addHandler(handler);
        }

        @Override
        public void entry(long time, int port, int queue, int packets, long total, int length, int verdict) {
            line.setLength(0);
            text(line, time, port, queue, packets, total, length, verdict);
            logger.log(Level.INFO, line.toString());
        }

        @Override
        public void close() {
            handler.close();
        }
    }

    /** Log4j: all loggers asynchronous, a file that is written when its buffer of 256 KiB is full or the queue is empty. */
    private static final class Log4j implements Log {
        private final org.apache.logging.log4j.Logger logger;
        private final StringBuilder line = new StringBuilder();

        Log4j(Path directory) throws IOException {
            System.setProperty(
                    "log4j2.contextSelector",
                    "org.apache.logging.log4j.core.async.AsyncLoggerContextSelector");
            Path configuration = directory.resolve("log4j2.xml");
            Files.writeString(
                    configuration,
                    """
                    <Configuration status="warn">
                      <Appenders>
                        <RandomAccessFile name="file" fileName="%s" immediateFlush="false">
                          <PatternLayout pattern="%%m%%n"/>
                        </RandomAccessFile>
                      </Appenders>
                      <Loggers><Root level="info"><AppenderRef ref="file"/></Root></Loggers>
                    </Configuration>
                    """
                            .formatted(directory.resolve("log4j.log")));
            Configurator.initialize(null, configuration.toString());
            logger = LogManager.getLogger("bench");
            if (!logger.getClass().getSimpleName().equals("AsyncLogger")) {
                throw new IllegalStateException("Log4j is not asynchronous: " + logger.getClass());
            }
        }

        @Override
        public void entry(long time, int port, int queue, int packets, long total, int length, int verdict) {
            line.setLength(0);
            text(line, time, port, queue, packets, total, length, verdict);
            logger.info(line);
        }

        @Override
        public void close() {
            LogManager.shutdown();
        }
    }

    /** Chronicle Queue: the same as binary numbers, an excerpt for each entry. */
    private static final class Chronicle implements Log {
        private final SingleChronicleQueue queue;
        private final ExcerptAppender appender;

        Chronicle(Path directory) {
            queue =
                    SingleChronicleQueueBuilder.binary(new File(directory.toFile(), "queue"))
                            .rollCycle(RollCycles.FAST_DAILY)
                            .build();
            appender = queue.createAppender();
        }

        @Override
        public void entry(long time, int port, int queueNumber, int packets, long total, int length, int verdict) {
            try (var context = appender.writingDocument()) {
                context.wire()
                        .bytes()
                        .writeLong(time)
                        .writeShort((short) 0x0201)
                        .writeUnsignedShort(port)
                        .writeUnsignedShort(queueNumber)
                        .writeInt(packets)
                        .writeLong(total)
                        .writeUnsignedShort(length)
                        .writeByte((byte) verdict);
            }
        }

        @Override
        public void close() {
            queue.close();
        }
    }
}

package org.cofferdam.tests.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;

/**
 * Where the audit writer's thread of this process spends its processor time: samples of the JDK's flight recorder, by
 * processor time, each counted for the innermost method of a list. One thread.
 */
final class WriterProfile implements AutoCloseable {
    private static final String EVENT = "jdk.CPUTimeSample";

    /** Innermost first: class and method, and what it is called here. */
    private static final Map<String, String> PARTS = new LinkedHashMap<>();

    static {
        PARTS.put("MerkleTree.add", "Merkle leaves (SHA-256 of each record)");
        PARTS.put("MerkleTree.level", "Merkle nodes (SHA-256 of pairs)");
        PARTS.put("MerkleTree.root", "Merkle root, the rest");
        PARTS.put("BlockImage.payloadCrc", "CRC32C of the payload");
        PARTS.put("BlockHash.ofBlockHeader", "hash of the header");
        PARTS.put("BlockBuilder.summarize", "summary");
        PARTS.put("BlockBuilder.append", "copy from the ring");
        PARTS.put("BlockBuilder.seal", "sealing, the rest (copy to native memory)");
        PARTS.put("SigningKey.sign", "Ed25519 signatures");
        PARTS.put("SegmentFile.append", "write(2)");
        PARTS.put("SegmentFile.sync", "fdatasync(2)");
        PARTS.put("ChainWriter.rotate", "change of segments");
        PARTS.put("WriterBell", "sleep and wake");
        PARTS.put("Intake", "the writer's loop");
        PARTS.put("AuditWriter", "the writer's loop");
    }

    private final @Nullable Recording recording;

    /** Begins to sample if {@code on}. */
    WriterProfile(boolean on) {
        recording = on ? new Recording() : null;
        if (recording != null) {
            recording.enable(EVENT).with("throttle", "1ms");
            recording.start();
        }
    }

    /** Ends it and prints per cent and part, a line each. */
    void print() throws IOException {
        if (recording == null) {
            return;
        }
        recording.stop();
        Path file = Files.createTempFile("writer-profile", ".jfr");
        try {
            recording.dump(file);
            Map<String, Integer> samples = new TreeMap<>();
            int sum = 0;
            for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
                RecordedThread thread = event.getValue("eventThread");
                if (event.getEventType().getName().equals(EVENT)
                        && thread != null
                        && "audit-writer".equals(thread.getJavaName())) {
                    samples.merge(part(event), 1, Integer::sum);
                    sum++;
                }
            }
            int all = sum;
            samples.entrySet().stream()
                    .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                    .forEach(
                            e ->
                                    System.out.printf(
                                            Locale.ROOT,
                                            "%.1f %s%n",
                                            100.0 * e.getValue() / all,
                                            e.getKey()));
        } finally {
            Files.delete(file);
        }
    }

    private static String part(RecordedEvent event) {
        if (event.getStackTrace() == null) {
            return "no stack";
        }
        List<RecordedFrame> frames = event.getStackTrace().getFrames();
        for (RecordedFrame frame : frames) {
            String type = frame.getMethod().getType().getName();
            String name = type.substring(type.lastIndexOf('.') + 1);
            String part = PARTS.get(name + '.' + frame.getMethod().getName());
            if (part == null) {
                part = PARTS.get(name);
            }
            if (part != null) {
                return part;
            }
        }
        return "other";
    }

    @Override
    public void close() {
        if (recording != null) {
            recording.close();
        }
    }
}

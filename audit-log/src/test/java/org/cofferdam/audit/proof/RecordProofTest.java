package org.cofferdam.audit.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.cofferdam.audit.AuditLog;
import org.cofferdam.audit.AuditLogException;
import org.cofferdam.audit.AuditOptions;
import org.cofferdam.audit.AuditSource;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.format.MerkleTree;
import org.cofferdam.audit.sign.LogKey;
import org.cofferdam.audit.sign.SigningKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordProofTest {
    private static final int RECORDS = 3000;

    @TempDir Path parent;

    private Path dir() {
        return parent.resolve("log");
    }

    private AuditOptions options() {
        return AuditOptions.in(dir(), "host")
                .withSegmentBytes(AuditOptions.MIN_SEGMENT_BYTES)
                .withCheckpoints(Duration.ofHours(1), 4);
    }

    /** Two runs, so that the key changed once. */
    private void writeLog() {
        for (int run = 0; run < 2; run++) {
            try (AuditLog log = AuditLog.open(options())) {
                AuditSource source = log.source("guests", 1 << 20);
                for (int i = 0; i < RECORDS; i++) {
                    source.record(CrossingType.GUEST_REFUSED, 5, i, 0, 0, 0, 0, "no. " + i);
                    if (i % 700 == 0) {
                        log.sync();
                    }
                }
            }
        }
    }

    private RecordProof prove(String name) {
        return Prover.prove(
                dir(), RecordName.parse(name).orElseThrow(), (file, index, total) -> {});
    }

    private Path file(RecordProof proof) throws IOException {
        StringWriter text = new StringWriter();
        ProofFile.write(proof, text);
        Path file = parent.resolve("proof.json");
        Files.writeString(file, text.toString());
        return file;
    }

    @Test
    void aRecordIsProvedWithoutTheLogFromAnyPlaceOfIt() throws Exception {
        writeLog();
        LogKey first = prove("1/guests/0").keys().getFirst().key();
        for (int sequence : new int[] {0, 1, 17, 699, 700, 701, 1555, RECORDS - 1}) {
            for (int run = 1; run <= 2; run++) {
                RecordProof proof = ProofFile.read(file(prove(run + "/guests/" + sequence)));
                ProofCheck.Result result = ProofCheck.check(proof, first);
                assertEquals("", result.fault().orElse(""));
                assertEquals(sequence, result.crossing().orElseThrow().field(1));
                assertEquals("no. " + sequence, result.crossing().orElseThrow().text());
                assertEquals(run, proof.keys().size(), "a key for each run");
                assertTrue(proof.headers().size() <= 5, () -> "headers: " + proof.headers().size());
            }
        }
    }

    @Test
    void aKeyThatTheLogNeverHadProvesNothing() throws Exception {
        writeLog();
        RecordProof proof = prove("1/guests/5");
        String fault = ProofCheck.check(proof, SigningKey.generate().shown()).fault().orElseThrow();
        assertTrue(fault.startsWith("none of its keys is "), fault);
    }

    @Test
    void aProofWithOneByteChangedAnywhereDoesNotHold() throws Exception {
        writeLog();
        Path file = file(prove("2/guests/1234"));
        LogKey first = ProofFile.read(file).keys().getFirst().key();
        byte[] sound = Files.readAllBytes(file);
        String text = new String(sound, StandardCharsets.US_ASCII);
        List<Integer> digits = new ArrayList<>();
        for (String field :
                List.of(
                        "\"record\" : \"",
                        "\"path\" : [",
                        "\"headers\" : [",
                        "\"log\" : \"",
                        "\"checkpoint_hash\" : \"",
                        "\"checkpoint_key\" : \"",
                        "\"checkpoint_signature\" : \"",
                        "\"keys\" : [")) {
            int from = text.indexOf(field);
            assertTrue(from > 0, field);
            if (field.contains("keys")) {
                // The first is the one that is believed; what it says of itself is no part of the
                // proof.
                from = text.indexOf("\", \"", from);
            }
            int to = text.indexOf(field.endsWith("[") ? "]" : "\",", from);
            Random random = new Random(field.hashCode());
            for (int i = 0; i < 12; ) {
                int at = from + field.length() + random.nextInt(to - from - field.length());
                if (Character.digit(sound[at], 16) >= 0) {
                    digits.add(at);
                    i++;
                }
            }
        }
        for (int at : digits) {
            byte[] changed = sound.clone();
            changed[at] = (byte) (sound[at] == '0' ? '1' : '0');
            Files.write(file, changed);
            boolean holds;
            try {
                holds = ProofCheck.check(ProofFile.read(file), first).fault().isEmpty();
            } catch (IOException e) {
                holds = false;
            }
            assertFalse(
                    holds,
                    () ->
                            "byte "
                                    + at
                                    + " of "
                                    + text
                                    + ": "
                                    + text.substring(Math.max(0, at - 30), at + 5));
        }
    }

    @Test
    void anotherPlaceOrAnotherRecordDoesNotHold() throws Exception {
        writeLog();
        RecordProof a = prove("1/guests/10");
        RecordProof b = prove("1/guests/11");
        RecordProof moved =
                new RecordProof(
                        a.host(),
                        a.source(),
                        a.record(),
                        b.index(),
                        a.path(),
                        a.headers(),
                        a.checkpoint(),
                        a.keys());
        RecordProof swapped =
                new RecordProof(
                        a.host(),
                        a.source(),
                        b.record(),
                        a.index(),
                        a.path(),
                        a.headers(),
                        a.checkpoint(),
                        a.keys());
        assertTrue(ProofCheck.check(moved, null).fault().isPresent());
        assertTrue(ProofCheck.check(swapped, null).fault().isPresent());
    }

    @Test
    void whatNoCheckpointSignsYetIsRefusedWithAReason() {
        try (AuditLog log = AuditLog.open(options())) {
            log.source("guests", 1 << 16).record(CrossingType.GUEST_REFUSED, 5, 1, 0);
            log.sync();
            AuditLogException e = assertThrows(AuditLogException.class, () -> prove("1/guests/0"));
            assertTrue(
                    String.valueOf(e.getMessage()).contains("no checkpoint signs"), e::getMessage);
            e = assertThrows(AuditLogException.class, () -> prove("1/guests/1"));
            assertTrue(
                    String.valueOf(e.getMessage()).contains("holds no sound record"),
                    e::getMessage);
        }
    }

    @Test
    void rubbishIsNoProof() throws Exception {
        Path file = parent.resolve("rubbish");
        for (String text :
                List.of(
                        "",
                        "{",
                        "[]",
                        "{\"kind\":\"cofferdam audit proof 1\"}",
                        "{\"record\":\"zz\"}",
                        "{\"path\":3}")) {
            Files.writeString(file, text);
            assertThrows(IOException.class, () -> ProofFile.read(file), text);
        }
    }

    /** The root of RFC 6962 by its definition, which splits at the greatest power of two below n. */
    private static byte[] byDefinition(List<byte[]> leaves) {
        MessageDigest sha = BlockHash.sha256();
        if (leaves.size() == 1) {
            sha.update((byte) 0);
            return sha.digest(leaves.getFirst());
        }
        int k = Integer.highestOneBit(leaves.size() - 1);
        byte[] left = byDefinition(leaves.subList(0, k));
        byte[] right = byDefinition(leaves.subList(k, leaves.size()));
        sha.update((byte) 1);
        sha.update(left);
        return sha.digest(right);
    }

    @Test
    void rootAndPathsAreThoseOfTheRfc() {
        Random random = new Random(6962);
        MerkleTree tree = new MerkleTree();
        for (int n = 1; n <= 70; n++) {
            List<byte[]> leaves = new ArrayList<>();
            tree.clear();
            for (int i = 0; i < n; i++) {
                byte[] leaf = new byte[32 + 8 * random.nextInt(20)];
                random.nextBytes(leaf);
                leaves.add(leaf);
                tree.add(leaf, 0, leaf.length);
            }
            byte[] expected = byDefinition(leaves);
            BlockHash root = tree.root();
            assertEquals(BlockHash.at(MemorySegment.ofArray(expected), 0), root);
            int index = random.nextInt(n);
            leaves.forEach(leaf -> tree.add(leaf, 0, leaf.length));
            List<BlockHash> path = tree.path(index);
            assertEquals(root, MerkleTree.rootOf(leaves.get(index), index, n, path));
            if (n > 1) {
                assertFalse(
                        root.equals(
                                MerkleTree.rootOf(leaves.get((index + 1) % n), index, n, path)));
                assertEquals(
                        BlockHash.NONE,
                        MerkleTree.rootOf(
                                leaves.get(index), index, n, path.subList(1, path.size())));
            }
        }
    }
}

package org.cofferdam.audit.sign;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.format.Bytes;

/**
 * A public Ed25519 key.
 *
 * @param w0 bytes 0 to 7 of its 32 (RFC 8032, 5.1.5), little-endian
 * @param w1 bytes 8 to 15
 * @param w2 bytes 16 to 23
 * @param w3 bytes 24 to 31
 */
public record LogKey(long w0, long w1, long w2, long w3) {
    static final String ALGORITHM = "Ed25519";

    /** Words of a signature. */
    public static final int SIGNATURE_WORDS = 8;

    static final int BYTES = 32;

    /** What stands before the 32 bytes in a SubjectPublicKeyInfo, RFC 8410, 4. */
    private static final byte[] X509_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    private static final int MOST_OF_A_FILE = 4096;

    /** The key of these 32 bytes. */
    static LogKey of(byte[] raw) {
        BlockHash words = BlockHash.at(MemorySegment.ofArray(raw), 0);
        return new LogKey(words.w0(), words.w1(), words.w2(), words.w3());
    }

    static LogKey of(PublicKey key) {
        byte[] encoded = key.getEncoded();
        return of(Arrays.copyOfRange(encoded, encoded.length - BYTES, encoded.length));
    }

    byte[] raw() {
        byte[] raw = new byte[BYTES];
        new BlockHash(w0, w1, w2, w3).put(MemorySegment.ofArray(raw), 0);
        return raw;
    }

    /** The key's short name: the first 8 bytes of the SHA-256 of its 32, little-endian. */
    public long id() {
        return Bytes.u64(MemorySegment.ofArray(BlockHash.sha256().digest(raw())), 0);
    }

    /** The short name as readers show it, 16 hexadecimal digits. */
    public String name() {
        return String.format("%016x", id());
    }

    /** Whether {@code signature} (eight little-endian words) is this key's on {@code message}. */
    public boolean verifies(byte[] message, long... signature) {
        if (signature.length != SIGNATURE_WORDS) {
            return false;
        }
        byte[] bytes = new byte[SIGNATURE_WORDS * Long.BYTES];
        for (int i = 0; i < SIGNATURE_WORDS; i++) {
            Bytes.u64(MemorySegment.ofArray(bytes), (long) i * Long.BYTES, signature[i]);
        }
        try {
            byte[] x509 = Arrays.copyOf(X509_PREFIX, X509_PREFIX.length + BYTES);
            System.arraycopy(raw(), 0, x509, X509_PREFIX.length, BYTES);
            Signature verifier = Signature.getInstance(ALGORITHM);
            verifier.initVerify(
                    KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(x509)));
            verifier.update(message);
            return verifier.verify(bytes);
        } catch (GeneralSecurityException e) {
            return false; // 32 bytes that are no point of the curve, or a signature of wrong form
        }
    }

    /** The key as PEM, which openssl reads. */
    public String pem() {
        byte[] x509 = Arrays.copyOf(X509_PREFIX, X509_PREFIX.length + BYTES);
        System.arraycopy(raw(), 0, x509, X509_PREFIX.length, BYTES);
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getEncoder().encodeToString(x509)
                + "\n-----END PUBLIC KEY-----\n";
    }

    /** The key in a PEM file, or empty if it holds none of this kind. */
    public static Optional<LogKey> read(Path file) throws IOException {
        if (Files.size(file) > MOST_OF_A_FILE) {
            return Optional.empty();
        }
        return parsePem(Files.readString(file, StandardCharsets.ISO_8859_1));
    }

    /** The key in a PEM text, or empty. */
    public static Optional<LogKey> parsePem(String pem) {
        String inner = pem.replaceAll("-----(BEGIN|END) PUBLIC KEY-----", "").replaceAll("\\s", "");
        try {
            byte[] der = Base64.getDecoder().decode(inner);
            boolean ours =
                    der.length == X509_PREFIX.length + BYTES
                            && Arrays.equals(
                                    der, 0, X509_PREFIX.length, X509_PREFIX, 0, X509_PREFIX.length);
            return ours
                    ? Optional.of(of(Arrays.copyOfRange(der, X509_PREFIX.length, der.length)))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}

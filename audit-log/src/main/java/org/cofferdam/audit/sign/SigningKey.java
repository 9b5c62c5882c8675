package org.cofferdam.audit.sign;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.EnumSet;
import org.cofferdam.audit.format.Bytes;

/**
 * A private Ed25519 key of a log, and its file: PEM (RFC 8410, 7), mode 0600. One thread signs.
 *
 * <p>The public key is kept in the same file behind the private one, since the JDK does not compute it from that.
 */
public final class SigningKey {
    private static final String PRIVATE = "-----BEGIN PRIVATE KEY-----\n";
    private static final String PRIVATE_END = "\n-----END PRIVATE KEY-----\n";

    private final PrivateKey key;
    private final LogKey shown;
    private final Signature signature;

    private SigningKey(PrivateKey key, LogKey shown) throws GeneralSecurityException {
        this.key = key;
        this.shown = shown;
        signature = Signature.getInstance(LogKey.ALGORITHM);
        signature.initSign(key);
    }

    /** A new key. */
    public static SigningKey generate() {
        try {
            KeyPair pair = KeyPairGenerator.getInstance(LogKey.ALGORITHM).generateKeyPair();
            return new SigningKey(pair.getPrivate(), LogKey.of(pair.getPublic()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the Java platform must bring Ed25519", e);
        }
    }

    /**
     * The key in a file.
     *
     * @throws IOException if it cannot be read, others may read it, or it is not a key that {@link #save} wrote
     */
    public static SigningKey load(Path file) throws IOException {
        if (!Files.getPosixFilePermissions(file)
                .equals(PosixFilePermissions.fromString("rw-------"))) {
            throw new IOException(file + " must have mode 0600, because it holds a signing key");
        }
        String pem = Files.readString(file, StandardCharsets.US_ASCII);
        int end = pem.indexOf(PRIVATE_END);
        if (!pem.startsWith(PRIVATE) || end < 0) {
            throw new IOException(file + " holds no signing key");
        }
        try {
            byte[] der = Base64.getDecoder().decode(pem.substring(PRIVATE.length(), end));
            LogKey shown =
                    LogKey.parsePem(pem.substring(end + PRIVATE_END.length()))
                            .orElseThrow(() -> new IOException(file + " lacks its public key"));
            SigningKey loaded =
                    new SigningKey(
                            KeyFactory.getInstance(LogKey.ALGORITHM)
                                    .generatePrivate(new PKCS8EncodedKeySpec(der)),
                            shown);
            byte[] probe = {1};
            if (!shown.verifies(probe, loaded.sign(probe))) {
                throw new IOException(file + " holds two keys that do not belong together");
            }
            return loaded;
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException(file + " holds no signing key: " + e.getMessage(), e);
        }
    }

    /** Writes the key to a file that appears whole or not at all, mode 0600 from its first byte. */
    public void save(Path file) throws IOException {
        Path fresh = Path.of(file + ".tmp");
        Files.deleteIfExists(fresh);
        String pem =
                PRIVATE
                        + Base64.getEncoder().encodeToString(key.getEncoded())
                        + PRIVATE_END
                        + shown.pem();
        try (SeekableByteChannel channel =
                Files.newByteChannel(
                        fresh,
                        EnumSet.of(
                                StandardOpenOption.CREATE_NEW,
                                StandardOpenOption.WRITE,
                                StandardOpenOption.SYNC),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer bytes = ByteBuffer.wrap(pem.getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The public half. */
    public LogKey shown() {
        return shown;
    }

    /** The signature on {@code message}: 64 bytes (RFC 8032, 5.1.6) as eight little-endian words. */
    public long[] sign(byte[] message) {
        try {
            signature.update(message);
            MemorySegment bytes = MemorySegment.ofArray(signature.sign());
            long[] words = new long[LogKey.SIGNATURE_WORDS];
            for (int i = 0; i < words.length; i++) {
                words[i] = Bytes.u64(bytes, (long) i * Long.BYTES);
            }
            return words;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Ed25519 signs anything", e);
        }
    }
}

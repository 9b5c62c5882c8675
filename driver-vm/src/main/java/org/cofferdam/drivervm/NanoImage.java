package org.cofferdam.drivervm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A driver image for the small domain: checked segments and their bytes. Immutable, so one serves all restarts. */
public final class NanoImage {

    private final byte[] file;
    private final ElfImage.Contents contents;

    private NanoImage(byte[] file) throws BadImageException {
        this.file = file;
        this.contents = ElfImage.parse(file);
    }

    /** The e1000 driver that is built with this module. */
    public static NanoImage bundled() {
        try {
            return new NanoImage(resource("nano.elf"));
        } catch (BadImageException e) {
            throw new IllegalStateException("the image built with this module is unusable", e);
        }
    }

    /**
     * An image from a file, which need not be trusted.
     *
     * @throws BadImageException if it is not an image for the small domain
     * @throws IOException if it cannot be read
     */
    public static NanoImage read(Path path) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            // One byte over the limit is enough to be refused; an endless file does no harm.
            return new NanoImage(in.readNBytes(ElfImage.MAX_FILE_BYTES + 1));
        }
    }

    /** An image from memory, which need not be trusted. */
    public static NanoImage of(byte[] file) throws BadImageException {
        return new NanoImage(file.clone());
    }

    /** The first instruction. */
    public GuestAddress entry() {
        return contents.entry();
    }

    /** What is loaded, in the file's order. */
    public List<ImageSegment> segments() {
        return contents.segments();
    }

    byte[] file() {
        return file;
    }

    static byte[] resource(String name) {
        try (InputStream in = NanoImage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing from the driver-vm build");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException(name + " cannot be read from the driver-vm build", e);
        }
    }
}

package org.cofferdam.libos.run;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FilterInputStream;
import java.io.IOException;

/**
 * Standard input for a guest. The JDK's own asks the kernel what kind of file it is and how much is there ({@code fstat},
 * {@code ioctl}), also before each buffered read; here nothing is known to be there until it is read.
 */
final class ConsoleInput extends FilterInputStream {
    private static final int PIECE_BYTES = 4096;

    ConsoleInput() {
        super(new FileInputStream(FileDescriptor.in));
    }

    @Override
    public int available() {
        return 0;
    }

    /** By reading: a terminal or a pipe has no position to set. */
    @Override
    public long skip(long n) throws IOException {
        byte[] piece = new byte[PIECE_BYTES];
        long skipped = 0;
        while (skipped < n) {
            int got = read(piece, 0, (int) Math.min(n - skipped, piece.length));
            if (got < 0) {
                break;
            }
            skipped += got;
        }
        return skipped;
    }
}

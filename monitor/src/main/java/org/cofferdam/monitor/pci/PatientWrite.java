package org.cofferdam.monitor.pci;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A write that the kernel may hold up: it takes a device from a driver only when nobody has it open any more, and until then
 * the writer cannot be interrupted. So the write has a thread of its own, which is left to the kernel if it takes too long.
 */
final class PatientWrite {
    private static final long SECONDS = 10;

    private final Path file;
    private final String text;

    PatientWrite(Path file, String text) {
        this.file = file;
        this.text = text;
    }

    void run() throws IOException {
        FutureTask<Void> write =
                new FutureTask<>(
                        () -> {
                            KernelFiles.write(file, text);
                            return null;
                        });
        Thread.ofPlatform().daemon().name("driver-unbind").start(write);
        try {
            write.get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            throw new IllegalStateException(e);
        } catch (TimeoutException e) {
            throw new IOException(
                    "the kernel waits for a process that has it open, for more than "
                            + SECONDS
                            + " s",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}

package org.cofferdam.libos.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.cofferdam.libos.files.host.Grant;

/** A guest's file system for a test, beside the JVM's own. Writable: /tmp and /data. */
final class GuestTree {
    private final GuestFileSystemProvider provider;
    private final GuestFiles files;

    GuestTree(String memory) {
        provider =
                new GuestFileSystemProvider(
                        FileSystems.getDefault().provider(), FileSettings.ofMemory(memory));
        files = new GuestFiles(provider.files());
        try {
            files.makeWritable("/tmp");
            files.makeWritable("/data");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    GuestTree show(String path, String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        MemorySegment memory = Arena.ofAuto().allocate(bytes.length);
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
        files.show(List.of(new HeldFile(path, memory, Instant.ofEpochSecond(1_000_000_000))));
        return this;
    }

    GuestTree grant(Path folder, boolean writable, String place) throws IOException {
        files.grant(Grant.of(folder, writable), place);
        return this;
    }

    Path path(String first, String... more) {
        return provider.files().getPath(first, more);
    }

    long left() {
        return provider.files().pages().left();
    }
}

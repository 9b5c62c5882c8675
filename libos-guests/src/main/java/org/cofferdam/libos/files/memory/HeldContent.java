package org.cofferdam.libos.files.memory;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** A file of the image: memory that does not change. */
record HeldContent(MemorySegment whole) implements Content {
    @Override
    public long size() {
        return whole.byteSize();
    }

    @Override
    public int read(long at, ByteBuffer to) {
        if (at >= whole.byteSize()) {
            return -1;
        }
        int length = (int) Math.min(to.remaining(), whole.byteSize() - at);
        to.put(whole.asSlice(at, length).asByteBuffer());
        return length;
    }

    @Override
    public int write(long at, ByteBuffer from) throws IOException {
        throw new IOException("Read-only file system");
    }

    @Override
    public long append(ByteBuffer from) throws IOException {
        throw new IOException("Read-only file system");
    }

    @Override
    public void truncate(long size) throws IOException {
        throw new IOException("Read-only file system");
    }

    @Override
    public void opened() {}

    @Override
    public void closed() {}
}

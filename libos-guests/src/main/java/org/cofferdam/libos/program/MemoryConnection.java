package org.cofferdam.libos.program;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import org.jspecify.annotations.Nullable;

/** A connection to a {@code file:} address in memory. */
final class MemoryConnection extends URLConnection {
    private final Resource resource;

    MemoryConnection(URL url, Resource resource) {
        super(url);
        this.resource = resource;
    }

    @Override
    public void connect() {
        connected = true;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        connect();
        return new ByteArrayInputStream(ArchiveElement.bytes(resource.read()));
    }

    @Override
    public int getContentLength() {
        long length = getContentLengthLong();
        return length > Integer.MAX_VALUE ? -1 : (int) length;
    }

    @Override
    public long getContentLengthLong() {
        return resource.size();
    }

    @Override
    public long getLastModified() {
        return resource.modified().toEpochMilli();
    }

    @Override
    public @Nullable String getContentType() {
        return guessContentTypeFromName(url.getPath());
    }
}

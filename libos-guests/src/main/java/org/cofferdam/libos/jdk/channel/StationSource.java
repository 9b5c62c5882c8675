package org.cofferdam.libos.jdk.channel;

import java.io.IOException;

/** Where the stack comes from, which may be started when a socket first needs it. */
@FunctionalInterface
public interface StationSource {
    /** The stack; the same each time. Any thread. */
    Station station() throws IOException;
}

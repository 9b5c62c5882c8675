package org.cofferdam.libos.program;

import java.io.IOException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.time.Instant;

/** Something on the class path that can be read again and again, from any thread, without opening a file. */
interface Resource {
    /** Where the program may find it again. */
    URL url();

    /** In bytes; of a folder 0. */
    long size();

    Instant modified();

    /** Its bytes, from position to limit; of a folder the names in it, a line each, as the JDK has it. */
    ByteBuffer read() throws IOException;
}

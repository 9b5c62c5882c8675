package org.cofferdam.libos.program.jar;

import org.cofferdam.libos.program.MemoryUrls;

/** Opens {@code jar:} addresses that a program makes of text. */
public final class Handler extends MemoryUrls {
    /** The JDK calls it. */
    public Handler() {}
}

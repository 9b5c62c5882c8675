package org.cofferdam.libos.program;

import java.io.IOException;
import java.net.URL;
import java.util.List;
import java.util.jar.Manifest;
import org.cofferdam.libos.files.HeldFile;
import org.jspecify.annotations.Nullable;

/** A jar or a folder of a class path, in memory. Any thread. */
sealed interface ClassPathElement permits ArchiveElement, FolderElement {
    /** Absolute, normalized, without a slash at its end. */
    String path();

    /** What code sources and class loaders of the JDK would say: {@code file:/app.jar}, {@code file:/classes/}. */
    URL location();

    /** What a class loader finds under the name; in a multi-release jar, that for this release. */
    @Nullable Resource find(String name);

    /** What stands under exactly this name. */
    @Nullable Resource exactly(String name);

    @Nullable Manifest manifest() throws IOException;

    /** The files that the program finds at their places. */
    List<HeldFile> files();

    /** What it holds, in bytes, without its index. */
    long bytes();
}

package org.cofferdam.audit.detect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A rules file that may change while it is followed. One thread. */
public final class RulesFile {
    private record Mark(@Nullable Object key, long size, long modified) {}

    private final Path file;
    private Mark mark;

    private RulesFile(Path file, Mark mark) {
        this.file = file;
        this.mark = mark;
    }

    /** Follows a file from what it is now. */
    public static RulesFile of(Path file) {
        return new RulesFile(file, mark(file));
    }

    private static Mark mark(Path file) {
        try {
            BasicFileAttributes a = Files.readAttributes(file, BasicFileAttributes.class);
            return new Mark(a.fileKey(), a.size(), a.lastModifiedTime().toMillis());
        } catch (IOException away) {
            return new Mark(null, -1, 0);
        }
    }

    /**
     * The rules, if the file is another than at the last call. A file that is away is not looked at: editors replace
     * files.
     *
     * @throws RulesException if they are wrong; asked again, it answers only when the file changed once more
     */
    public Optional<Rules> changed() {
        Mark now = mark(file);
        if (now.size < 0 || now.equals(mark)) {
            return Optional.empty();
        }
        mark = now;
        return Optional.of(Rules.of(file));
    }
}

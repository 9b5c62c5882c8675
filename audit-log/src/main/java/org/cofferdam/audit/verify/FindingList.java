package org.cofferdam.audit.verify;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cofferdam.audit.verify.Finding.Kind;

/** Collects findings with their place in the sentence. */
final class FindingList {
    private final List<Finding> findings = new ArrayList<>();
    private final List<Finding> notes = new ArrayList<>();

    void add(Kind kind, Path file, long offset, long first, long last, String what) {
        List<Finding> list = kind.isNote() ? notes : findings;
        if (list.size() >= VerifyReport.MAX_FINDINGS) {
            return;
        }
        String name = String.valueOf(file.getFileName());
        StringBuilder text = new StringBuilder(name);
        if (first >= 0) {
            text.append(first == last ? ", block " + first : ", blocks " + first + " to " + last);
        }
        if (offset >= 0) {
            text.append(", byte ").append(offset);
        }
        text.append(": ").append(what);
        list.add(new Finding(kind, name, offset, first, last, text.toString()));
    }

    List<Finding> findings() {
        return List.copyOf(findings);
    }

    List<Finding> notes() {
        return List.copyOf(notes);
    }
}

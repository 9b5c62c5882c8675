package org.cofferdam.audit;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.cofferdam.audit.format.RecordLayout;

/** Finds a {@link CrossingType} by its code or name. Immutable. */
final class CrossingTypeIndex {
    private static final Map<Integer, CrossingType> BY_CODE = new HashMap<>();

    /** By code; codes are below 0x0800. */
    private static final byte[] PORT_FIELDS = new byte[0x800];

    static {
        Arrays.fill(PORT_FIELDS, (byte) -1);
        for (CrossingType t : CrossingType.values()) {
            if (BY_CODE.put(t.code(), t) != null || t.fieldCount() > RecordLayout.MAX_FIELDS) {
                throw new ExceptionInInitializerError("code or fields of " + t);
            }
            PORT_FIELDS[t.code()] = (byte) t.portField();
        }
    }

    private CrossingTypeIndex() {}

    static Optional<CrossingType> of(int code) {
        return Optional.ofNullable(BY_CODE.get(code));
    }

    static Optional<CrossingType> named(String name) {
        String wanted = name.toUpperCase(Locale.ROOT).replace('-', '_');
        for (CrossingType t : CrossingType.values()) {
            if (t.name().equals(wanted)) {
                return Optional.of(t);
            }
        }
        return Optional.empty();
    }

    static int portField(int code) {
        return code >= 0 && code < PORT_FIELDS.length ? PORT_FIELDS[code] : -1;
    }
}

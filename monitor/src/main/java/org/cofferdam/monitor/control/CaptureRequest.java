package org.cofferdam.monitor.control;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.cofferdam.proxy.framefilter.FrameFilter;

/**
 * A wish to see frames.
 *
 * @param port its name as in the status, {@code host} for the host's, or {@code all}
 * @param snap most bytes of each frame; empty: as many as the policy allows
 * @param count most frames; empty: until it is ended
 * @param millis for how long; empty: until it is ended
 */
public record CaptureRequest(
        String port,
        OptionalInt snap,
        OptionalLong count,
        OptionalLong millis,
        FrameFilter filter) {
    /** All ports. */
    public static final String ALL = "all";

    static final Set<String> FIELDS = Set.of("port", "snap", "count", "millis", "filter");

    private static final int LEAST_SNAP = 14;
    private static final int MOST_SNAP = 262_144;
    private static final int MOST_DIGITS = 12;

    /** From the fields of a call, all of them texts. */
    static CaptureRequest of(CallBody body) {
        Optional<Long> snap =
                body.text("snap", text -> number(text, LEAST_SNAP, MOST_SNAP, "bytes of a frame"));
        return new CaptureRequest(
                body.text("port", CaptureRequest::name).orElse(ALL),
                snap.isPresent() ? OptionalInt.of((int) (long) snap.get()) : OptionalInt.empty(),
                optional(body.text("count", t -> number(t, 1, Long.MAX_VALUE, "frames"))),
                optional(body.text("millis", t -> number(t, 1, Long.MAX_VALUE, "milliseconds"))),
                body.text("filter", FrameFilter::of).orElseGet(() -> FrameFilter.of("")));
    }

    private static OptionalLong optional(Optional<Long> value) {
        return value.isPresent() ? OptionalLong.of(value.get()) : OptionalLong.empty();
    }

    private static String name(String text) {
        if (!text.matches("[A-Za-z0-9_.:-]{1,32}")) {
            throw new IllegalArgumentException("\"" + text + "\" is not a port's name");
        }
        return text;
    }

    private static long number(String text, long least, long most, String what) {
        if (!text.matches("[0-9]{1," + MOST_DIGITS + "}")) {
            throw new IllegalArgumentException("\"" + text + "\" is not a number of " + what);
        }
        long n = Long.parseLong(text);
        if (n < least || n > most) {
            throw new IllegalArgumentException(
                    "%d is not a number of %s that can be had; the least is %d"
                            .formatted(n, what, least));
        }
        return n;
    }
}

package org.cofferdam.audit.detect;

import java.util.OptionalInt;
import org.cofferdam.audit.read.LogOrigin;
import org.cofferdam.audit.read.Severity;

/**
 * What a rule raised. The same log read with the same rules raises the same alerts with the same identities, so whoever
 * gets one twice may drop the second.
 *
 * @param id 16 hexadecimal digits
 * @param rule its name
 * @param severity the rule's
 * @param origin the log that it is about
 * @param port the port that it is about, if it is about one
 * @param guest the port's name, empty if the log did not say it
 * @param first time of the first event that counted, ns since 1970
 * @param last time of the last one so far
 * @param events how many so far
 * @param again whether the incident was alerted before and has grown tenfold
 * @param tip the record that tipped it
 * @param text one sentence
 */
public record Alert(
        String id,
        String rule,
        Severity severity,
        LogOrigin origin,
        OptionalInt port,
        String guest,
        long first,
        long last,
        long events,
        boolean again,
        Tip tip,
        String text) {}

package org.cofferdam.monitor.pci;

import java.util.List;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.OperatorError;

/** Whether a card may be given to a driver domain. */
public sealed interface Verdict {
    /**
     * It may.
     *
     * @param overrides what the operator allowed against the policy, a sentence each; belongs into the audit log
     */
    record Assignable(PciDevice card, List<String> overrides) implements Verdict {
        public Assignable {
            overrides = List.copyOf(overrides);
        }
    }

    /**
     * It may not.
     *
     * @param exitCode ENVIRONMENT if the machine or the card cannot, REFUSED if the policy forbids it
     * @param reason why, beginning with what is wrong
     * @param cure what to do
     */
    record Refused(ExitCode exitCode, String reason, String cure) implements Verdict {
        /** Reason and cure. */
        public String sentence() {
            return reason + "; " + cure;
        }

        public OperatorError asError() {
            return new OperatorError(exitCode, "--assign: " + sentence());
        }
    }

    /** The card, or the refusal as an error. */
    default Assignable orThrow() {
        return switch (this) {
            case Assignable yes -> yes;
            case Refused no -> throw no.asError();
        };
    }
}

package org.cofferdam.audit.detect;

import java.util.Set;
import org.cofferdam.audit.CrossingType;

/** One rule at work on one log. One thread. */
abstract class Detector implements SavedState {
    final Rule rule;

    Detector(Rule rule) {
        this.rule = rule;
    }

    static Detector of(Rule rule) {
        return switch (rule.kind()) {
            case RATE -> new RateDetector(rule);
            case SCAN -> new ScanDetector(rule);
            case SYN_FLOOD -> new FloodDetector(rule);
            case BEACON -> new BeaconDetector(rule);
            case VOLUME -> new VolumeDetector(rule);
            case CHAIN -> new ChainDetector(rule);
        };
    }

    /** The types of records that it wants to see. */
    abstract Set<CrossingType> types();

    /** A record of one of those types; {@code guest} is its port's name, or empty. */
    abstract void look(Seen seen, String guest, Incidents incidents);

    /** Numbers of a record may be anything; what is beyond this is not believed. */
    static long believable(long number) {
        return Math.clamp(number, 0, 1L << 40);
    }
}

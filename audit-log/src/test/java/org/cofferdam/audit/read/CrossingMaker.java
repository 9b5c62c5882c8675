package org.cofferdam.audit.read;

import org.cofferdam.audit.CrossingType;

/** Makes crossings as a parser would have them, for tests of what is done with them. */
public final class CrossingMaker {
    private CrossingMaker() {}

    /** A record with fields and a text. */
    public static Crossing plain(
            int code, long count, long time, long last, String text, long... fields) {
        return new Crossing(3, 7, "domain", 42, code, count, time, last, fields, text, null, null);
    }

    /** A record of a known type with as many fields as it has, of values 1, 2 and so on. */
    public static Crossing sample(CrossingType type, long time) {
        long[] fields = new long[type.fieldCount()];
        for (int i = 0; i < fields.length; i++) {
            fields[i] = i + 1L;
        }
        return plain(type.code(), 1, time, time, "", fields);
    }

    /** A burst of packets of 60 bytes with these verdicts. */
    public static Crossing burst(CrossingType type, long time, int port, int... verdicts) {
        int[] lengths = new int[verdicts.length];
        byte[] codes = new byte[verdicts.length];
        for (int i = 0; i < verdicts.length; i++) {
            lengths[i] = 60;
            codes[i] = (byte) verdicts[i];
        }
        Burst burst = new Burst(port, 1, 60L * verdicts.length, lengths, codes);
        return new Crossing(
                3, 7, "switch", 42, type.code(), 1, time, time, new long[0], "", burst, null);
    }
}

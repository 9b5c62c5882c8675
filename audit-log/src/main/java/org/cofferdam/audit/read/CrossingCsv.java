package org.cofferdam.audit.read;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.StringJoiner;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.Field;
import org.cofferdam.audit.PacketVerdict;

/**
 * A crossing as a line of CSV (RFC 4180). Texts from the log are in quotes, without control characters and quotes of
 * their own, and one that a spreadsheet would take for a formula gets an apostrophe in front.
 */
public final class CrossingCsv {
    /** The names of the columns. */
    public static final String HEADER =
            "time,time_ns,host,log,block,run,source,sequence,type,boundary,severity,count,last_time_ns,"
                    + "port,port_name,packets,bytes,verdicts,fields,text";

    private CrossingCsv() {}

    /** One line, without its end. */
    public static String line(Crossing c, CrossingPlace place) {
        StringJoiner line = new StringJoiner(",");
        line.add(CrossingFormat.time(c.time()));
        line.add(Long.toString(c.time()));
        line.add(cell(place.origin().host()));
        line.add(LogOrigin.idText(place.block().logIdHigh(), place.block().logIdLow()));
        line.add(Long.toUnsignedString(place.block().number()));
        line.add(Long.toUnsignedString(c.run()));
        line.add(cell(c.sourceName()));
        line.add(Long.toUnsignedString(c.sequence()));
        line.add(c.typeName());
        line.add(c.boundary().map(Enum::name).orElse(""));
        line.add(Severity.of(c).name());
        line.add(Long.toString(c.count()));
        line.add(Long.toString(c.lastTime()));
        OptionalLong port = c.port();
        line.add(port.isPresent() ? Long.toUnsignedString(port.getAsLong()) : "");
        line.add(cell(c.portName().orElse("")));
        line.add(c.burst().map(b -> Integer.toString(b.packets())).orElse(""));
        line.add(c.burst().map(b -> Long.toUnsignedString(b.bytes())).orElse(""));
        line.add(cell(c.burst().map(CrossingCsv::verdicts).orElse("")));
        line.add(cell(fields(c)));
        line.add(cell(c.text()));
        return line.toString();
    }

    private static String verdicts(Burst burst) {
        StringJoiner all = new StringJoiner(" ");
        for (Map.Entry<Integer, Integer> e : burst.byVerdict().entrySet()) {
            all.add(PacketVerdict.name(e.getKey()) + "=" + e.getValue());
        }
        return all.toString();
    }

    private static String fields(Crossing c) {
        List<Field> known = c.type().map(CrossingType::fields).orElse(List.of());
        StringJoiner all = new StringJoiner(" ");
        for (int i = 0; i < c.fieldCount(); i++) {
            all.add(CrossingFormat.field(known, i, c.field(i)));
        }
        return all.toString();
    }

    /** A text as a cell; empty stays empty. */
    static String cell(String text) {
        if (text.isEmpty()) {
            return "";
        }
        String harmless = CrossingFormat.harmless(text);
        char first = harmless.charAt(0);
        boolean formula = first == '=' || first == '+' || first == '-' || first == '@';
        return (formula ? "\"'" : "\"") + harmless + '"';
    }
}

package org.cofferdam.tests.lab;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the Prometheus text format 0.0.4 and takes nothing that is not as it is written down: HELP and TYPE stand before a
 * family's samples and once only, families are not mixed, no sample comes twice, counters end in _total, and of a
 * histogram the buckets grow and the last is the count.
 */
public final class PrometheusText {
    private static final Pattern HELP = Pattern.compile("# HELP ([a-z_:][a-z0-9_:]*) (\\S.*)");
    private static final Pattern TYPE =
            Pattern.compile("# TYPE ([a-z_:][a-z0-9_:]*) (counter|gauge|histogram)");
    private static final Pattern SAMPLE =
            Pattern.compile("([a-z_:][a-z0-9_:]*)(\\{(.*)\\})? (\\+Inf|-?[0-9]+(\\.[0-9]+)?)");
    private static final Pattern LABEL =
            Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\n]|\\\\[\\\\\"n])*)\"(,|$)");

    /** A number with its labels. */
    public record Sample(String name, Map<String, String> labels, double value) {}

    private final Map<String, String> types = new LinkedHashMap<>();
    private final List<Sample> samples = new ArrayList<>();

    private PrometheusText() {}

    /** Reads a whole answer. */
    public static PrometheusText parse(String text) {
        PrometheusText parsed = new PrometheusText();
        if (!text.endsWith("\n")) {
            throw new AssertionError("the last line does not end");
        }
        String helped = "";
        String family = "";
        Set<String> seen = new HashSet<>();
        for (String line : text.lines().toList()) {
            Matcher help = HELP.matcher(line);
            Matcher type = TYPE.matcher(line);
            Matcher sample = SAMPLE.matcher(line);
            if (help.matches()) {
                helped = help.group(1);
            } else if (type.matches()) {
                family = type.group(1);
                require(family.equals(helped), "TYPE without its HELP: " + line);
                require(parsed.types.put(family, type.group(2)) == null, "twice: " + line);
                require(
                        type.group(2).equals("counter") == family.endsWith("_total"),
                        "a counter ends in _total, and nothing else does: " + line);
            } else if (sample.matches()) {
                require(belongs(sample.group(1), family, parsed.types), "not its place: " + line);
                Map<String, String> labels = labels(sample.group(3), line);
                require(seen.add(sample.group(1) + labels), "twice: " + line);
                String value = sample.group(4);
                parsed.samples.add(
                        new Sample(
                                sample.group(1),
                                labels,
                                value.equals("+Inf")
                                        ? Double.POSITIVE_INFINITY
                                        : Double.parseDouble(value)));
            } else {
                throw new AssertionError("not the text format: " + line);
            }
        }
        parsed.checkHistograms();
        return parsed;
    }

    private static boolean belongs(String name, String family, Map<String, String> types) {
        if (!"histogram".equals(types.getOrDefault(family, ""))) {
            return name.equals(family);
        }
        return name.equals(family + "_bucket")
                || name.equals(family + "_sum")
                || name.equals(family + "_count");
    }

    private static Map<String, String> labels(@Nullable String text, String line) {
        Map<String, String> labels = new TreeMap<>();
        if (text == null) {
            return labels;
        }
        Matcher label = LABEL.matcher(text);
        int at = 0;
        while (at < text.length()) {
            require(label.find(at) && label.start() == at, "labels: " + line);
            require(labels.put(label.group(1), label.group(2)) == null, "label twice: " + line);
            at = label.end();
        }
        return labels;
    }

    private void checkHistograms() {
        types.forEach(
                (family, type) -> {
                    if (type.equals("histogram")) {
                        checkHistogram(family);
                    }
                });
    }

    private void checkHistogram(String family) {
        double bound = Double.NEGATIVE_INFINITY;
        double count = 0;
        for (Sample s : samples) {
            if (s.name().equals(family + "_bucket")) {
                String le = s.labels().getOrDefault("le", "");
                double next = le.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(le);
                require(next > bound && s.value() >= count, family + ": its buckets do not grow");
                bound = next;
                count = s.value();
            }
        }
        require(bound == Double.POSITIVE_INFINITY, family + ": the last bucket is not +Inf");
        require(value(family + "_count") == count, family + ": its count is not its last bucket");
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }

    /** The names that samples have. */
    public Set<String> names() {
        Set<String> names = new HashSet<>();
        samples.forEach(s -> names.add(s.name()));
        return names;
    }

    /** The names that are described, with samples or without. */
    public Set<String> families() {
        return types.keySet();
    }

    public List<Sample> samples() {
        return samples;
    }

    /** The one sample of this name without labels. */
    public double value(String name) {
        return samples.stream()
                .filter(s -> s.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no sample " + name))
                .value();
    }
}

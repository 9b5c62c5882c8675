package org.cofferdam.tests.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The reactor's compiled classes, and which module each is of. */
final class Modules {
    /**
     * Which modules a module may use: the design's arrows and what follows from them, since an arrow's
     * target brings its own (the monitor opens the log that the proxy writes to).
     */
    static final Map<String, Set<String>> MAY_USE =
            Map.of(
                    "kvm-binding", Set.of(),
                    "audit-log", Set.of("kvm-binding"),
                    "kafka", Set.of("audit-log"),
                    "driver-vm", Set.of("kvm-binding"),
                    "proxy", Set.of("audit-log", "kvm-binding"),
                    "libos-guests", Set.of("kvm-binding"),
                    "monitor", Set.of("driver-vm", "proxy", "audit-log", "kvm-binding"));

    /** .../MODULE/target/classes/... when Maven stops at test, .../MODULE/target/...jar!/... from package on. */
    private static final Pattern PLACE = Pattern.compile("/([a-z-]+)/target/");

    private Modules() {}

    /** Where a module lies, from the root: beside the others, but for the one that is a part of the log's. */
    static String folder(String module) {
        return module.equals("kafka") ? "audit-log/kafka" : module;
    }

    /** Every class of the product, without test classes and without libraries. */
    static JavaClasses all() {
        return new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(place -> moduleAt(place.asURI()).isPresent())
                .importPackages("org.cofferdam");
    }

    /** The module that a class was compiled in; empty for a class that is not ours. */
    static Optional<String> of(JavaClass type) {
        return type.getSource().flatMap(s -> moduleAt(s.getUri()));
    }

    private static Optional<String> moduleAt(URI place) {
        Matcher m = PLACE.matcher(place.toString());
        return m.find() && MAY_USE.containsKey(m.group(1))
                ? Optional.of(m.group(1))
                : Optional.empty();
    }
}

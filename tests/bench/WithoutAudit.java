import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Makes a jar with an {@code AuditSource} that records nothing, for the benchmark that asks what the audit log costs.
 * The product has no switch for that. Put in front of the class path, it takes the real one's place.
 *
 * <p>Run by java from source: {@code java WithoutAudit.java AUDIT-LOG.jar OUTPUT.jar}
 */
final class WithoutAudit {
    private static final String CLASS = "org/cofferdam/audit/AuditSource.class";
    private static final Set<String> SILENCED =
            Set.of("tryRecord", "tryAggregate", "tryBurst", "hasRoom", "record");

    private WithoutAudit() {}

    public static void main(String[] args) throws IOException {
        byte[] real;
        try (JarFile jar = new JarFile(args[0])) {
            real = jar.getInputStream(jar.getEntry(CLASS)).readAllBytes();
        }
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(Path.of(args[1])))) {
            out.putNextEntry(new JarEntry(CLASS));
            out.write(silenced(real));
            out.closeEntry();
        }
    }

    /** The class with those of its public methods that record answering at once: true, or nothing. */
    private static byte[] silenced(byte[] real) {
        ClassFile format = ClassFile.of();
        ClassModel model = format.parse(real);
        return format.transformClass(
                model,
                (builder, element) -> {
                    if (element instanceof MethodModel m
                            && m.flags().has(AccessFlag.PUBLIC)
                            && SILENCED.contains(m.methodName().stringValue())) {
                        builder.withMethodBody(
                                m.methodName(),
                                m.methodType(),
                                m.flags().flagsMask(),
                                code -> {
                                    if (m.methodType().stringValue().endsWith("V")) {
                                        code.return_();
                                    } else {
                                        code.iconst_1().ireturn();
                                    }
                                });
                    } else {
                        builder.with(element);
                    }
                });
    }
}

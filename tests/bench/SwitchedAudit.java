import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Makes a jar with an {@code AuditSource} that records nothing while {@code LogSwitch.silent}, for the benchmarks that
 * ask what the audit log costs. The product has no switch for that. Put in front of the class path, it takes the real
 * one's place. Both states run in one process, because two processes differ by more than the log costs: the compilers
 * lay out each one's code differently.
 *
 * <p>Packets are counted in either state: those of each burst, so that one which comes and goes counts twice.
 *
 * <p>Run by java from source: {@code java SwitchedAudit.java AUDIT-LOG.jar LOGSWITCH.class OUTPUT.jar}
 */
final class SwitchedAudit {
    private static final String CLASS = "org/cofferdam/audit/AuditSource.class";
    private static final String SWITCH = "org/cofferdam/audit/LogSwitch.class";
    private static final Set<String> SWITCHED =
            Set.of("tryRecord", "tryAggregate", "tryBurst", "hasRoom");

    private SwitchedAudit() {}

    public static void main(String[] args) throws IOException {
        byte[] real;
        try (JarFile jar = new JarFile(args[0])) {
            real = jar.getInputStream(jar.getEntry(CLASS)).readAllBytes();
        }
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(Path.of(args[2])))) {
            out.putNextEntry(new JarEntry(CLASS));
            out.write(switched(real));
            out.putNextEntry(new JarEntry(SWITCH));
            out.write(Files.readAllBytes(Path.of(args[1])));
            out.closeEntry();
        }
    }

    /** The class with those of its methods that record beginning with {@code if (LogSwitch.silent) return true;}. */
    private static byte[] switched(byte[] real) {
        ClassFile format = ClassFile.of();
        ClassModel model = format.parse(real);
        return format.transformClass(
                model,
                (builder, element) -> {
                    if (element instanceof MethodModel m
                            && m.flags().has(AccessFlag.PUBLIC)
                            && SWITCHED.contains(m.methodName().stringValue())) {
                        builder.transformMethod(
                                m,
                                MethodTransform.transformingCode(
                                        first(m.methodName().equalsString("tryBurst"))));
                    } else {
                        builder.with(element);
                    }
                });
    }

    /** Of tryBurst's arguments: packets, after the object itself, type, port and queue. */
    private static final int PACKETS = 4;

    private static CodeTransform first(boolean isBurst) {
        return new CodeTransform() {
            @Override
            public void atStart(CodeBuilder code) {
                ClassDesc log = ClassDesc.of("org.cofferdam.audit.LogSwitch");
                if (isBurst) {
                    code.getstatic(log, "packets", ConstantDescs.CD_long)
                            .iload(PACKETS)
                            .i2l()
                            .ladd()
                            .putstatic(log, "packets", ConstantDescs.CD_long);
                }
                Label records = code.newLabel();
                code.getstatic(
                                log,
                                "silent",
                                ConstantDescs.CD_boolean)
                        .ifeq(records)
                        .iconst_1()
                        .ireturn()
                        .labelBinding(records);
            }

            @Override
            public void accept(CodeBuilder code, CodeElement element) {
                code.with(element);
            }
        };
    }
}

package org.cofferdam.libos.javaio;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;

/**
 * Makes the patch for {@code --patch-module java.base=JAR}, out of the classes of the runtime that this process runs on;
 * it fits this runtime only. One thread.
 *
 * <p>Of each class in {@code java.io} that has native methods over files, every call of such a method is sent to a new
 * one beside it, {@code guest$name}, which asks {@code java.io.GuestCalls} whether the file is the guest's, and calls
 * either that or the native method. Nothing of the JDK's source is in here, and what is not a file, such as the console,
 * goes its way.
 */
public final class JavaBasePatch {
    private static final String CALLS = "java/io/GuestCalls";
    private static final ClassDesc CALLS_DESC = ClassDesc.of("java.io", "GuestCalls");
    private static final ClassDesc DESCRIPTOR = ClassDesc.of("java.io", "FileDescriptor");
    private static final ClassDesc CHANNEL = ClassDesc.of("java.nio.channels", "FileChannel");
    private static final String POSITION = "getFilePointer";
    private static final MethodTypeDesc ASK = MethodTypeDesc.of(ConstantDescs.CD_boolean);
    private static final MethodTypeDesc ASK_DESCRIPTOR =
            MethodTypeDesc.of(ConstantDescs.CD_boolean, DESCRIPTOR);

    /** Classes whose calls concern the descriptor in their field fd, and those without one. */
    private static final Set<String> WITH_DESCRIPTOR =
            Set.of("FileInputStream", "FileOutputStream", "RandomAccessFile");

    private static final String ARCHIVES = "java/util/zip/ZipFile$Source";

    private static final List<String> LOADED_LATE =
            List.of(
                    "java.io.GuestCalls$Open",
                    "java.io.GuestCalls$Attempt",
                    "java.io.RandomAccessFile",
                    "java.util.zip.ZipFile$Source");

    private JavaBasePatch() {}

    /** Writes the jar. */
    public static void write(Path jar) throws IOException {
        Map<String, byte[]> classes = new LinkedHashMap<>();
        for (String name : WITH_DESCRIPTOR) {
            classes.put("java/io/" + name, patched("java/io/" + name));
        }
        classes.put("java/io/UnixFileSystem", patched("java/io/UnixFileSystem"));
        classes.put("java/io/FileDescriptor", patched("java/io/FileDescriptor"));
        classes.put(ARCHIVES, archives());
        String own = GuestCalls.class.getName().replace('.', '/');
        for (String part : new String[] {"", "$Open", "$Attempt"}) {
            classes.put(CALLS + part, renamed(read(GuestCalls.class, own + part), own, CALLS));
        }
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream to = new JarOutputStream(out)) {
            for (Map.Entry<String, byte[]> each : classes.entrySet()) {
                ZipEntry entry = new ZipEntry(each.getKey() + ".class");
                entry.setTime(0);
                to.putNextEntry(entry);
                to.write(each.getValue());
                to.closeEntry();
            }
        }
    }

    /**
     * Lets {@code java.io} use the default file system from now on; in the guest, before its program runs.
     *
     * @return whether this runtime is patched
     */
    public static boolean activate() {
        try {
            Class<?> calls = Class.forName("java.io.GuestCalls", true, null);
            for (String each : LOADED_LATE) {
                Class.forName(each, true, null); // the JVM reads the patch class by class
            }
            calls.getMethod("activate").invoke(null);
            return true;
        } catch (ClassNotFoundException notPatched) {
            return false;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the patch of java.base is not of this version", e);
        }
    }

    private static byte[] read(Class<?> near, String name) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(
                        near.getResourceAsStream("/" + name + ".class"),
                        () -> name + " is not in this runtime")) {
            return in.readAllBytes();
        }
    }

    private static byte[] patched(String name) throws IOException {
        ClassFile files = ClassFile.of();
        ClassModel model = files.parse(read(Object.class, name));
        Set<String> natives = new HashSet<>();
        for (MethodModel method : model.methods()) {
            if (isRedirected(method)) {
                natives.add(key(method));
            }
        }
        ClassDesc self = model.thisClass().asSymbol();
        CodeTransform calls =
                (code, element) -> {
                    if (element instanceof InvokeInstruction call
                            && call.owner().asSymbol().equals(self)
                            && natives.contains(
                                    call.name().stringValue() + call.type().stringValue())) {
                        code.invokestatic(
                                self,
                                "guest$" + call.name().stringValue(),
                                call.typeSymbol().insertParameterTypes(0, self));
                    } else {
                        code.with(element);
                    }
                };
        ClassTransform transform =
                (builder, element) -> {
                    if (!(element instanceof MethodModel method)) {
                        builder.with(element);
                    } else if (method.methodName().equalsString(POSITION)) {
                        position(builder, self);
                    } else if (method.code().isPresent()) {
                        builder.transformMethod(
                                method,
                                MethodTransform.transformingCode(
                                        calls.andThen(beginning(method, self))));
                    } else {
                        builder.with(method);
                    }
                };
        return files.transformClass(
                model,
                transform.andThen(
                        ClassTransform.endHandler(
                                builder -> {
                                    for (MethodModel method : model.methods()) {
                                        if (isRedirected(method)) {
                                            beside(builder, self, method);
                                        }
                                    }
                                })));
    }

    private static String key(MethodModel method) {
        return method.methodName().stringValue() + method.methodType().stringValue();
    }

    /** Native methods over files; of descriptors' own only what concerns a file's content. */
    private static boolean isRedirected(MethodModel method) {
        String name = method.methodName().stringValue();
        return method.flags().has(AccessFlag.NATIVE)
                && !method.flags().has(AccessFlag.STATIC)
                && !name.equals("close0")
                && !name.equals(POSITION);
    }

    /** A public native method cannot keep its name and have another beside it; a channel's position is the same. */
    private static void position(ClassBuilder builder, ClassDesc self) {
        builder.withMethodBody(
                POSITION,
                MethodTypeDesc.of(ConstantDescs.CD_long),
                ClassFile.ACC_PUBLIC,
                code ->
                        code.aload(0)
                                .invokevirtual(self, "getChannel", MethodTypeDesc.of(CHANNEL))
                                .invokevirtual(
                                        CHANNEL,
                                        "position",
                                        MethodTypeDesc.of(ConstantDescs.CD_long))
                                .lreturn());
    }

    /** What is asked before a method of the JDK begins. */
    private static CodeTransform beginning(MethodModel method, ClassDesc self) {
        String what = self.displayName() + "." + key(method);
        if (what.endsWith(".getChannel()Ljava/nio/channels/FileChannel;")) {
            return new Beginning(
                    code ->
                            code.aload(0)
                                    .getfield(self, "fd", DESCRIPTOR)
                                    .invokestatic(CALLS_DESC, "mine", ASK_DESCRIPTOR)
                                    .ifThen(
                                            own ->
                                                    own.aload(0)
                                                            .getfield(self, "fd", DESCRIPTOR)
                                                            .invokestatic(
                                                                    CALLS_DESC,
                                                                    "channel",
                                                                    MethodTypeDesc.of(
                                                                            CHANNEL, DESCRIPTOR))
                                                            .areturn()));
        }
        if (what.equals("FileDescriptor.close()V")) {
            return new Beginning(
                    code ->
                            code.aload(0)
                                    .invokestatic(
                                            CALLS_DESC,
                                            "closed",
                                            MethodTypeDesc.of(ConstantDescs.CD_void, DESCRIPTOR)));
        }
        if (what.equals("FileDescriptor.valid()Z")) {
            return new Beginning(
                    code ->
                            code.aload(0)
                                    .invokestatic(CALLS_DESC, "mine", ASK_DESCRIPTOR)
                                    .ifThen(own -> own.iconst_1().ireturn()));
        }
        return CodeTransform.ACCEPT_ALL;
    }

    /** Code before the method's own. */
    private record Beginning(java.util.function.Consumer<CodeBuilder> what)
            implements CodeTransform {
        @Override
        public void atStart(CodeBuilder code) {
            what.accept(code);
        }

        @Override
        public void accept(CodeBuilder code, CodeElement element) {
            code.with(element);
        }
    }

    /** The method that decides between the guest's files and the kernel's. */
    private static void beside(ClassBuilder builder, ClassDesc self, MethodModel method) {
        String name = method.methodName().stringValue();
        MethodTypeDesc type = method.methodTypeSymbol();
        boolean opens = name.equals("open0");
        boolean ofStream = WITH_DESCRIPTOR.contains(self.displayName());
        boolean ofDescriptor = self.equals(DESCRIPTOR);
        @Nullable ClassDesc first = ofStream || ofDescriptor ? DESCRIPTOR : null;
        builder.withMethodBody(
                "guest$" + name,
                type.insertParameterTypes(0, self),
                ClassFile.ACC_STATIC | ClassFile.ACC_SYNTHETIC,
                code -> {
                    if (first == null || opens) {
                        code.invokestatic(CALLS_DESC, "active", ASK);
                    } else {
                        descriptor(code, self);
                        code.invokestatic(CALLS_DESC, "mine", ASK_DESCRIPTOR);
                    }
                    TypeKind result = TypeKind.from(type.returnType());
                    code.ifThen(
                            own -> {
                                if (first != null) {
                                    descriptor(own, self);
                                }
                                arguments(own, type);
                                own.invokestatic(
                                        CALLS_DESC,
                                        name,
                                        first == null ? type : type.insertParameterTypes(0, first));
                                own.return_(result);
                            });
                    code.aload(0);
                    arguments(code, type);
                    code.invokespecial(self, name, type);
                    code.return_(result);
                });
    }

    private static void descriptor(CodeBuilder code, ClassDesc self) {
        code.aload(0);
        if (!self.equals(DESCRIPTOR)) {
            code.getfield(self, "fd", DESCRIPTOR);
        }
    }

    private static void arguments(CodeBuilder code, MethodTypeDesc type) {
        int slot = 1;
        for (ClassDesc each : type.parameterList()) {
            TypeKind kind = TypeKind.from(each);
            code.loadLocal(kind, slot);
            slot += kind.slotSize();
        }
    }

    private static byte[] archives() throws IOException {
        ClassFile files = ClassFile.of();
        ClassModel model = files.parse(read(Object.class, ARCHIVES));
        return files.transformClass(
                model,
                ClassTransform.transformingMethodBodies(
                        (code, element) -> {
                            if (element instanceof InvokeInstruction call
                                    && call.owner().asInternalName().equals("java/nio/file/Files")
                                    && call.name().equalsString("readAttributes")) {
                                code.invokestatic(CALLS_DESC, "readAttributes", call.typeSymbol());
                            } else {
                                code.with(element);
                            }
                        }));
    }

    /** The same class under another name: Java Virtual Machine Specification, 4.4, of which only texts change. */
    private static byte[] renamed(byte[] bytes, String from, String to) throws IOException {
        ByteArrayOutputStream result = new ByteArrayOutputStream();
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        DataOutputStream out = new DataOutputStream(result);
        out.writeLong(in.readLong()); // magic and version
        int count = in.readUnsignedShort();
        out.writeShort(count);
        for (int i = 1; i < count; i++) {
            int tag = in.readUnsignedByte();
            out.writeByte(tag);
            switch (tag) {
                case 1 -> out.writeUTF(in.readUTF().replace(from, to));
                case 7, 8, 16, 19, 20 -> out.writeShort(in.readUnsignedShort());
                case 15 -> {
                    out.writeByte(in.readUnsignedByte());
                    out.writeShort(in.readUnsignedShort());
                }
                case 5, 6 -> {
                    out.writeLong(in.readLong());
                    i++; // these take two places
                }
                default -> out.writeInt(in.readInt());
            }
        }
        in.transferTo(out);
        return result.toByteArray();
    }
}

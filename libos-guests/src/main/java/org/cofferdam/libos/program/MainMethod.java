package org.cofferdam.libos.program;

import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The method that a launcher starts a program with: Java Language Specification 25, section 12.1.4. */
final class MainMethod {
    private final Method method;
    private final @Nullable Constructor<?> constructor;

    private MainMethod(Method method, @Nullable Constructor<?> constructor) {
        this.method = method;
        this.constructor = constructor;
    }

    /**
     * Finds it: {@code main(String[])} before {@code main()}; public before others; declared, inherited or a default
     * method. An instance's wants a constructor without parameters that is not private.
     */
    static MainMethod of(Class<?> type) throws ProgramException {
        Method method = find(type, true, String[].class);
        if (method == null) {
            method = find(type, false, String[].class);
        }
        if (method == null || !isCandidate(method)) {
            method = find(type, false);
        }
        if (method == null || !isCandidate(method)) {
            throw new ProgramException(
                    type.getName()
                            + " has no main method: neither main(String[]) nor main() that returns"
                            + " void and is not private");
        }
        Constructor<?> constructor = null;
        if (!Modifier.isStatic(method.getModifiers())) {
            constructor = constructor(type);
        }
        try {
            method.setAccessible(true);
            if (constructor != null) {
                constructor.setAccessible(true);
            }
        } catch (InaccessibleObjectException e) {
            throw new ProgramException(
                    type.getName()
                            + " lies in a package that its module keeps to itself; start the JVM"
                            + " with --add-opens="
                            + type.getModule().getName()
                            + "/"
                            + type.getPackageName()
                            + "=ALL-UNNAMED",
                    e);
        }
        return new MainMethod(method, constructor);
    }

    /** Runs it on the calling thread; what it throws comes out as it is. */
    void run(String[] arguments) throws Throwable {
        try {
            Object instance = constructor == null ? null : constructor.newInstance();
            if (method.getParameterCount() == 0) {
                method.invoke(instance);
            } else {
                method.invoke(instance, (Object) arguments);
            }
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }

    private static Constructor<?> constructor(Class<?> type) throws ProgramException {
        if (Modifier.isAbstract(type.getModifiers())) {
            throw new ProgramException(
                    type.getName() + " is abstract, and its main method wants an instance");
        }
        if (type.getEnclosingClass() != null && !Modifier.isStatic(type.getModifiers())) {
            throw new ProgramException(
                    type.getName() + " is an inner class, and its main method wants an instance");
        }
        for (Constructor<?> each : type.getDeclaredConstructors()) {
            if (each.getParameterCount() == 0 && !Modifier.isPrivate(each.getModifiers())) {
                return each;
            }
        }
        throw new ProgramException(
                type.getName()
                        + " has no constructor without parameters that is not private, and its main"
                        + " method wants an instance");
    }

    private static boolean isCandidate(Method method) {
        return method.getReturnType() == void.class && !Modifier.isPrivate(method.getModifiers());
    }

    private static @Nullable Method find(
            @Nullable Class<?> type, boolean publicOnly, Class<?>... parameters) {
        for (Class<?> at = type; at != null; at = at.getSuperclass()) {
            for (Method each : at.getDeclaredMethods()) {
                if (each.getName().equals("main")
                        && Arrays.equals(each.getParameterTypes(), parameters)
                        && (!publicOnly || Modifier.isPublic(each.getModifiers()))) {
                    return each;
                }
            }
            for (Class<?> each : at.getInterfaces()) {
                Method inherited = find(each, publicOnly, parameters);
                if (inherited != null && !Modifier.isStatic(inherited.getModifiers())) {
                    return inherited;
                }
            }
        }
        return null;
    }
}

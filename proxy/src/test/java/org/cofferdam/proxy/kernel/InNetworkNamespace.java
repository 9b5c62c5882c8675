package org.cofferdam.proxy.kernel;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.annotation.Annotation;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Runs the methods of a test class (BeforeEach, Test, AfterEach; no others) in a JVM of their own, in a network
 * namespace made for it, and reports here what came of each. Here only the constructor runs. At the end every
 * namespace with this process's prefix is removed.
 */
public final class InNetworkNamespace
        implements BeforeAllCallback, AfterAllCallback, InvocationInterceptor {
    /** Begins the names of all namespaces made here and by the tests; the child gets it as a property. */
    static final String PREFIX = "cfbpf-" + ProcessHandle.current().pid();

    private static final String PREFIX_PROPERTY = "cofferdam.test.namespaces";
    private static final String GOOD = "good";
    private static final int MINUTES = 3;
    private final Properties outcomes = new Properties();

    /**
     * In the child: begins the names of the namespaces that a test may make.
     *
     * @throws IllegalStateException elsewhere, so that no test changes the machine's own network
     */
    public static String prefix() {
        String prefix = System.getProperty(PREFIX_PROPERTY);
        if (prefix == null) {
            throw new IllegalStateException("not in a network namespace of the tests");
        }
        return prefix;
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
        Path results = Files.createTempFile("cofferdam-test", ".properties");
        Path output = Files.createTempFile("cofferdam-test", ".txt");
        Command.run("ip", "netns", "add", PREFIX);
        List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", PREFIX));
        command.add(ProcessHandle.current().info().command().orElse("java"));
        for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (argument.startsWith("-Djnr") || argument.startsWith("--")) {
                command.add(argument);
            }
        }
        command.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "-D" + PREFIX_PROPERTY + "=" + PREFIX,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        context.getRequiredTestClass().getName(),
                        results.toString()));
        Process child =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        boolean ended = child.waitFor(MINUTES, TimeUnit.MINUTES);
        child.destroyForcibly();
        System.out.print(Files.readString(output));
        Assertions.assertTrue(ended, "the tests in the namespace did not end");
        try (var in = Files.newInputStream(results)) {
            outcomes.load(in);
        }
        Files.delete(results);
        Files.delete(output);
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        for (String line : Command.run("ip", "netns", "list").lines().toList()) {
            if (line.startsWith(PREFIX)) {
                Command.run("ip", "netns", "delete", line.replaceFirst(" .*", ""));
            }
        }
    }

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext context) {
        invocation.skip();
        String outcome = outcomes.getProperty(method.getExecutable().getName());
        Assertions.assertNotNull(outcome, "the JVM in the namespace ended before this test");
        Assertions.assertEquals(GOOD, outcome);
    }

    @Override
    public void interceptBeforeEachMethod(
            Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext context) {
        invocation.skip();
    }

    @Override
    public void interceptAfterEachMethod(
            Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext context) {
        invocation.skip();
    }

    /** The JVM in the namespace. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws Exception {
            Class<?> tests = Class.forName(arguments[0]);
            Properties outcomes = new Properties();
            for (Method method : tests.getDeclaredMethods()) {
                if (method.isAnnotationPresent(Test.class)) {
                    outcomes.setProperty(method.getName(), outcome(tests, method));
                    save(outcomes, Path.of(arguments[1]));
                }
            }
            System.exit(0);
        }

        private static String outcome(Class<?> tests, Method method) {
            try {
                var constructor = tests.getDeclaredConstructor();
                constructor.setAccessible(true);
                Object test = constructor.newInstance();
                try {
                    call(tests, BeforeEach.class, test);
                    method.setAccessible(true);
                    method.invoke(test);
                } finally {
                    call(tests, AfterEach.class, test);
                }
                return GOOD;
            } catch (ReflectiveOperationException e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                var text = new StringWriter();
                // The process that waits for this one fails its test with the text.
                cause.printStackTrace(new PrintWriter(text));
                return text.toString();
            }
        }

        private static void call(Class<?> tests, Class<? extends Annotation> which, Object test)
                throws ReflectiveOperationException {
            for (Method method : tests.getDeclaredMethods()) {
                if (method.isAnnotationPresent(which)) {
                    method.setAccessible(true);
                    method.invoke(test);
                }
            }
        }

        private static void save(Properties outcomes, Path file) throws IOException {
            try (var out = Files.newOutputStream(file)) {
                outcomes.store(out, null);
            }
        }
    }
}

package org.cofferdam.audit.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.cofferdam.audit.AuditLog;
import org.cofferdam.audit.AuditOptions;
import org.cofferdam.audit.AuditSource;
import org.cofferdam.audit.CrossingType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the project's first page says about programs that read the log. */
class ReadmeExampleTest {
    private static final int MOST_LINES = 45;

    @TempDir Path folder;

    @Test
    void theProgramInTheReadmeCompilesAndRuns() throws Exception {
        String program = program();
        assertTrue(program.lines().count() <= MOST_LINES, program.lines().count() + " lines");
        Path source = folder.resolve("Refusals.java");
        Files.writeString(source, program);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assertNotNull(compiler, "this runs on a JDK");
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int compiled =
                compiler.run(
                        null,
                        said,
                        said,
                        "-proc:none",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        folder.toString(),
                        source.toString());
        assertEquals(0, compiled, said.toString(StandardCharsets.UTF_8));

        Path log = folder.resolve("log");
        try (AuditLog audit = AuditLog.open(AuditOptions.in(log, "example-host"))) {
            AuditSource guests = audit.source("guests", 1 << 16);
            guests.record(CrossingType.PORT_ATTACH, 3, 2, 0x020000000007L, 2, 0, 0, "web");
            guests.record(CrossingType.GUEST_CALL_REFUSED, 3, 101, 1, 1, 1, 0, "ptrace");
            guests.record(CrossingType.GUEST_CALL_REFUSED, 3, 165, 1, 1, 1, 0, "mount");
        }
        String printed = run(log);
        assertTrue(printed.contains("example-host "), printed);
        assertTrue(printed.contains("\"ptrace\""), printed);
        assertTrue(printed.endsWith("2 times web GUEST_CALL_REFUSED\n"), printed);
    }

    private static String program() throws IOException {
        Path readme = Path.of("").toAbsolutePath();
        while (readme != null && !Files.exists(readme.resolve("audit-log/FORMAT.md"))) {
            readme = readme.getParent();
        }
        assertNotNull(readme, "the project's folder");
        Matcher java =
                Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
                        .matcher(Files.readString(readme.resolve("README.md")));
        assertTrue(java.find(), "README.md has no program");
        return java.group(1);
    }

    private String run(Path log) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                folder + ":" + System.getProperty("java.class.path"),
                                "Refusals",
                                log.toString())
                        .redirectError(folder.resolve("errors").toFile())
                        .start();
        String printed =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), () -> errors());
        return printed;
    }

    private String errors() {
        try {
            return Files.readString(folder.resolve("errors"));
        } catch (IOException e) {
            return e.toString();
        }
    }
}

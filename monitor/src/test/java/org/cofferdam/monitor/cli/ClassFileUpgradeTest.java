package org.cofferdam.monitor.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The upgrade, on the very jar that it is for. */
final class ClassFileUpgradeTest {
    @TempDir Path dir;

    @Test
    void everyClassOfPicocliGetsStackMapsAndStillVerifies() throws Exception {
        Path upgraded = upgraded("a.jar");
        try (ZipFile zip = new ZipFile(upgraded.toFile());
                URLClassLoader loader =
                        new URLClassLoader(
                                new URL[] {upgraded.toUri().toURL()},
                                ClassLoader.getPlatformClassLoader())) {
            List<? extends ZipEntry> classes =
                    zip.stream()
                            .filter(e -> e.getName().startsWith("picocli/CommandLine"))
                            .toList();
            assertTrue(classes.size() > 200);
            for (ZipEntry entry : classes) {
                try (DataInputStream in = new DataInputStream(zip.getInputStream(entry))) {
                    assertEquals(0xcafebabe, in.readInt());
                    assertEquals(52, in.readInt(), entry.getName());
                }
                String name = entry.getName().replace('/', '.').replace(".class", "");
                Class<?> loaded = Class.forName(name, true, loader); // initialising verifies it
                assertEquals(loader, loaded.getClassLoader());
            }
        }
    }

    @Test
    void theSameJarGivesTheSameResult() throws Exception {
        assertArrayEquals(
                Files.readAllBytes(upgraded("a.jar")), Files.readAllBytes(upgraded("b.jar")));
    }

    private Path upgraded(String name) throws IOException, URISyntaxException {
        Path jar =
                Path.of(
                        CommandLine.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toURI());
        Path to = dir.resolve(name);
        ClassFileUpgrade.upgrade(jar, to);
        return to;
    }
}

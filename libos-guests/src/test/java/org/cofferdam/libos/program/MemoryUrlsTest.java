package org.cofferdam.libos.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.jar.JarEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Addresses of what is on the class path open from memory: the files are deleted first. */
final class MemoryUrlsTest {
    @TempDir Path folder;
    private ClassLoader loader = MemoryUrlsTest.class.getClassLoader();

    @BeforeEach
    void loadAndDelete() throws IOException, ProgramException {
        Path jar =
                new Sources()
                        .attribute("p/a b%20ü.txt", "Colour", "red")
                        .file("p/a b%20ü.txt", "odd name")
                        .file("p/x.properties", "k=v")
                        .type("Main", "class Main { static void main() {} }")
                        .jar(folder.resolve("o dd ü#?.jar"));
        Path classes =
                new Sources().file("f/in folder.txt", "of a folder").folder(folder.resolve("c"));
        loader =
                Program.load(
                                new ProgramSource.ClassPath(jar + ":" + classes, "Main"),
                                FileSystems.getDefault())
                        .loader();
        Files.delete(jar);
        Files.delete(classes.resolve("f/in folder.txt"));
    }

    private URL url(String name) {
        return Objects.requireNonNull(loader.getResource(name), name);
    }

    private static String text(URL url) throws IOException {
        try (InputStream in = url.openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void addressesLookAsTheJdksAndOpenFromMemory() throws Exception {
        URL inJar = url("p/a b%20ü.txt");
        assertEquals("jar", inJar.getProtocol());
        assertTrue(
                inJar.toString().endsWith("/o%20dd%20%C3%BC%23%3F.jar!/p/a%20b%2520%C3%BC.txt"),
                inJar.toString());
        assertEquals("odd name", text(inJar));
        URL inFolder = url("f/in folder.txt");
        assertEquals("file:" + folder + "/c/f/in%20folder.txt", inFolder.toString());
        assertEquals(folder.resolve("c/f/in folder.txt"), Path.of(inFolder.toURI()));
        assertEquals("of a folder", text(inFolder));
        assertEquals("in folder.txt\n", text(url("f")));
        assertEquals(inJar, url("p/a b%20ü.txt"));
        assertEquals(inJar.hashCode(), url("p/a b%20ü.txt").hashCode());
    }

    @Test
    @SuppressWarnings("deprecation") // programs use them
    void relativeAddressesStayInTheirJar() throws IOException {
        URL one = url("p/x.properties");
        assertEquals("odd name", text(new URL(one, "a%20b%2520%C3%BC.txt")));
        assertEquals("k=v", text(new URL(one, "/p/x.properties")));
        assertThrows(FileNotFoundException.class, () -> text(new URL(one, "none")));
        assertThrows(IOException.class, () -> text(new URL(one, "/")));
    }

    @Test
    void aConnectionIsOneToAJar() throws IOException {
        JarURLConnection jar = (JarURLConnection) url("p/a b%20ü.txt").openConnection();
        jar.setUseCaches(false);
        assertEquals("p/a b%20ü.txt", jar.getEntryName());
        assertEquals(8, jar.getContentLengthLong());
        assertEquals("text/plain", jar.getContentType());
        assertTrue(jar.getLastModified() > 1_000_000_000_000L, jar.getLastModified() + "");
        JarEntry entry = Objects.requireNonNull(jar.getJarEntry());
        assertEquals(8, entry.getSize());
        assertEquals("red", entry.getAttributes().getValue("Colour"));
        assertEquals("red", jar.getAttributes().getValue("Colour"));
        assertNotNull(jar.getManifest());
        assertTrue(jar.getJarFileURL().toString().startsWith("file:/"));
        assertThrows(IOException.class, jar::getJarFile, "the file is deleted");
        URLConnection file = url("f/in folder.txt").openConnection();
        assertEquals(11, file.getContentLength());
    }

    @Test
    void aFolderInAJarIsFoundWithAndWithoutItsSlash() throws IOException {
        assertTrue(url("p").toString().endsWith(".jar!/p/"), url("p").toString());
        assertEquals(url("p"), url("p/"));
        assertEquals("", text(url("p")));
    }
}

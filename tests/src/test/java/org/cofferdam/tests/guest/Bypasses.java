package org.cofferdam.tests.guest;

import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.RandomAccessFile;
import java.net.NetworkInterface;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.jar.JarFile;
import java.util.zip.ZipFile;

/** Tries every way to the host that goes past the JDK's providers, and says what came of each. */
public final class Bypasses {
    private Bypasses() {}

    /** Prints "NAME: RESULT" for each; the argument is a file of the host. */
    public static void main(String[] args) {
        String file = args[0];
        tell("FileInputStream", () -> new FileInputStream(file));
        tell("FileOutputStream", () -> new FileOutputStream(file));
        tell("RandomAccessFile", () -> new RandomAccessFile(file, "r"));
        tell("JarFile", () -> new JarFile(file));
        tell("ZipFile", () -> new ZipFile(file));
        tell("File.exists", () -> new File(file).exists());
        tell("File.list", () -> new File("/").list());
        tell("Files.exists", () -> Files.exists(Path.of(file)));
        tell("ProcessBuilder", () -> new ProcessBuilder("true").start());
        tell("NetworkInterface", NetworkInterface::getNetworkInterfaces);
        tell("Unix", () -> SocketChannel.open(UnixDomainSocketAddress.of("/run/x")));
        tell("System.load", Bypasses::load);
        tell("Files in memory", () -> Files.writeString(Path.of("/tmp/a"), "b").getFileName());
    }

    private static Object load() {
        System.load("/lib/x86_64-linux-gnu/libz.so.1");
        return "loaded";
    }

    private static void tell(String name, Callable<?> deed) {
        String result;
        try {
            result = String.valueOf(deed.call());
        } catch (Exception | LinkageError e) {
            result = e.toString();
        }
        System.out.println(name + ": " + result);
    }
}

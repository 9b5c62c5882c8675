package guestprogram;

import java.io.File;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.RandomAccessFile;
import java.net.URI;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.zip.ZipFile;

/** A program that uses java.io and subprocesses, and says what comes of each. */
public final class UsesJavaIo {
    private UsesJavaIo() {}

    private static void say(String what, Callable<?> act) {
        try {
            System.out.println(what + ": " + act.call());
        } catch (Throwable e) {
            System.out.println(what + ": " + e.toString().lines().findFirst().orElse(""));
        }
    }

    public static void main(String[] arguments) {
        String own = UsesJavaIo.class.getProtectionDomain().getCodeSource().getLocation().getPath();
        say("exists", () -> new File(own).exists());
        say("list", () -> Arrays.toString(new File("/tmp").list()));
        say("mkdir", () -> new File("/tmp/made").mkdir());
        say("read", () -> new FileInputStream("/x"));
        say("write", () -> new FileOutputStream("/x"));
        say("random", () -> new RandomAccessFile("/x", "r"));
        say("temporary", () -> File.createTempFile("abc", null, new File("/tmp")));
        say("zip", () -> new ZipFile("/x"));
        say("url", () -> URI.create("file:/x").toURL().openStream());
        say("process", () -> new ProcessBuilder("/bin/true").start());
        say("library", () -> {
            System.load("/x.so");
            return "loaded";
        });
        say("console", () -> new FileInputStream(FileDescriptor.in).available() >= 0);
    }
}

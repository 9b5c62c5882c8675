package guestprogram;

import java.io.BufferedReader;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.FileReader;
import java.io.FileWriter;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Scanner;
import java.util.concurrent.Callable;
import java.util.jar.JarFile;
import java.util.logging.FileHandler;
import java.util.logging.Logger;
import java.util.zip.ZipFile;

/** A program that works with files the old way, and says what comes of each. */
public final class WorksWithJavaIo {
    private WorksWithJavaIo() {}

    private static void say(String what, Callable<?> act) {
        try {
            System.out.println(what + ": " + act.call());
        } catch (Throwable e) {
            System.out.println(what + ": " + e);
        }
    }

    public static void main(String[] arguments) {
        String own = WorksWithJavaIo.class.getProtectionDomain().getCodeSource().getLocation().getPath();
        File text = new File("/tmp/text");
        say("write", () -> {
            try (PrintWriter out = new PrintWriter(new FileWriter(text))) {
                out.print("one\ntwo\n");
            }
            try (FileOutputStream out = new FileOutputStream(text, true)) {
                out.write('3');
                out.getFD().sync();
            }
            return text.length() + " " + text.exists() + text.isFile() + text.isDirectory() + text.canWrite();
        });
        say("read", () -> {
            try (BufferedReader in = new BufferedReader(new FileReader(text)); Scanner scanner = new Scanner(text)) {
                return in.readLine() + in.readLine() + in.readLine() + in.readLine() + scanner.next();
            }
        });
        say("stream", () -> {
            try (FileInputStream in = new FileInputStream(text)) {
                String s = in.available() + " " + in.skip(4) + " " + (char) in.read() + in.getFD().valid();
                return s + in.getChannel().position() + new String(in.readAllBytes()) + in.read();
            }
        });
        say("random", () -> {
            try (RandomAccessFile file = new RandomAccessFile("/tmp/random", "rw")) {
                file.writeInt(7);
                file.writeUTF("ü");
                file.seek(0);
                String s = file.readInt() + file.readUTF() + file.getFilePointer() + " " + file.length();
                file.setLength(4);
                file.seek(100);
                file.write(1);
                try (var lock = file.getChannel().tryLock()) {
                    return s + " " + file.length() + lock.isValid();
                }
            }
        });
        say("tree", () -> {
            File folder = new File("/tmp/a/b");
            boolean made = folder.mkdirs() && new File(folder, "x").createNewFile();
            boolean again = new File(folder, "x").createNewFile();
            boolean moved = new File(folder, "x").renameTo(new File("/tmp/a/y"));
            String names = Arrays.toString(new File("/tmp/a").list());
            return made + " " + again + moved + names + folder.delete() + new File("/tmp/a").delete();
        });
        say("names", () -> new File("/tmp/../tmp/./q").getCanonicalPath() + new File("q").getAbsolutePath().endsWith("/q"));
        say("temporary", () -> {
            File made = File.createTempFile("abc", null);
            made.deleteOnExit();
            return made.exists() + " " + made.getParent();
        });
        say("time", () -> text.setLastModified(5000) + " " + text.lastModified());
        say("zip", () -> {
            try (ZipFile zip = new ZipFile(own); JarFile jar = new JarFile(own)) {
                return new String(zip.getInputStream(zip.getEntry("found.txt")).readAllBytes())
                        + jar.getManifest().getMainAttributes().getValue("Main-Class");
            }
        });
        say("url", () -> {
            try (var in = URI.create("file:" + text).toURL().openStream()) {
                return in.readAllBytes().length;
            }
        });
        say("both", () -> Files.readString(text.toPath()).length());
        say("log", () -> {
            FileHandler handler = new FileHandler("/tmp/app.log");
            Logger logger = Logger.getLogger("x");
            logger.setUseParentHandlers(false);
            logger.addHandler(handler);
            logger.info("logged");
            handler.close();
            return new File("/tmp/app.log").length() > 100;
        });
        say("missing", () -> new FileInputStream("/etc/passwd"));
        say("folder", () -> new FileInputStream("/tmp"));
        say("read-only", () -> new FileOutputStream(own));
        say("console", () -> new FileInputStream(java.io.FileDescriptor.in).read());
    }
}

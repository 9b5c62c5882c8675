package org.cofferdam.drivervm.linux;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.cofferdam.drivervm.BadImageException;

/**
 * The list of an image, {@code image.list}: lines of words with one space between them.
 *
 * <pre>
 *   format 1                                        the first line
 *   package NAME
 *   version VERSION
 *   release RELEASE
 *   kernel-end ADDRESS                              decimal: where the memory ends that the kernel itself fills
 *   file SHA256 NAME                                for each other file of the folder
 *   module NAME SHA256 PACKAGED-SHA256 PATH         for each module in the initramfs
 *   made DIGEST                                     for ops/driver-image: what the image was made by
 * </pre>
 *
 * Lines that begin otherwise are left out, so that later versions may add some.
 */
record ImageList(
        String packageName,
        String version,
        String release,
        long kernelEnd,
        Map<String, String> files,
        List<LinuxImage.Module> modules) {

    static final String NAME = "image.list";

    private static final int MAX_MODULES = 1000;
    private static final long MAX_KERNEL_END = 1L << 30;
    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,10}");
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9._+~:/-]{1,256}");
    private static final Pattern SUM = Pattern.compile("[0-9a-f]{64}");

    static ImageList parse(Path folder, String text) throws BadImageException {
        Map<String, String> single = new HashMap<>();
        Map<String, String> files = new HashMap<>();
        List<LinuxImage.Module> modules = new ArrayList<>();
        List<String> lines = text.lines().toList();
        if (lines.isEmpty() || !lines.getFirst().equals("format 1")) {
            throw ImageFile.bad(folder, NAME, "is of another format than this version reads");
        }
        for (String line : lines) {
            String[] words = line.split(" ", -1);
            boolean good =
                    switch (words[0]) {
                        case "package", "version", "release", "kernel-end" ->
                                words.length == 2
                                        && word(words[1])
                                        && single.put(words[0], words[1]) == null;
                        case "file" ->
                                words.length == 3
                                        && sum(words[1])
                                        && word(words[2])
                                        && files.put(words[2], words[1]) == null;
                        case "module" ->
                                words.length == 5
                                        && word(words[1])
                                        && sum(words[2])
                                        && sum(words[3])
                                        && word(words[4])
                                        && modules.size() < MAX_MODULES
                                        && modules.add(
                                                new LinuxImage.Module(
                                                        words[1], words[2], words[3], words[4]));
                        default -> true;
                    };
            if (!good) {
                throw ImageFile.bad(folder, NAME, "has a wrong line that begins with " + words[0]);
            }
        }
        return new ImageList(
                one(folder, single, "package"),
                one(folder, single, "version"),
                one(folder, single, "release"),
                kernelEnd(folder, one(folder, single, "kernel-end")),
                Map.copyOf(files),
                List.copyOf(modules));
    }

    private static String one(Path folder, Map<String, String> single, String name)
            throws BadImageException {
        String value = single.get(name);
        if (value == null) {
            throw ImageFile.bad(folder, NAME, "has no line " + name);
        }
        return value;
    }

    private static long kernelEnd(Path folder, String text) throws BadImageException {
        // Ten digits at most, so the number fits; the limit is the one of a kernel's image
        // (KERNEL_IMAGE_SIZE).
        long end = DECIMAL.matcher(text).matches() ? Long.parseLong(text) : 0;
        if (end <= 0 || end > MAX_KERNEL_END) {
            throw ImageFile.bad(folder, NAME, "has a wrong line that begins with kernel-end");
        }
        return end;
    }

    private static boolean word(String text) {
        return WORD.matcher(text).matches();
    }

    private static boolean sum(String text) {
        return SUM.matcher(text).matches();
    }
}

package org.cofferdam.tests.guest;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;

/** Ends in the way that its argument names. */
public final class Endings {
    private static final int CODE = 7;

    private Endings() {}

    /** exit, throw, heap, wait; lines: at the end of standard input, which it repeats. */
    public static void main(String[] args) throws InterruptedException {
        switch (args[0]) {
            case "exit" -> System.exit(CODE);
            case "throw" -> throw new IllegalStateException("on purpose");
            case "heap" -> heap();
            case "lines" -> {
                try (Scanner input = new Scanner(System.in, StandardCharsets.UTF_8)) {
                    while (input.hasNextLine()) {
                        System.out.println("read " + input.nextLine());
                    }
                }
            }
            case "wait" -> {
                Runtime.getRuntime()
                        .addShutdownHook(new Thread(() -> System.out.println("the hook ran")));
                System.out.println("waiting");
                Thread.currentThread().join();
            }
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static void heap() {
        List<byte[]> kept = new ArrayList<>();
        try {
            while (true) {
                kept.add(new byte[1 << 20]);
            }
        } catch (OutOfMemoryError e) {
            int pieces = kept.size();
            kept.clear();
            System.out.println("the heap was full after " + pieces + " MiB");
        }
    }
}

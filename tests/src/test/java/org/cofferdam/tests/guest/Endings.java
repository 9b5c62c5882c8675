package org.cofferdam.tests.guest;

import java.util.ArrayList;
import java.util.List;

/** Ends in the way that its argument names. */
public final class Endings {
    private static final int CODE = 7;

    private Endings() {}

    /** exit, throw, heap, threads, wait. */
    public static void main(String[] args) throws InterruptedException {
        switch (args[0]) {
            case "exit" -> System.exit(CODE);
            case "throw" -> throw new IllegalStateException("on purpose");
            case "heap" -> heap();
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

package org.cofferdam.libos.net.kernel;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.cofferdam.binding.net.Tap;
import org.cofferdam.libos.net.link.ImpairedLink;
import org.cofferdam.libos.net.link.Impairment;
import org.cofferdam.libos.net.link.LinkFeatures;
import org.cofferdam.libos.net.link.TapLink;
import org.cofferdam.libos.net.stack.NetworkStack;
import org.cofferdam.libos.net.stack.StackSettings;
import org.cofferdam.libos.net.wire.IpAddress;
import org.cofferdam.libos.net.wire.MacAddress;

/**
 * A stack of ours and the kernel's on the two sides of a tap, which lies in a network namespace of this test; it needs
 * root, and elsewhere the test is skipped.
 *
 * <pre>
 *  kernel 10.79.0.1, fd00:79::1 === tap ===[impaired]-- stack 10.79.0.2, fd00:79::2
 * </pre>
 */
final class KernelSide {
    static final IpAddress KERNEL = IpAddress.parse("10.79.0.1");
    static final IpAddress STACK = IpAddress.parse("10.79.0.2");
    static final IpAddress KERNEL_V6 = IpAddress.parse("fd00:79::1");
    static final IpAddress STACK_V6 = IpAddress.parse("fd00:79::2");

    private static final AtomicInteger COUNT = new AtomicInteger();

    final NetworkStack stack;
    final ImpairedLink link;
    private final String name =
            "cft" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
    private final Tap tap;
    private final Thread thread;
    private final List<Process> programs = new ArrayList<>();
    private final AtomicLong skipped = new AtomicLong();
    private volatile boolean ending;

    KernelSide(LinkFeatures features) {
        assumeTrue("root".equals(System.getProperty("user.name")), "a tap needs root");
        run("ip", "netns", "add", name);
        tap = Tap.create(name, 1);
        boolean all = features.tso4();
        tap.setOffloads(all, all, all);
        // It is down and without an address until it is in the namespace.
        run("ip", "link", "set", name, "netns", name);
        run("ip", "-n", name, "link", "set", "lo", "up");
        run("ip", "-n", name, "link", "set", name, "up");
        run("ip", "-n", name, "address", "add", "10.79.0.1/24", "dev", name);
        run("ip", "-n", name, "address", "add", "fd00:79::1/64", "dev", name, "nodad");
        TapLink inner = new TapLink(tap, MacAddress.parse("02:cf:00:00:00:79"), 1500, features);
        link =
                new ImpairedLink(
                        inner,
                        Impairment.NONE,
                        Impairment.NONE,
                        System::nanoTime,
                        new SplittableRandom(3),
                        512);
        stack =
                new NetworkStack(
                        link,
                        () -> System.nanoTime() + skipped.get(),
                        new java.security.SecureRandom(),
                        () -> {},
                        StackSettings.DEFAULT);
        stack.setV4(STACK, 24, IpAddress.ANY_V4);
        stack.addV6(STACK_V6, 64);
        thread = Thread.ofPlatform().name("stack").start(this::work);
    }

    private void work() {
        while (!ending) {
            if (stack.doWork() == 0) {
                LockSupport.parkNanos(20_000);
            }
        }
    }

    /** Runs something on the stack's thread. */
    <T> T onStack(Callable<T> task) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        stack.execute(
                () -> {
                    try {
                        result.complete(task.call());
                    } catch (Exception e) {
                        result.completeExceptionally(e);
                    }
                });
        return result.get(10, TimeUnit.SECONDS);
    }

    /** Makes the link bad in both directions. */
    void impair(Impairment bad) throws Exception {
        onStack(
                () -> {
                    link.impair(bad, bad);
                    return true;
                });
    }

    /** Has the stack, and nobody else, believe that so much time has passed. */
    void skip(long nanos) {
        skipped.addAndGet(nanos);
    }

    /** The interface's name in the namespace. */
    String device() {
        return name;
    }

    /** Starts a command in the namespace. */
    Program command(String... words) {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name));
        all.addAll(List.of(words));
        return new Program(start(all));
    }

    /** Starts {@link KernelProgram} in the namespace. */
    Program program(String... arguments) {
        List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", name));
        words.add(ProcessHandle.current().info().command().orElse("java"));
        words.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KernelProgram.class.getName()));
        words.addAll(List.of(arguments));
        return new Program(start(words));
    }

    /** Runs a command in the namespace to its end; returns its output. */
    String inNamespace(String... words) {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name));
        all.addAll(List.of(words));
        return new Program(start(all)).end();
    }

    private Process start(List<String> words) {
        try {
            Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
            programs.add(process);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A process whose lines are read. */
    record Program(Process process, BufferedReader out) {
        Program(Process process) {
            this(
                    process,
                    new BufferedReader(
                            new InputStreamReader(
                                    process.getInputStream(), StandardCharsets.UTF_8)));
        }

        /** Its next line. */
        String line() {
            try {
                String line = out.readLine();
                return line == null ? "(ended)" : line;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** All that is left of its output, once it has ended. */
        String end() {
            StringBuilder text = new StringBuilder();
            for (String line = line(); !line.equals("(ended)"); line = line()) {
                text.append(line).append('\n');
            }
            return text.toString().strip();
        }

        void tell() {
            try {
                process.getOutputStream().write('\n');
                process.getOutputStream().flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void run(String... words) {
        try {
            Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
            String out =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(String.join(" ", words) + ": " + out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Ends what runs in the namespace, then removes it. */
    void end() throws InterruptedException {
        ending = true;
        thread.join();
        programs.forEach(Process::destroyForcibly);
        stack.close();
        tap.close();
        run("ip", "netns", "delete", name);
    }
}

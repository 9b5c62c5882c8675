package org.cofferdam.monitor.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import org.cofferdam.audit.read.AuditStream;
import org.cofferdam.audit.read.Crossing;
import org.cofferdam.audit.read.CrossingPlace;
import org.jspecify.annotations.Nullable;

/** Prints crossings: line by line when following, in large pieces otherwise; ends when nobody reads any more. */
final class AuditPrinter implements AuditStream.Consumer {
    private static final int PIECE = 32 * 1024;
    private static final long PROGRESS_AFTER = 1_000_000_000L;
    private static final long PROGRESS_EVERY = 250_000_000L;

    private final Console console;
    private final AuditOutput output;
    private final AuditStream stream;
    private final boolean lineByLine;
    private final int last;
    private final long most;
    private final boolean colour = Terminal.wantsColour();
    private final boolean showsProgress = Terminal.isTerminal(Terminal.STDERR);
    private final long begun = System.nanoTime();
    private final StringBuilder piece = new StringBuilder(PIECE + 1024);
    private @Nullable Deque<String> held;
    private long printed;
    private long progressAt = begun + PROGRESS_AFTER;
    private boolean progressShown;
    private boolean sawDamage;

    /**
     * @param last of what is there at the start, print only so many, the newest; Integer.MAX_VALUE for all
     * @param most end after so many
     */
    AuditPrinter(
            Console console,
            AuditOutput output,
            AuditStream stream,
            boolean lineByLine,
            int last,
            long most) {
        this.console = console;
        this.output = output;
        this.stream = stream;
        this.lineByLine = lineByLine;
        this.last = last;
        this.most = most;
        held = last == Integer.MAX_VALUE ? null : new ArrayDeque<>();
        piece.append(output.title());
    }

    @Override
    public void crossing(Crossing crossing, CrossingPlace place) {
        if (printed >= most) {
            return;
        }
        String line = output.line(crossing, place, colour);
        Deque<String> waiting = held;
        if (waiting == null) {
            print(line);
            return;
        }
        waiting.addLast(line);
        if (waiting.size() > last) {
            waiting.removeFirst();
        }
    }

    private void print(String line) {
        piece.append(line).append('\n');
        printed++;
        if (lineByLine || piece.length() >= PIECE) {
            flush();
        }
        if (printed >= most) {
            stream.close();
        }
    }

    @Override
    public void caughtUp() {
        Deque<String> waiting = held;
        held = null;
        if (waiting != null) {
            waiting.forEach(this::print);
        }
        flush();
    }

    @Override
    public void damage(String sentence) {
        flush();
        sawDamage = true;
        console.say(sentence + "; 'monitor audit verify' says more");
    }

    @Override
    public void progress(AuditStream.Progress progress) {
        long now = System.nanoTime();
        if (!showsProgress || lineByLine || now < progressAt) {
            return;
        }
        progressAt = now + PROGRESS_EVERY;
        progressShown = true;
        console.err()
                .print(
                        String.format(
                                Locale.ROOT,
                                "\r%,d records read, %,d blocks passed over, %,d printed ",
                                progress.records(),
                                progress.skippedBlocks(),
                                printed));
        console.err().flush();
    }

    /** Prints what is left. */
    void finish() {
        caughtUp();
        if (progressShown) {
            console.err().print("\r\u001b[K");
            console.err().flush();
        }
    }

    /** Whether stretches of the log could not be read. */
    boolean sawDamage() {
        return sawDamage;
    }

    private void flush() {
        if (piece.length() > 0) {
            console.print(piece.toString());
            piece.setLength(0);
        }
        if (console.out().checkError()) {
            stream.close(); // as in 'monitor audit tail | head'
        }
    }
}

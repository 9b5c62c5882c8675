package org.cofferdam.monitor.config;

import org.jspecify.annotations.Nullable;

/**
 * Something the operator has to know and can act on. The message is one sentence: what went wrong, where, and what to
 * do. The command line prints it alone; the cause appears only with {@code --verbose}.
 */
public final class OperatorError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ExitCode exitCode;

    public OperatorError(ExitCode exitCode, String sentence) {
        this(exitCode, sentence, null);
    }

    public OperatorError(ExitCode exitCode, String sentence, @Nullable Throwable cause) {
        super(oneLine(sentence), cause);
        this.exitCode = exitCode;
    }

    public static OperatorError usage(String sentence) {
        return new OperatorError(ExitCode.USAGE, sentence);
    }

    public static OperatorError environment(String sentence) {
        return new OperatorError(ExitCode.ENVIRONMENT, sentence);
    }

    public static OperatorError refused(String sentence) {
        return new OperatorError(ExitCode.REFUSED, sentence);
    }

    public static OperatorError failure(String sentence, @Nullable Throwable cause) {
        return new OperatorError(ExitCode.FAILURE, sentence, cause);
    }

    public ExitCode exitCode() {
        return exitCode;
    }

    /** The sentence, without a line break whatever was quoted in it. */
    public String sentence() {
        return String.valueOf(getMessage());
    }

    /** Control characters in quoted input must neither break the line nor reach the terminal. */
    private static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.strip()
                .codePoints()
                .forEach(c -> line.appendCodePoint(Character.isISOControl(c) ? ' ' : c));
        return line.toString();
    }
}

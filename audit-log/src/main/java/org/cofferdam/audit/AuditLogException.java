package org.cofferdam.audit;

import org.cofferdam.binding.NativeCallException;

/** The log cannot be opened, read or closed as asked. The message is one sentence for the operator. */
public final class AuditLogException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Kinds of trouble, so that a command can choose its exit code. */
    public enum Problem {
        /** The directory cannot be made, or is not one, or others may write in it. */
        DIRECTORY,
        /** Another process writes this log. */
        IN_USE,
        /** The disk or the quota is full. */
        DISK_FULL,
        /** A call failed for another reason. */
        IO,
        /** There is no log in the directory. */
        NO_LOG,
        /** The log does not hold what was asked for. */
        NOT_THERE,
        /** The log was closed. */
        CLOSED
    }

    private static final int ENOSPC = 28;
    private static final int EDQUOT = 122;

    private final Problem problem;

    public AuditLogException(Problem problem, String message, Throwable cause) {
        super(message, cause);
        this.problem = problem;
    }

    /** An exception without a cause. */
    public AuditLogException(Problem problem, String message) {
        super(message);
        this.problem = problem;
    }

    /** The kind of trouble. */
    public Problem problem() {
        return problem;
    }

    /** What a failed call of the file system means. */
    static Problem problemOf(NativeCallException e) {
        return e.errno() == ENOSPC || e.errno() == EDQUOT ? Problem.DISK_FULL : Problem.IO;
    }
}

package org.cofferdam.monitor.config;

/** The exit codes of the {@code monitor} command; scripts may rely on them. */
public enum ExitCode {
    /** All went well. */
    OK(0),
    /** The command line or the configuration file is wrong; nothing was tried. */
    USAGE(2),
    /** The machine lacks something: a device, a permission, an interface, a tool, a running monitor, a free socket. */
    ENVIRONMENT(3),
    /** What was asked is understood and possible, but not allowed. */
    REFUSED(4),
    /** It was allowed and tried, and failed. */
    FAILURE(5);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    /** The number the process ends with. */
    public int code() {
        return code;
    }
}

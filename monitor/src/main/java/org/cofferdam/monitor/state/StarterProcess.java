package org.cofferdam.monitor.state;

/** The process that started this one and cleans up after it, if there is one. */
public final class StarterProcess {
    /** Set, to the channel's descriptor, in a monitor that a starter has started. */
    public static final String CHANNEL_PROPERTY = "cofferdam.channel";

    private StarterProcess() {}

    /** Whether a starter has started this process. */
    public static boolean isThere() {
        return System.getProperty(CHANNEL_PROPERTY) != null;
    }

    /** The process whose end means that the monitor has ended and the host is as it was. */
    public static long lastToEnd() {
        return isThere() ? pid() : ProcessHandle.current().pid();
    }

    /** The starter; 0 if it has died. */
    public static long pid() {
        return ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L);
    }
}

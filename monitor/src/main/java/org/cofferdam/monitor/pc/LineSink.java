package org.cofferdam.monitor.pc;

/** Takes the lines that a guest writes to a serial port. */
@FunctionalInterface
public interface LineSink {
    /**
     * One line. The vCPU's thread calls.
     *
     * @param printable printable ASCII, without its end; other bytes stand as {@code \xNN}. The guest chose every word.
     * @param truncated whether the guest's line went on beyond the limit
     */
    void line(String printable, boolean truncated);
}

package org.cofferdam.audit;

/** What happens to crossings that the log cannot take: its disk is full or slow, or a source used its quota up. */
public enum WhenFull {
    /** Who causes records waits: its own port is held back, nothing is lost. */
    BLOCK,
    /** Who finds its ring full goes on; LOSS records say how many records that cost. */
    COUNT,
    /** The same as BLOCK, and the log asks for an orderly end once its disk has taken nothing for a while. */
    STOP
}

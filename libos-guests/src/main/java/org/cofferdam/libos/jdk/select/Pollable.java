package org.cofferdam.libos.jdk.select;

/** A selectable channel, as a {@link StackSelector} sees it. */
public interface Pollable {
    /**
     * The operations that are ready now, whoever is interested: bits of {@link java.nio.channels.SelectionKey}. What it
     * does not name will be told to the {@link #watchers} when it becomes ready. Any thread.
     */
    int readyOps();

    /** The keys that this channel is registered with. */
    Watchers watchers();
}

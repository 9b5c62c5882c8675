package org.cofferdam.libos.jdk.channel;

/** Whose interrupt closes a channel that the thread waits for. */
enum Interrupts {
    /** Any thread's: {@link java.nio.channels.InterruptibleChannel}. */
    OF_ALL_THREADS,

    /** A virtual thread's alone: the sockets of java.net, whose documentation says so for each method that waits. */
    OF_VIRTUAL_THREADS;

    /** Whether this thread's do. */
    boolean count() {
        return this == OF_ALL_THREADS || Thread.currentThread().isVirtual();
    }
}

package org.cofferdam.monitor.control;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletionStage;

/** A capture at work. Control thread only. */
public interface RunningCapture {
    /**
     * Appends what has come since the last call, up to a bound.
     *
     * @return whether more is there already
     */
    boolean drain(ByteBuf out);

    /** Whether it has what was asked for: frames or time. */
    boolean isOver();

    /** Nothing more is taken from the packet path once this completes, on any thread; called once. */
    CompletionStage<Void> stop();

    /** Appends the rest, and what was counted; once, after {@link #stop}. */
    void finish(ByteBuf out);

    /** Frames that were given so far. */
    long frames();

    /** Frames that found no room so far: nobody read fast enough. */
    long missed();
}

package org.cofferdam.libos.net.stack;

import org.cofferdam.libos.net.tcp.TcpSettings;

/**
 * What a stack may use.
 *
 * @param burst the most frames that one turn takes in from each side
 * @param bufferBytes the most memory for all sockets' rings together
 * @param tcp bounds and times of TCP
 */
public record StackSettings(int burst, long bufferBytes, TcpSettings tcp) {
    /** Bursts of 64 frames, 512 MiB of rings at most. */
    public static final StackSettings DEFAULT =
            new StackSettings(64, 512L << 20, TcpSettings.DEFAULT);

    /** The same with other settings of TCP. */
    public StackSettings withTcp(TcpSettings other) {
        return new StackSettings(burst, bufferBytes, other);
    }
}

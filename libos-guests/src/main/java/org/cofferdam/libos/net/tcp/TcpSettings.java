package org.cofferdam.libos.net.tcp;

/**
 * The bounds and times of a stack's TCP; times in nanoseconds.
 *
 * @param sendBytes a connection's send buffer, unless it asks for another
 * @param receiveBytes its receive buffer, likewise
 * @param mostConnections connections in all states together
 * @param mostHalfOpen handshakes under way towards one listener; beyond it cookies are sent
 * @param mostTimeWait connections in TIME-WAIT
 * @param timeWait how long one is there: twice the maximum segment lifetime (RFC 9293, section 3.4.2)
 * @param finWait how long one that the application has closed waits for the peer's FIN
 * @param delayedAck how long an acknowledgment may wait (RFC 9293, section 3.8.6.3: less than half a second)
 * @param synTries how often a SYN is sent
 * @param synAckTries how often the answer to one is sent
 * @param dataTries how often the same bytes are sent before the peer is given up (RFC 9293, section 3.8.3)
 */
public record TcpSettings(
        int sendBytes,
        int receiveBytes,
        int mostConnections,
        int mostHalfOpen,
        int mostTimeWait,
        long timeWait,
        long finWait,
        long delayedAck,
        int synTries,
        int synAckTries,
        int dataTries) {
    private static final long SECOND = 1_000_000_000L;

    /** What suits a guest with some hundred megabytes. */
    public static final TcpSettings DEFAULT =
            new TcpSettings(
                    256 << 10,
                    256 << 10,
                    65_536,
                    256,
                    4096,
                    60 * SECOND,
                    60 * SECOND,
                    SECOND / 25,
                    6,
                    5,
                    15);

    /** The same with other buffers. */
    public TcpSettings withBuffers(int send, int receive) {
        return new TcpSettings(
                send,
                receive,
                mostConnections,
                mostHalfOpen,
                mostTimeWait,
                timeWait,
                finWait,
                delayedAck,
                synTries,
                synAckTries,
                dataTries);
    }

    /** The same with another bound for handshakes. */
    public TcpSettings withMostHalfOpen(int most) {
        return new TcpSettings(
                sendBytes,
                receiveBytes,
                mostConnections,
                most,
                mostTimeWait,
                timeWait,
                finWait,
                delayedAck,
                synTries,
                synAckTries,
                dataTries);
    }

    /** The same with another bound for TIME-WAIT. */
    public TcpSettings withMostTimeWait(int most) {
        return new TcpSettings(
                sendBytes,
                receiveBytes,
                mostConnections,
                mostHalfOpen,
                most,
                timeWait,
                finWait,
                delayedAck,
                synTries,
                synAckTries,
                dataTries);
    }
}

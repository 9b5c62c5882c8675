package org.cofferdam.libos.jdk.channel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import org.cofferdam.libos.net.socket.Endpoint;
import org.cofferdam.libos.net.socket.NetException;
import org.cofferdam.libos.net.tcp.TcpConnection;

/**
 * The two ends of a connection's stream, for threads that know nothing of each other: nobody touches the rings once they
 * may serve others. One thread at a time reads and one writes, as the {@link Side}s have it; any thread shuts and closes.
 * Nothing here waits.
 */
final class StreamEnds {
    private final TcpConnection connection;
    private final Gate gate;

    /** Held while bytes leave the receive ring, so that the end of input comes between two reads. */
    private final ReentrantLock reading = new ReentrantLock();

    private volatile boolean inputShut;
    private volatile boolean outputShut;

    /** The ends of a connection; {@code release} lets go of it when nobody is inside any more. */
    StreamEnds(TcpConnection connection, Runnable release) {
        this.connection = connection;
        this.gate = new Gate(release);
    }

    /** Whether a read would find something: bytes, the end, or a failure. */
    boolean canBeRead() {
        return (connection.ready() & Endpoint.READABLE) != 0 || inputShut;
    }

    /** Whether a write would find room, or that there will be none. */
    boolean canBeWritten() {
        return (connection.ready() & Endpoint.WRITABLE) != 0 || outputShut;
    }

    /** Reads what is there; 0 if there is nothing or it is closed, -1 at the end. */
    long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        if (!gate.enter()) {
            return 0;
        }
        long total = 0;
        reading.lock();
        try {
            if (inputShut) {
                return -1;
            }
            for (int i = offset; i < offset + length; i++) {
                int n = connection.read(targets[i]);
                if (n < 0) {
                    return total == 0 ? -1 : total;
                }
                total += n;
                if (targets[i].hasRemaining()) {
                    break;
                }
            }
            return total;
        } catch (NetException e) {
            if (total > 0) {
                // The next read finds it again.
                return total;
            }
            throw Failures.ofStream(e);
        } finally {
            reading.unlock();
            gate.leave();
        }
    }

    /** Writes what there is room for; 0 if there is none, or it is shut or closed. */
    long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        if (!gate.enter()) {
            return 0;
        }
        long total = 0;
        try {
            for (int i = offset; i < offset + length && !outputShut; i++) {
                total += connection.write(sources[i]);
                if (sources[i].hasRemaining()) {
                    break;
                }
            }
            return total;
        } catch (NetException e) {
            if (total > 0 || outputShut) {
                return total;
            }
            throw Failures.ofStream(e);
        } finally {
            gate.leave();
        }
    }

    /** Bytes that came and were not read. */
    int available() {
        if (!gate.enter()) {
            return 0;
        }
        try {
            return inputShut ? 0 : connection.available();
        } finally {
            gate.leave();
        }
    }

    void shutInput() {
        reading.lock();
        try {
            if (!inputShut) {
                inputShut = true;
                connection.shutdownInput();
            }
        } finally {
            reading.unlock();
        }
    }

    void shutOutput() {
        if (!outputShut) {
            outputShut = true;
            connection.shutdownOutput();
        }
    }

    boolean isInputShut() {
        return inputShut;
    }

    boolean isOutputShut() {
        return outputShut;
    }

    /** Lets nobody in any more. */
    void close() {
        gate.close();
    }
}

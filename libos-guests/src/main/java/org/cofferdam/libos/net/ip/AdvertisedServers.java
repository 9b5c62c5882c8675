package org.cofferdam.libos.net.ip;

import java.util.ArrayList;
import java.util.List;
import org.cofferdam.libos.net.timer.Timer;
import org.cofferdam.libos.net.timer.TimerWheel;
import org.cofferdam.libos.net.wire.IpAddress;
import org.cofferdam.libos.net.wire.Wire;

/**
 * Name servers that routers advertise (RFC 8106, section 5.1), until their time is over. Anybody's word on the link: four
 * at most.
 *
 * <pre>
 *  0  u8 type 25   1  u8 length in units of 8: 1 and 2 for each server   4  u32 seconds   8  servers, 16 bytes each
 * </pre>
 *
 * Changed on the stack's thread; {@link #all} is for any.
 */
final class AdvertisedServers {
    static final int OPTION = 25;

    private static final int MOST = 4;
    private static final int SERVERS = 8;
    private static final long SECOND = 1_000_000_000L;

    private final TimerWheel wheel;
    private final List<Server> servers = new ArrayList<>();
    private volatile List<IpAddress> snapshot = List.of();

    private final class Server extends Timer {
        private final IpAddress address;

        Server(IpAddress address) {
            this.address = address;
        }

        @Override
        protected void expired(long now) {
            servers.remove(this);
            publish();
        }
    }

    AdvertisedServers(TimerWheel wheel) {
        this.wheel = wheel;
    }

    List<IpAddress> all() {
        return snapshot;
    }

    private void publish() {
        snapshot = servers.stream().map(s -> s.address).toList();
    }

    /** Takes an option that lies whole within its message. */
    void advertised(Packet p, long option, long now) {
        int bytes = Wire.u8(p.memory, option + 1) * 8;
        // At least one server, and whole ones.
        if (bytes < SERVERS + 16 || (bytes - SERVERS) % 16 != 0) {
            return;
        }
        long seconds = Integer.toUnsignedLong(Wire.i32(p.memory, option + 4));
        for (int at = SERVERS; at < bytes; at += 16) {
            long high = Wire.i64(p.memory, option + at);
            long low = Wire.i64(p.memory, option + at + 8);
            if (!IpAddress.isMulticast(high, low) && high != 0) {
                take(new IpAddress(high, low), seconds, now);
            }
        }
        publish();
    }

    private void take(IpAddress address, long seconds, long now) {
        Server server = null;
        for (Server known : servers) {
            if (known.address.equals(address)) {
                server = known;
            }
        }
        if (server != null && seconds == 0) {
            wheel.cancel(server);
            servers.remove(server);
            return;
        }
        if (server == null) {
            if (seconds == 0 || servers.size() == MOST) {
                return;
            }
            server = new Server(address);
            servers.add(server);
        }
        wheel.schedule(server, now + seconds * SECOND);
    }
}

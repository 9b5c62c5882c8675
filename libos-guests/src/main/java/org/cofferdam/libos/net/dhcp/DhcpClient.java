package org.cofferdam.libos.net.dhcp;

import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;
import org.cofferdam.libos.net.count.Counter;
import org.cofferdam.libos.net.dns.DnsName;
import org.cofferdam.libos.net.socket.NetException;
import org.cofferdam.libos.net.stack.NetworkStack;
import org.cofferdam.libos.net.timer.Timer;
import org.cofferdam.libos.net.udp.UdpSocket;
import org.cofferdam.libos.net.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * Gets the stack its IPv4 address, keeps it, and takes it away when its time is over: see {@link DhcpState}.
 *
 * <p>The stack's thread, all of it. What arrives is read in the stack's next turn, not in the middle of a packet.
 */
public final class DhcpClient {
    private static final int CLIENT_PORT = 68;
    private static final int SERVER_PORT = 67;
    private static final IpAddress EVERYBODY = IpAddress.v4(-1);
    private static final long SECOND = 1_000_000_000L;

    /** RFC 2131, section 4.1: 4 s, doubled up to 64, a second more or less. */
    private static final long FIRST_WAIT = 4 * SECOND;

    private static final long LAST_WAIT = 64 * SECOND;

    /** Questions to one server before another is looked for. */
    private static final int MOST_REQUESTS = 4;

    /** RFC 2131, section 4.4.5: while the address is ours there is time. */
    private static final long LEAST_RENEW_WAIT = 60 * SECOND;

    /** RFC 2131, section 3.1: after an address that somebody has. */
    private static final long DECLINE_PAUSE = 10 * SECOND;

    /** How long the last message has to leave: one question for its receiver's Ethernet address. */
    private static final long FAREWELL = SECOND / 10;

    /** Longer than what we say that we take. */
    private static final int RECEIVE_BYTES = 2048;

    private final NetworkStack stack;
    private final RandomGenerator random;
    private final @Nullable DnsName hostName;
    private final Listener listener;
    private final byte[] received = new byte[RECEIVE_BYTES];

    private DhcpState state = DhcpState.INIT;
    private @Nullable UdpSocket socket;
    private int xid;
    private int tries;
    private int refusals;
    private long begunAt;
    private long askedAt;
    private long leaseBegan;
    private long rebindAt;

    /** What was offered, then what we have. */
    private @Nullable Lease lease;

    private final Timer timer =
            new Timer() {
                @Override
                protected void expired(long now) {
                    timeIsUp(now);
                }
            };
    private final Timer expiry =
            new Timer() {
                @Override
                protected void expired(long now) {
                    startAfresh(now, 0);
                }
            };

    /** Told of what the client has, on the stack's thread. */
    public interface Listener {
        /** A lease came or changed; null: the address is gone. */
        void leased(@Nullable Lease lease);
    }

    /**
     * A client that does nothing yet.
     *
     * @param random where numbers of questions and jitter come from
     * @param hostName what the server is told that we are called, or null
     */
    public DhcpClient(
            NetworkStack stack,
            RandomGenerator random,
            @Nullable DnsName hostName,
            Listener listener) {
        this.stack = stack;
        this.random = random;
        this.hostName = hostName;
        this.listener = listener;
    }

    /**
     * Begins.
     *
     * @throws NetException if somebody has the client's port
     */
    public void start() throws NetException {
        UdpSocket opened = stack.udp().open(IpAddress.ANY_V4, CLIENT_PORT, 0);
        opened.listen((endpoint, what) -> stack.execute(this::receiveAll));
        socket = opened;
        discover(stack.now());
    }

    /** How far it has got. */
    public DhcpState state() {
        return state;
    }

    /** Ends: gives the address back and takes it from the stack; {@code ended} is run when that is done. */
    public void stop(Runnable ended) {
        if (state == DhcpState.STOPPED) {
            ended.run();
            return;
        }
        Lease held = lease;
        boolean release = state.hasAddress() && held != null;
        if (state == DhcpState.CHECKING) {
            stack.ip().cancelCheckV4();
        }
        move(DhcpState.STOPPED);
        stack.cancel(timer);
        stack.cancel(expiry);
        if (release && held != null) {
            xid = random.nextInt();
            DhcpQuestion question = question(MessageType.RELEASE, held.address(), stack.now());
            send(question.address(DhcpOption.SERVER, held.server()), held.server());
        }
        stack.schedule(
                new Timer() {
                    @Override
                    protected void expired(long now) {
                        takeAway();
                        UdpSocket open = socket;
                        if (open != null) {
                            open.close();
                        }
                        ended.run();
                    }
                },
                stack.now() + (release ? FAREWELL : 0));
    }

    private void move(DhcpState next) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException("a DHCP client goes not from " + state + " to " + next);
        }
        state = next;
    }

    private void timeIsUp(long now) {
        switch (state) {
            case INIT -> discover(now);
            case SELECTING -> sendDiscover(now);
            case REQUESTING -> {
                if (tries < MOST_REQUESTS) {
                    sendRequest(now);
                } else {
                    startAfresh(now, 0);
                }
            }
            case BOUND -> {
                move(DhcpState.RENEWING);
                xid = random.nextInt();
                begunAt = now;
                sendRenewal(now);
            }
            case RENEWING -> {
                if (now >= rebindAt) {
                    move(DhcpState.REBINDING);
                }
                sendRenewal(now);
            }
            case REBINDING -> sendRenewal(now);
            case CHECKING, STOPPED -> {
                // The check has its own timer.
            }
        }
    }

    private void discover(long now) {
        move(DhcpState.SELECTING);
        xid = random.nextInt();
        tries = 0;
        begunAt = now;
        sendDiscover(now);
    }

    private void sendDiscover(long now) {
        send(question(MessageType.DISCOVER, IpAddress.ANY_V4, now).wishes(hostName), EVERYBODY);
        waitForAnswer(now);
    }

    private void sendRequest(long now) {
        Lease offered = lease;
        if (offered != null) {
            askedAt = now;
            send(
                    question(MessageType.REQUEST, IpAddress.ANY_V4, now)
                            .address(DhcpOption.REQUESTED_ADDRESS, offered.address())
                            .address(DhcpOption.SERVER, offered.server())
                            .wishes(hostName),
                    EVERYBODY);
        }
        waitForAnswer(now);
    }

    /** RFC 2131, section 4.1. */
    private void waitForAnswer(long now) {
        long wait = Math.min(FIRST_WAIT << Math.min(tries, 4), LAST_WAIT);
        tries++;
        stack.schedule(timer, now + wait - SECOND + random.nextLong(2 * SECOND));
    }

    /** RFC 2131, section 4.4.5: to the server, then to all; again after half of what time is left. */
    private void sendRenewal(long now) {
        Lease held = lease;
        if (held == null) {
            return;
        }
        boolean renewing = state == DhcpState.RENEWING;
        askedAt = now;
        send(
                question(MessageType.REQUEST, held.address(), now).wishes(hostName),
                renewing ? held.server() : EVERYBODY);
        long end = renewing ? rebindAt : leaseEnd(held);
        long next = now + Math.max((end - now) / 2, LEAST_RENEW_WAIT);
        stack.schedule(timer, renewing ? Math.min(next, end) : next);
    }

    private DhcpQuestion question(MessageType type, IpAddress own, long now) {
        return new DhcpQuestion(type, xid, stack.link().mac(), own, (now - begunAt) / SECOND);
    }

    private void send(DhcpQuestion question, IpAddress to) {
        UdpSocket open = socket;
        if (open == null) {
            return;
        }
        try {
            if (!open.send(question.end(), to, SERVER_PORT)) {
                // As lost as on the wire, and asked again.
                stack.counters().add(Counter.DROP_NO_ROOM);
            }
        } catch (NetException e) {
            throw new IllegalStateException(e);
        }
    }

    private void receiveAll() {
        UdpSocket open = socket;
        while (open != null && state != DhcpState.STOPPED) {
            ByteBuffer into = ByteBuffer.wrap(received);
            int length;
            try {
                length = open.receive(into);
            } catch (NetException e) {
                // Somebody says that our question did not arrive; it is asked again.
                continue;
            }
            if (length == UdpSocket.NONE) {
                return;
            }
            try {
                if (open.senderPort() != SERVER_PORT || length == RECEIVE_BYTES) {
                    throw new RefusedReplyException("it is not from a server, or too long");
                }
                take(DhcpReply.read(received, length, xid, stack.link().mac()), stack.now());
            } catch (RefusedReplyException e) {
                stack.counters().add(Counter.DROP_DHCP);
            }
        }
    }

    /** Uses a reply, if this is the state for it and the server the one that was asked. */
    private void take(DhcpReply reply, long now) throws RefusedReplyException {
        Lease given = reply.lease();
        Lease held = lease;
        boolean fromServer = held != null && reply.server().equals(held.server());
        switch (state) {
            case SELECTING -> {
                if (reply.type() != MessageType.OFFER || given == null) {
                    throw new RefusedReplyException("it is no offer");
                }
                lease = given;
                move(DhcpState.REQUESTING);
                tries = 0;
                sendRequest(now);
            }
            case REQUESTING, RENEWING, REBINDING -> {
                if (reply.type() == MessageType.OFFER
                        || held == null
                        || !(fromServer || state == DhcpState.REBINDING)) {
                    throw new RefusedReplyException("it is not from the server that was asked");
                }
                if (given == null) {
                    startAfresh(now, pause());
                } else if (!given.address().equals(held.address())) {
                    throw new RefusedReplyException("it gives another address");
                } else if (state == DhcpState.REQUESTING) {
                    lease = given;
                    check(given, now);
                } else {
                    bind(given);
                }
            }
            case INIT, CHECKING, BOUND, STOPPED ->
                    throw new RefusedReplyException("nothing was asked");
        }
    }

    /** A server that refuses what it offered is asked less and less often. */
    private long pause() {
        long wait = Math.min(SECOND << Math.min(refusals, 6), LAST_WAIT);
        refusals++;
        return wait;
    }

    /** RFC 2131, section 4.4.1: the link is asked before the address is used. */
    private void check(Lease given, long now) {
        stack.cancel(timer);
        move(DhcpState.CHECKING);
        stack.ip()
                .checkV4(
                        given.address(),
                        (address, free, at) -> {
                            if (free) {
                                refusals = 0;
                                bind(given);
                                stack.ip().announceV4();
                            } else {
                                decline(given, at);
                            }
                        },
                        now);
    }

    private void decline(Lease given, long now) {
        send(
                question(MessageType.DECLINE, IpAddress.ANY_V4, now)
                        .address(DhcpOption.REQUESTED_ADDRESS, given.address())
                        .address(DhcpOption.SERVER, given.server()),
                EVERYBODY);
        startAfresh(now, Math.max(DECLINE_PAUSE, pause()));
    }

    private void bind(Lease given) {
        move(DhcpState.BOUND);
        lease = given;
        stack.setV4(given.address(), given.prefix(), given.router());
        stack.cancel(timer);
        stack.cancel(expiry);
        leaseBegan = askedAt;
        if (given.seconds() != Lease.FOR_EVER) {
            // A little earlier than said, so that stations that began together do not renew so.
            long renew = given.renewSeconds() * SECOND;
            stack.schedule(timer, askedAt + renew - random.nextLong(renew / 64 + 1));
            rebindAt = askedAt + given.rebindSeconds() * SECOND;
            stack.schedule(expiry, leaseEnd(given));
        }
        listener.leased(given);
    }

    private long leaseEnd(Lease of) {
        return leaseBegan + of.seconds() * SECOND;
    }

    /** Without an address, after a pause in nanoseconds. */
    private void startAfresh(long now, long wait) {
        takeAway();
        move(DhcpState.INIT);
        stack.cancel(expiry);
        stack.schedule(timer, now + wait);
    }

    private void takeAway() {
        if (lease != null) {
            lease = null;
            stack.setV4(IpAddress.ANY_V4, 0, IpAddress.ANY_V4);
            listener.leased(null);
        }
    }
}

package org.cofferdam.libos.net.count;

/** What a stack counts. Those that begin with DROP are frames, packets or segments that went nowhere. */
public enum Counter {
    FRAMES_IN("frames that the link handed over"),
    PACKETS_OUT("IP packets committed to the link"),
    DROP_ETHERNET("frames shorter than their header, for another station, or of an unknown type"),
    DROP_ARP("ARP packets that are malformed or claim what they may not"),
    ARP_CONFLICT("ARP packets of another station that uses our address (RFC 5227)"),
    DROP_IPV4_HEADER("IPv4 packets whose header is wrong (RFC 1122, section 3.2.1)"),
    DROP_IPV6_HEADER("IPv6 packets whose header or extension headers are wrong (RFC 8200)"),
    DROP_NOT_OURS("IP packets for an address that is not ours"),
    DROP_SOURCE("IP packets whose source cannot be a station (RFC 1122, section 3.2.1.3)"),
    DROP_SOURCE_ROUTE("IP packets with a source route (RFC 7126, RFC 5095)"),
    DROP_FRAGMENT(
            "fragments that overlap, do not fit, came too late or were too many (RFC 815, RFC 5722)"),
    DROP_PROTOCOL("IP packets of a protocol that nobody here speaks"),
    DROP_ICMP("ICMP messages that are malformed or about nothing of ours"),
    DROP_NEIGHBOUR_DISCOVERY("neighbour discovery messages that RFC 4861 says to ignore"),
    ICMP_LIMITED("ICMP messages not sent because of their rate limit"),
    DROP_NO_ROUTE("packets of ours with no way to their destination"),
    DROP_UNRESOLVED("packets of ours whose next hop's Ethernet address was not known in time"),
    DROP_NO_ROOM("packets of ours that the link had no room for, and that nobody sends again"),
    DROP_CHECKSUM("transport packets with a wrong checksum"),
    DROP_UDP("UDP packets that are malformed or from whom the socket is not connected to"),
    DROP_UDP_NO_SOCKET("UDP packets for a port that nobody has"),
    DROP_UDP_FULL("UDP packets for a socket whose queue is full"),
    DROP_DHCP("messages to the DHCP client that do not answer it or break their format (RFC 2131)"),
    DROP_TCP_HEADER("TCP segments whose header is wrong (RFC 9293, section 3.1)"),
    DROP_TCP_NO_CONNECTION("TCP segments of no connection, answered with a reset within its limit"),
    DROP_TCP_WINDOW("TCP segments outside the window (RFC 9293, section 3.10.7.4)"),
    DROP_TCP_PAWS("TCP segments with an old time stamp (RFC 7323, section 5)"),
    DROP_TCP_ACK("TCP segments that acknowledge what they cannot (RFC 5961, section 5)"),
    DROP_TCP_BACKLOG("SYNs or last ACKs of a handshake that a listener had no place for"),
    DROP_TCP_MEMORY("connections not made because the buffer pool is empty"),
    DROP_TCP_REORDER("TCP segments out of order that made more gaps than are kept"),
    TCP_CONNECTED("connections established"),
    TCP_RESET_RECEIVED("connections ended by the peer's reset"),
    TCP_RESET_SENT("resets sent"),
    TCP_CHALLENGE_ACK("challenge ACKs sent (RFC 5961)"),
    TCP_CHALLENGE_LIMITED("challenge ACKs not sent because of their limit (RFC 5961, section 7)"),
    TCP_COOKIE_SENT("SYNs answered without keeping anything (SYN cookies)"),
    TCP_COOKIE_ACCEPTED("connections made from a returned cookie"),
    TCP_RETRANSMITTED("segments sent again"),
    TCP_FAST_RECOVERY("times that a loss was found by acknowledgments (RFC 6675)"),
    TCP_TIMEOUT("times that the retransmission timer expired (RFC 6298)"),
    TCP_TAIL_PROBE("probes sent because nothing came for two round trips (RFC 8985, section 7)"),
    TCP_RETRANSMISSION_LOST("times that bytes sent again were found lost again (RFC 8985)"),
    TCP_WINDOW_PROBE("zero-window probes sent (RFC 9293, section 3.8.6.1)"),
    TCP_KEEPALIVE("keep-alive probes sent (RFC 1122, section 4.2.3.6)"),
    TCP_TIME_WAIT_REUSED("connections that took the place of one in TIME-WAIT (RFC 6191)"),
    TCP_TIME_WAIT_CUT("connections whose TIME-WAIT was cut short because there were too many");

    private static final class Numbers {
        private static int next;
    }

    private final int index = Numbers.next++;
    private final String meaning;

    Counter(String meaning) {
        this.meaning = meaning;
    }

    /** Its place in {@link Counters}. */
    int index() {
        return index;
    }

    /** What it counts, as a sentence's end. */
    public String meaning() {
        return meaning;
    }
}

package org.cofferdam.proxy.packetswitch;

/** A port's two rate limits, which a frame must pass both. One thread, allocation-free. */
final class RateLimit {
    private final TokenBucket packets;
    private final TokenBucket bits;

    RateLimit(long packetsPerSecond, long bitsPerSecond) {
        this.packets = new TokenBucket(packetsPerSecond);
        this.bits = new TokenBucket(bitsPerSecond);
    }

    void advance(long now) {
        packets.advance(now);
        bits.advance(now);
    }

    /**
     * Admits and charges a frame, or neither.
     *
     * @param wireFrames how many frames on a wire it is
     */
    boolean admit(int wireFrames, int bytes) {
        if (!packets.admits(wireFrames) || !bits.admits(8L * bytes)) {
            return false;
        }
        packets.charge(wireFrames);
        bits.charge(8L * bytes);
        return true;
    }
}

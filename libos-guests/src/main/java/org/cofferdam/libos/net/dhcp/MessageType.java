package org.cofferdam.libos.net.dhcp;

import org.jspecify.annotations.Nullable;

/** What a message is (RFC 2132, section 9.6). */
enum MessageType {
    DISCOVER(1),
    OFFER(2),
    REQUEST(3),
    DECLINE(4),
    ACK(5),
    NAK(6),
    RELEASE(7);

    private final int number;

    MessageType(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    static @Nullable MessageType of(int number) {
        for (MessageType type : values()) {
            if (type.number == number) {
                return type;
            }
        }
        return null;
    }
}

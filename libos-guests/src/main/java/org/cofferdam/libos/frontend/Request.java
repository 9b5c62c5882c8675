package org.cofferdam.libos.frontend;

/** The requests that a network card's front end makes (vhost-user specification, "Front-end message types"). */
enum Request {
    GET_FEATURES(1),
    SET_FEATURES(2),
    SET_OWNER(3),
    SET_MEM_TABLE(5),
    SET_VRING_NUM(8),
    SET_VRING_ADDR(9),
    SET_VRING_BASE(10),
    GET_VRING_BASE(11),
    SET_VRING_KICK(12),
    SET_VRING_CALL(13),
    GET_PROTOCOL_FEATURES(15),
    SET_PROTOCOL_FEATURES(16),
    SET_VRING_ENABLE(18),
    GET_CONFIG(24);

    private final int code;

    Request(int code) {
        this.code = code;
    }

    /** Its number in a header. */
    int code() {
        return code;
    }
}

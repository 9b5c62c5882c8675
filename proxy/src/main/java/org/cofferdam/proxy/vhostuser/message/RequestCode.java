package org.cofferdam.proxy.vhostuser.message;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The requests of a front end that this back end knows (vhost-user specification, "Front-end message types"), with the
 * size of their payload and the number of their descriptors. Everything else is refused.
 */
public enum RequestCode {
    GET_FEATURES(1, 0, 0, 0, 0, true),
    SET_FEATURES(2, 8, 8, 0, 0, false),
    SET_OWNER(3, 0, 0, 0, 0, false),
    RESET_OWNER(4, 0, 0, 0, 0, false),
    /** "Memory regions description": 8 bytes and 32 for each region; a descriptor for each. */
    SET_MEM_TABLE(5, 8, 8 + 8 * 32, 0, 8, false),
    /** "Log description", with LOG_SHMFD: memory that is passed, and not an address. */
    SET_LOG_BASE(6, 16, 16, 1, 1, true),
    SET_LOG_FD(7, 0, 8, 1, 1, false),
    SET_VRING_NUM(8, 8, 8, 0, 0, false),
    SET_VRING_ADDR(9, 40, 40, 0, 0, false),
    SET_VRING_BASE(10, 8, 8, 0, 0, false),
    GET_VRING_BASE(11, 8, 8, 0, 0, true),
    SET_VRING_KICK(12, 8, 8, 0, 1, false),
    SET_VRING_CALL(13, 8, 8, 0, 1, false),
    SET_VRING_ERR(14, 8, 8, 0, 1, false),
    GET_PROTOCOL_FEATURES(15, 0, 0, 0, 0, true),
    SET_PROTOCOL_FEATURES(16, 8, 8, 0, 0, false),
    GET_QUEUE_NUM(17, 0, 0, 0, 0, true),
    SET_VRING_ENABLE(18, 8, 8, 0, 0, false),
    NET_SET_MTU(20, 8, 8, 0, 0, false),
    SET_BACKEND_REQ_FD(21, 0, 8, 1, 1, false),
    /** "Virtio device config space": 12 bytes and up to 256 of content. */
    GET_CONFIG(24, 12, 12 + 256, 0, 0, true),
    SET_CONFIG(25, 12, 12 + 256, 0, 0, false),
    GET_INFLIGHT_FD(31, 20, 24, 0, 0, true),
    SET_INFLIGHT_FD(32, 20, 24, 1, 1, false),
    RESET_DEVICE(34, 0, 0, 0, 0, false),
    GET_MAX_MEM_SLOTS(36, 0, 8, 0, 0, true),
    /** "Single memory region description": 8 bytes of padding and one region. */
    ADD_MEM_REG(37, 40, 40, 1, 1, false),
    /** Older front ends pass the region's descriptor once more. */
    REM_MEM_REG(38, 40, 40, 0, 1, false),
    SET_STATUS(39, 8, 8, 0, 0, false),
    GET_STATUS(40, 0, 0, 0, 0, true);

    /** The longest payload of any request. */
    public static final int MOST_BYTES = 12 + 256;

    private static final Map<Integer, RequestCode> BY_CODE = new HashMap<>();

    static {
        for (RequestCode request : values()) {
            BY_CODE.put(request.code, request);
        }
    }

    private final int code;
    private final int leastBytes;
    private final int mostBytes;
    private final int leastDescriptors;
    private final int mostDescriptors;
    private final boolean hasReply;

    RequestCode(
            int code,
            int leastBytes,
            int mostBytes,
            int leastDescriptors,
            int mostDescriptors,
            boolean hasReply) {
        this.code = code;
        this.leastBytes = leastBytes;
        this.mostBytes = mostBytes;
        this.leastDescriptors = leastDescriptors;
        this.mostDescriptors = mostDescriptors;
        this.hasReply = hasReply;
    }

    /** The request with this number, if there is one that this back end knows. */
    public static Optional<RequestCode> of(int code) {
        return Optional.ofNullable(BY_CODE.get(code));
    }

    /** The number on the wire. */
    public int code() {
        return code;
    }

    /** Whether the specification gives it an answer of its own, so that REPLY_ACK adds none. */
    public boolean hasReply() {
        return hasReply;
    }

    boolean fitsBytes(int bytes) {
        return bytes >= leastBytes && bytes <= mostBytes;
    }

    boolean fitsDescriptors(int count) {
        return count >= leastDescriptors && count <= mostDescriptors;
    }
}

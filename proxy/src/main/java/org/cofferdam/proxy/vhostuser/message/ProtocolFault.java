package org.cofferdam.proxy.vhostuser.message;

/** Why a front end lost its attachment. The code is what the audit log keeps; the sentence is what an operator reads. */
public enum ProtocolFault {
    /** "Header": the low two bits of flags are the version, 1. */
    VERSION(1, "the message is not of protocol version 1"),
    /** "Header": a front end sends no replies but to requests of ours. */
    FLAGS(2, "the message has flags that a request must not have"),
    /** "Front-end message types": no such request, or none that was offered. */
    UNKNOWN_REQUEST(3, "the request does not exist or is not offered"),
    /** "Header": size is the payload's, which the request fixes. */
    SIZE(4, "the payload has another size than the request's"),
    /** "Ancillary data": the request says how many descriptors come with it. */
    DESCRIPTORS(5, "the number of descriptors is not the request's"),
    /** "Starting and stopping rings": the index is below twice the number of queue pairs. */
    QUEUE_INDEX(6, "there is no such queue"),
    /** virtio 1.2, 2.7 and 2.8: 1 to 32768, for a split queue a power of two. */
    QUEUE_SIZE(7, "the queue's size is not from 1 to 32768, or of a split queue no power of two"),
    /** virtio 1.2, 2.7: the table is aligned to 16 bytes, the rings to 2 and 4. */
    RING_ALIGNMENT(8, "a part of the ring is not aligned"),
    /** "Vring descriptor indices": 16 bits for a split virtqueue, below the size for a packed one. */
    RING_INDEX(9, "the ring has no such index"),
    /** Each part of a ring lies in one region of the memory table. */
    RING_OUTSIDE(10, "a part of the ring lies outside the memory table"),
    /** "Memory regions description": an address, its size or its mmap offset overflows, or the size is 0. */
    REGION_RANGE(11, "a memory region is empty or overflows"),
    /** "Memory regions description": two regions share addresses. */
    REGION_OVERLAP(12, "two memory regions overlap"),
    /** The file is shorter than mmap offset plus size, or of a kind that its owner can stall. */
    REGION_FILE(13, "the file behind a memory region is too short, or no file of memory"),
    /** "Communication": 8 regions at most. */
    REGION_COUNT(14, "there are too many memory regions, or another number than of descriptors"),
    /** REM_MEM_REG names a region that was not added. */
    REGION_UNKNOWN(15, "there is no such memory region"),
    /** "Communication": what was not offered cannot be negotiated. */
    FEATURES(
            16,
            "a feature was accepted that was not offered, or one is missing without which none works"),
    /** The states of a session say what may come next. */
    ORDER(17, "the message comes out of order"),
    /** A descriptor for a kick, call or error is an eventfd. */
    NOT_AN_EVENTFD(18, "the descriptor is no eventfd"),
    /** virtio 1.2, 5.1.4: the device's configuration is read-only to drivers. */
    CONFIG(19, "a part of the configuration that does not exist, or may not be written"),
    /** virtio 1.2, 5.1.4.1: 68 to 65535. */
    MTU(20, "the MTU is not possible"),
    /** The header or the payload did not come to its end in time. */
    SLOW(21, "a message was begun and not finished in time"),
    /** The connection ended inside a message. */
    TRUNCATED(22, "the connection ended inside a message"),
    /** A queue broke the rules of virtio; the switch's own record says which. */
    QUEUE(23, "a queue was refused"),
    /** The file behind the memory was cut short. */
    MEMORY_LOST(24, "the memory behind the queues is gone"),
    /** Who connected is not whom the policy names. */
    CREDENTIALS(25, "the peer's user is not the port's"),
    /** The peer does not read its answers. */
    DEAF(26, "the peer does not read its answers"),
    /** The kernel refused something for this peer. */
    KERNEL(27, "the kernel refused what the message asks for"),
    /** SET_BACKEND_REQ_FD: a connected Unix stream socket. */
    NOT_A_SOCKET(28, "the descriptor is no Unix stream socket"),
    /** "Inflight description": memory with a part for each queue, aligned to 64 bytes. */
    INFLIGHT(29, "the in-flight buffer is too small, or not possible"),
    /** "Log description": memory with a bit for each page of the guest's. */
    LOG(30, "the log of writes does not cover the guest's memory, or is not possible");

    private final int code;
    private final String sentence;

    ProtocolFault(int code, String sentence) {
        this.code = code;
        this.sentence = sentence;
    }

    /** The code in audit records; it never changes. */
    public int code() {
        return code;
    }

    /** One sentence without the full stop. */
    public String sentence() {
        return sentence;
    }
}

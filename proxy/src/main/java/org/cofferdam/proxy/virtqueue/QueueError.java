package org.cofferdam.proxy.virtqueue;

/**
 * Why a queue was refused. The code is what the audit log keeps; the sentence is what an operator reads.
 *
 * <p>After any of these the queue takes nothing and gives nothing until its port is attached afresh (the state that
 * virtio calls DEVICE_NEEDS_RESET, section 2.1.1).
 */
public enum QueueError {
    /** No refusal: the queue runs. */
    NONE(0, "the queue runs"),
    /** Section 2.7.6: avail->idx may run ahead of the device by at most the queue's size. */
    AVAIL_INDEX_JUMP(1, "the available index jumped further than the queue is long"),
    /** Section 2.7.6: an entry of the available ring names a descriptor outside the table. */
    HEAD_OUT_OF_RANGE(2, "an available entry names a descriptor outside the table"),
    /** Section 2.7.5: a next field names a descriptor outside the table. */
    NEXT_OUT_OF_RANGE(3, "a chain goes on at a descriptor outside the table"),
    /** Sections 2.7.5.2 and 2.7.5.3.1: no loops, and no chain longer than the queue. */
    CHAIN_TOO_LONG(4, "a chain loops or is longer than the queue"),
    /** Section 2.7.5: a chain's bytes in total must not exceed 2^32. */
    CHAIN_TOO_BIG(5, "a chain holds more than 2^32 bytes"),
    /** A buffer lies, wholly or in part, outside the memory that the peer may offer. */
    BUFFER_OUTSIDE(6, "a buffer lies outside the memory that this peer may offer"),
    /** A descriptor of no bytes says nothing and is refused, as other devices do. */
    ZERO_LENGTH(7, "a descriptor has length zero"),
    /** Section 2.7.4.2: readable descriptors come before writable ones. */
    READABLE_AFTER_WRITABLE(8, "a readable descriptor follows a writable one"),
    /** The queue carries data one way, and the chain has a descriptor for the other. */
    WRONG_DIRECTION(9, "a descriptor has the wrong direction for this queue"),
    /** Section 2.7.5.3.1: the feature was not negotiated. */
    INDIRECT_NOT_NEGOTIATED(10, "an indirect descriptor without the feature"),
    /** Section 2.7.5.3.1: an indirect table must not hold an indirect descriptor. */
    INDIRECT_NESTED(11, "an indirect descriptor inside an indirect table"),
    /** Section 2.7.5.3.1: INDIRECT and NEXT exclude each other. */
    INDIRECT_WITH_NEXT(12, "an indirect descriptor that also goes on"),
    /** Section 2.7.5.3: the table is a whole number of descriptors, at least one. */
    INDIRECT_TABLE_SIZE(13, "an indirect table that is not a whole number of descriptors"),
    /** The mapping behind the queue is gone (a file cut short under it). */
    MEMORY_LOST(14, "the memory behind the queue is gone");

    private final int code;
    private final String sentence;

    QueueError(int code, String sentence) {
        this.code = code;
        this.sentence = sentence;
    }

    /** The code in audit records; it never changes. */
    public int code() {
        return code;
    }

    /** One sentence without the full stop, for logs and audit records. */
    public String sentence() {
        return sentence;
    }
}

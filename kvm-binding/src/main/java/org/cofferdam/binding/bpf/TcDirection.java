package org.cofferdam.binding.bpf;

/** Which of an interface's two tc hooks: what it receives, or what it sends. */
public enum TcDirection {
    INGRESS(1, 0xfffffff2),
    EGRESS(2, 0xfffffff3);

    private final int attachPoint;
    private final int parent;

    TcDirection(int attachPoint, int parent) {
        this.attachPoint = attachPoint;
        this.parent = parent;
    }

    /** enum bpf_tc_attach_point of libbpf. */
    int attachPoint() {
        return attachPoint;
    }

    /** TC_H_CLSACT with TC_H_MIN_INGRESS or TC_H_MIN_EGRESS, linux/pkt_sched.h. */
    int parent() {
        return parent;
    }
}

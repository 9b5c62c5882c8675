package org.cofferdam.monitor.domain;

/** Why a domain was ended. The code goes to the audit log and is never reused. */
public enum FaultKind {
    EXCEPTION(1, "the driver raised a processor exception"),
    SHUTDOWN(2, "the virtual processor shut down (triple fault)"),
    PANIC(3, "the driver gave up"),
    HALT(4, "the driver halted the processor"),
    PORT_IO(5, "the driver used an I/O port"),
    ENTRY_FAILED(6, "the processor refused the domain's state"),
    EMULATION(7, "KVM could not emulate an instruction of the domain"),
    WILD_ACCESS(8, "the driver touched an address that is nothing"),
    SPINNING(9, "the driver ran on without serving its queues or sleeping"),
    NOT_SERVING(10, "the driver left offered frames unserved"),
    QUEUE(11, "the driver broke a virtqueue"),
    DMA(12, "the card was told to reach memory outside its window"),
    STATUS(13, "the driver's status page is nonsense"),
    BOOT_TIMEOUT(14, "the driver did not become ready"),
    OPERATOR(15, "an operator ended it"),
    REGISTERS_GONE(16, "the driver touched registers that are no longer there"),
    CARD_AWAY(17, "the card went away"),
    CARD_ERROR(18, "the card reported an error of the bus"),
    INTERRUPT_STORM(19, "the card interrupted without measure"),
    HOST_SLEPT(20, "the machine slept and the card with it"),
    KERNEL_PANIC(21, "the domain's kernel panicked"),
    RESET(22, "the domain switched itself off or began afresh"),
    NO_HEARTBEAT(23, "the domain's kernel hangs"),
    DRIVER_GONE(24, "the domain's kernel no longer has the card's driver");

    private final int code;
    private final String sentence;

    FaultKind(int code, String sentence) {
        this.code = code;
        this.sentence = sentence;
    }

    /** The number in the audit log. */
    public int code() {
        return code;
    }

    /** What happened, for people. */
    public String sentence() {
        return sentence;
    }
}

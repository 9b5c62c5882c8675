package org.cofferdam.audit;

import static org.cofferdam.audit.Boundary.DETECTION;
import static org.cofferdam.audit.Boundary.DOMAIN_MONITOR;
import static org.cofferdam.audit.Boundary.DOMAIN_PROXY;
import static org.cofferdam.audit.Boundary.GUEST_KERNEL;
import static org.cofferdam.audit.Boundary.LOG;
import static org.cofferdam.audit.Boundary.OPERATOR_MONITOR;
import static org.cofferdam.audit.Boundary.PROXY_KERNEL;
import static org.cofferdam.audit.Field.as;
import static org.cofferdam.audit.Field.dec;
import static org.cofferdam.audit.Field.hex;

import java.util.List;
import java.util.Optional;
import org.cofferdam.audit.Field.Kind;

/**
 * What can be recorded. The table drives both outputs of the reader.
 *
 * <p>It only grows: a code keeps its meaning, fields are added at the end of a type, up to sixteen. The high
 * byte of the code groups by boundary. Any type may carry a text besides its fields.
 */
public enum CrossingType {
    // The log about itself; written by the log's own source 0.
    START(0x0001, LOG, "A writer opened the log.", dec("run"), dec("pid")),
    STOP(0x0002, LOG, "The writer closed the log; nothing of this run follows.", dec("records")),
    RECOVERED(
            0x0003,
            LOG,
            "The run before ended without STOP; the chain goes on behind its last sound block.",
            dec("segment"),
            dec("last_block"),
            dec("end_offset"),
            dec("bytes_beyond"),
            dec("damaged_blocks")),
    LOSS(
            0x0004,
            LOG,
            "Records that a source gave up; count of this time, and of the run so far.",
            dec("source_id"),
            dec("records_lost"),
            dec("total")),
    SEGMENT(
            0x0005,
            LOG,
            "First record of a segment; repeats the SHA-256 of the segment's header.",
            dec("number"),
            dec("first_block"),
            hex("hash_0"),
            hex("hash_1"),
            hex("hash_2"),
            hex("hash_3")),
    SOURCE(
            0x0006,
            LOG,
            "Names a source, and the sequence number of its next record.",
            dec("source_id"),
            dec("next_sequence"),
            dec("ring_bytes")),
    LOG_BLOCKED(
            0x0007,
            LOG,
            "The disk took no data for this long (errno 0: a sync took it); what that cost is in LOSS records.",
            as("duration", Kind.DURATION_NS),
            dec("errno")),
    CHECKPOINT(
            0x0008,
            LOG,
            "Signs the chain up to a block: its number and hash, the key that signs, an Ed25519 signature.",
            dec("block"),
            hex("hash_0"),
            hex("hash_1"),
            hex("hash_2"),
            hex("hash_3"),
            hex("key"),
            hex("signature_0"),
            hex("signature_1"),
            hex("signature_2"),
            hex("signature_3"),
            hex("signature_4"),
            hex("signature_5"),
            hex("signature_6"),
            hex("signature_7")),
    KEY(
            0x0009,
            LOG,
            "The key that signs from here on, and what the key before it, or itself if it is the first, signs of that.",
            hex("key"),
            hex("public_0"),
            hex("public_1"),
            hex("public_2"),
            hex("public_3"),
            hex("signer"),
            hex("signature_0"),
            hex("signature_1"),
            hex("signature_2"),
            hex("signature_3"),
            hex("signature_4"),
            hex("signature_5"),
            hex("signature_6"),
            hex("signature_7")),
    PRUNED(
            0x000a,
            LOG,
            "Segments were removed by the retention's rule; the log begins behind this block now.",
            dec("first_segment"),
            dec("last_segment"),
            dec("last_block"),
            hex("hash_0"),
            hex("hash_1"),
            hex("hash_2"),
            hex("hash_3"),
            dec("records")),
    SOURCE_LIMITED(
            0x000b,
            LOG,
            "A source wrote more than its share and was held back for so long; nothing of it was lost.",
            dec("source_id"),
            as("duration", Kind.DURATION_NS),
            dec("bytes")),

    // Driver domain and monitor.
    BOOT(
            0x0101,
            DOMAIN_MONITOR,
            "A driver domain's virtual machine was made; its first instruction is due, or it goes on from a snapshot.",
            dec("life"),
            dec("ram_bytes"),
            as("restored", Kind.BOOL)),
    DOMAIN_STATE(
            0x0102,
            DOMAIN_MONITOR,
            "The domain's life cycle moved; the text gives states and reason.",
            dec("from"),
            dec("to")),
    VM_EXIT(
            0x0103,
            DOMAIN_MONITOR,
            "The virtual CPU left the guest, by KVM exit reason.",
            dec("reason"),
            hex("gpa"),
            hex("value"),
            dec("size")),
    DOORBELL(
            0x0104,
            DOMAIN_MONITOR,
            "The domain stored to its doorbell page.",
            hex("offset"),
            hex("value")),
    WAIT(
            0x0105,
            DOMAIN_MONITOR,
            "The domain slept by the WAIT doorbell and was woken.",
            hex("wake_reason"),
            as("slept", Kind.DURATION_NS)),
    INTERRUPT(
            0x0106,
            DOMAIN_MONITOR,
            "The card raised its interrupt; an assigned one tells how often, not why.",
            hex("cause"),
            dec("times")),
    MMIO_READ(
            0x0107,
            DOMAIN_MONITOR,
            "The domain read a register of the card.",
            hex("offset"),
            hex("value")),
    MMIO_WRITE(
            0x0108,
            DOMAIN_MONITOR,
            "The domain wrote a register of the card.",
            hex("offset"),
            hex("value")),
    MMIO_REFUSED(
            0x0109,
            DOMAIN_MONITOR,
            "The domain touched an address where nothing is for it.",
            hex("gpa"),
            dec("size"),
            hex("value"),
            as("write", Kind.BOOL)),
    DMA_MAP(
            0x010a,
            DOMAIN_MONITOR,
            "The card was given a window of memory.",
            hex("iova"),
            hex("gpa"),
            dec("length"),
            as("writable", Kind.BOOL)),
    DMA_UNMAP(
            0x010b,
            DOMAIN_MONITOR,
            "A window of memory was taken from the card.",
            hex("iova"),
            dec("length")),
    DMA_REFUSED(
            0x010c,
            DOMAIN_MONITOR,
            "The card's DMA left its window and was refused.",
            hex("iova"),
            dec("length"),
            as("write", Kind.BOOL)),
    CARD_RESET(0x010d, DOMAIN_MONITOR, "The card was reset.", dec("cause")),
    FAULT(
            0x010e,
            DOMAIN_MONITOR,
            "The domain took a processor exception and was stopped.",
            dec("vector"),
            hex("error"),
            hex("cr2"),
            hex("rip"),
            hex("rsp")),
    WATCHDOG(
            0x010f,
            DOMAIN_MONITOR,
            "The domain ran without serving its rings.",
            dec("kind"),
            dec("milliseconds")),
    RESTART(
            0x0110,
            DOMAIN_MONITOR,
            "The domain is started afresh, so long after it was lost.",
            dec("attempt"),
            as("outage", Kind.DURATION_NS)),
    LINK(
            0x0111,
            DOMAIN_MONITOR,
            "The driver reported the card's link.",
            as("up", Kind.BOOL),
            as("mac", Kind.MAC),
            dec("mbit")),
    PANIC(0x0112, DOMAIN_MONITOR, "The driver gave up; the text is its own.", dec("code")),
    DOMAIN_STATUS(
            0x0113,
            DOMAIN_MONITOR,
            "The domain changed its status page.",
            dec("state"),
            as("up", Kind.BOOL)),
    DESCRIPTOR_REFUSED(
            0x0114,
            DOMAIN_MONITOR,
            "The card dropped a packet whose descriptors make no sense.",
            dec("ring"),
            dec("why")),
    REGISTER_REFUSED(
            0x0115,
            DOMAIN_MONITOR,
            "The card did not take a register access.",
            hex("offset"),
            dec("why")),
    FORWARDS(
            0x0117,
            DOMAIN_MONITOR,
            "A domain that was started is up and its link, too: frames pass.",
            dec("life"),
            as("boot", Kind.DURATION_NS),
            as("outage", Kind.DURATION_NS)),
    CARD_LINK(
            0x0116,
            DOMAIN_MONITOR,
            "The card's link, as its wire has it, changed.",
            as("up", Kind.BOOL)),

    IOMMU_FAULT(
            0x0118,
            DOMAIN_MONITOR,
            "The IOMMU refused the card: address, or index of an interrupt; the text is the kernel's.",
            hex("address"),
            as("write", Kind.BOOL),
            as("interrupt", Kind.BOOL),
            hex("reason"),
            hex("requester")),
    IOMMU_FAULTS_UNTOLD(
            0x0119,
            DOMAIN_MONITOR,
            "The kernel reported no details of so many more faults of an IOMMU, of any device.",
            dec("count"),
            as("exact", Kind.BOOL)),
    CARD_CONDITION(
            0x011a,
            DOMAIN_MONITOR,
            "The assigned card became ready, or not; the text says why.",
            dec("condition")),
    PORT_IN(0x011b, DOMAIN_MONITOR, "The domain read an I/O port.", hex("io_port"), hex("value")),
    PORT_OUT(0x011c, DOMAIN_MONITOR, "The domain wrote one.", hex("io_port"), hex("value")),
    CONFIG_WRITE(
            0x011d,
            DOMAIN_MONITOR,
            "The domain wrote the configuration space of a PCI device of its PC.",
            dec("device"),
            hex("offset"),
            hex("value")),
    INTERRUPT_ROUTE(
            0x011e,
            DOMAIN_MONITOR,
            "The domain said where a message interrupt of its PC goes; address 0: nowhere.",
            dec("route"),
            hex("address"),
            hex("value")),
    CONSOLE(0x011f, DOMAIN_MONITOR, "A line of the domain's console.", as("cut", Kind.BOOL)),
    DRIVER_SAYS(0x0120, DOMAIN_MONITOR, "What it says of its card.", as("cut", Kind.BOOL)),

    // Ports and the packet switch.
    BURST_IN(0x0201, DOMAIN_PROXY, "Packets taken from a port's ring, each with its verdict."),
    BURST_OUT(0x0202, DOMAIN_PROXY, "Packets put into a port's ring, each with its verdict."),
    QUEUE_REFUSED(
            0x0203,
            DOMAIN_PROXY,
            "A port's descriptor or index broke the rules of its queue.",
            as("port", Kind.PORT),
            dec("queue"),
            dec("head"),
            dec("code")),
    PORT_ATTACH(
            0x0204,
            DOMAIN_PROXY,
            "A port joined the switch.",
            as("port", Kind.PORT),
            dec("kind"),
            as("mac", Kind.MAC),
            dec("queues")),
    PORT_DETACH(
            0x0205, DOMAIN_PROXY, "A port left the switch.", as("port", Kind.PORT), dec("cause")),
    NOTIFY_REFUSED(
            0x0206,
            DOMAIN_PROXY,
            "A port rang for a queue that it does not have, or too often.",
            as("port", Kind.PORT),
            dec("queue")),
    FLOW_SUMMARY(
            0x0207,
            DOMAIN_PROXY,
            "What a station began in about a second and what came back; how many different ones is estimated.",
            as("port", Kind.PORT),
            dec("tcp_opened"),
            dec("tcp_answered"),
            dec("tcp_resets"),
            dec("tcp_odd"),
            dec("tcp_targets"),
            dec("udp_sent"),
            dec("udp_received"),
            dec("udp_targets"),
            dec("hosts"),
            dec("arp_claims")),
    FLOW_TARGET(
            0x0208,
            DOMAIN_PROXY,
            "One of the first few that a station approached in that second, and by how many packets.",
            as("port", Kind.PORT),
            dec("protocol"),
            hex("address_high"),
            hex("address_low"),
            dec("target_port"),
            dec("bytes")),

    // Guests, by vhost-user.
    GUEST_CONNECTED(
            0x0210,
            DOMAIN_PROXY,
            "A guest's front end and its port were connected, by the front end or outward by the monitor; it is whom the"
                    + " policy names, or not.",
            as("port", Kind.PORT),
            dec("uid"),
            dec("gid"),
            dec("pid"),
            as("allowed", Kind.BOOL),
            as("outward", Kind.BOOL)),
    GUEST_MESSAGE(
            0x0211,
            DOMAIN_PROXY,
            "A guest's front end sent a message; the text is the request's name.",
            as("port", Kind.PORT),
            dec("request"),
            dec("bytes"),
            dec("descriptors"),
            as("need_reply", Kind.BOOL)),
    GUEST_MEMORY(
            0x0212,
            DOMAIN_PROXY,
            "A region of a guest's memory was mapped; seals are its file's, -1 if it can have none.",
            as("port", Kind.PORT),
            hex("address"),
            dec("length"),
            hex("offset"),
            dec("seals")),
    GUEST_SESSION(
            0x0213,
            DOMAIN_PROXY,
            "A guest's session moved; the text gives both states.",
            as("port", Kind.PORT),
            dec("from"),
            dec("to")),
    GUEST_REFUSED(
            0x0214,
            DOMAIN_PROXY,
            "A guest lost its attachment by its own fault; the text says which.",
            as("port", Kind.PORT),
            dec("code")),
    GUEST_LEFT(
            0x0215,
            DOMAIN_PROXY,
            "A guest's session is over, and nothing of its memory is held; the text says why.",
            as("port", Kind.PORT)),
    GUEST_TOLD(
            0x0216,
            DOMAIN_PROXY,
            "A guest's front end was sent a message that it had not asked for.",
            as("port", Kind.PORT),
            dec("request")),

    // Packet switch and host kernel.
    KERNEL_DROPS(
            0x0301,
            PROXY_KERNEL,
            "The kernel program's counter of one reason grew.",
            dec("reason"),
            dec("delta"),
            dec("direction")),
    KERNEL_DROP(
            0x0302,
            PROXY_KERNEL,
            "The kernel program dropped a frame.",
            dec("reason"),
            dec("ifindex"),
            as("ethertype", Kind.ETHERTYPE),
            dec("length"),
            as("source", Kind.MAC),
            dec("direction")),
    POLICY(
            0x0303,
            PROXY_KERNEL,
            "The policy changed; the text says how.",
            dec("rule"),
            dec("value")),
    TAP_IN(0x0304, PROXY_KERNEL, "Packets taken from the host's tap, each with its verdict."),
    TAP_OUT(0x0305, PROXY_KERNEL, "Packets put into the host's tap, each with its verdict."),
    KERNEL_ATTACH(
            0x0306,
            PROXY_KERNEL,
            "The kernel program was attached to an interface.",
            dec("ifindex"),
            dec("hook")),
    KERNEL_DETACH(
            0x0307,
            PROXY_KERNEL,
            "The kernel program was taken from an interface.",
            dec("ifindex"),
            dec("hook")),
    KERNEL_EVENTS_LOST(
            0x0308,
            PROXY_KERNEL,
            "Details of so many drops had no room in the kernel's ring; the drops are counted.",
            dec("direction"),
            dec("delta")),

    // Operator and monitor.
    CONTROL(
            0x0401,
            OPERATOR_MONITOR,
            "A control call; the text is its method, path and result.",
            dec("uid"),
            dec("gid"),
            dec("pid"),
            dec("status")),
    CONTROL_REFUSED(
            0x0402,
            OPERATOR_MONITOR,
            "A control call from someone who may not.",
            dec("uid"),
            dec("gid"),
            dec("pid")),
    HOST_RESTORED(
            0x0403,
            OPERATOR_MONITOR,
            "What a monitor that died had changed on the host was undone; the text lists it.",
            dec("pid")),
    CARD_TAKEN(
            0x0404,
            OPERATOR_MONITOR,
            "A card was taken from the host for the domain; the text gives address, identity and driver."),
    CARD_GIVEN_BACK(
            0x0405,
            OPERATOR_MONITOR,
            "The host has the card again, or not; the text gives address, identity and driver."),
    POLICY_OVERRIDE(
            0x0406,
            OPERATOR_MONITOR,
            "The operator allowed what the policy forbids; the text says what."),
    PRIVILEGES_DROPPED(
            0x0410,
            OPERATOR_MONITOR,
            "The monitor gave up what it does not need any more; the text says what it kept.",
            dec("uid"),
            dec("landlock"),
            dec("calls")),

    // Guest and host kernel, as the guest's launcher tells.
    GUEST_CALL_REFUSED(
            0x0501,
            GUEST_KERNEL,
            "A guest's filter refused a system call, so often since the record before; the text is the first of them.",
            as("port", Kind.PORT),
            dec("number"),
            dec("thread"),
            dec("count"),
            dec("total")),
    GUEST_REPORT_REFUSED(
            0x0502,
            GUEST_KERNEL,
            "Who reported on a guest's system calls may not, or did not make sense; the text says which.",
            as("port", Kind.PORT)),

    // What detectors found in a log, in the log that they keep themselves.
    ALERT(
            0x0601,
            DETECTION,
            "A detector raised an alert; the text names rule and log and says it. Run, source and sequence name the"
                    + " record that tipped it.",
            dec("severity"),
            as("port", Kind.PORT),
            dec("run"),
            dec("source_id"),
            dec("sequence"),
            dec("events"));

    private final int code;
    private final Boundary boundary;
    private final String sentence;

    @SuppressWarnings("ImmutableEnumChecker") // List.of, of records
    private final List<Field> fields;

    private final int fieldCount;
    private final int portField;

    CrossingType(int code, Boundary boundary, String sentence, Field... fields) {
        this.code = code;
        this.boundary = boundary;
        this.sentence = sentence;
        this.fields = List.of(fields);
        this.fieldCount = fields.length;
        int port = -1;
        for (int i = 0; i < fields.length; i++) {
            port = fields[i].kind() == Kind.PORT ? i : port;
        }
        this.portField = port;
    }

    /** The type with this code, or empty if this version does not know it. */
    public static Optional<CrossingType> of(int code) {
        return CrossingTypeIndex.of(code);
    }

    /** The type of this name, upper or lower case, with dashes or underscores; empty if there is none. */
    public static Optional<CrossingType> named(String name) {
        return CrossingTypeIndex.named(name);
    }

    /** Which field of a type is the number of a switch port, or -1; -1 also for a type that is not known. */
    public static int portField(int code) {
        return CrossingTypeIndex.portField(code);
    }

    /** The same of this type. */
    int portField() {
        return portField;
    }

    /** The code in the record, 16 bits. */
    public int code() {
        return code;
    }

    /** The boundary that is crossed. */
    public Boundary boundary() {
        return boundary;
    }

    /** What a record of this type says, in one sentence. */
    public String sentence() {
        return sentence;
    }

    /** The fields in the order of the values. */
    public List<Field> fields() {
        return fields;
    }

    /** How many fields there are, 0 to 16. */
    public int fieldCount() {
        return fieldCount;
    }
}

package org.cofferdam.binding.bpf;

import static org.cofferdam.binding.bpf.LibBpf.B;
import static org.cofferdam.binding.libc.Constants.SOCK_CLOEXEC;
import static org.cofferdam.binding.libc.Constants.SOCK_RAW;
import static org.cofferdam.binding.libc.Libc.C;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Predicate;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.libc.Errno;
import org.cofferdam.binding.libc.Libc;

/** Finds and removes tc filters, also those that a process left behind when it was killed. */
public final class TcFilters {
    // struct bpf_tc_hook
    private static final int HOOK_BYTES = 24;
    private static final int HOOK_IFINDEX = 8;
    private static final int HOOK_POINT = 12;
    private static final int BOTH_POINTS = 3;

    // struct bpf_tc_opts
    private static final int OPTIONS_BYTES = 32;
    static final int PROGRAM_FD = 8;
    private static final int PROGRAM_ID = 16;
    private static final int HANDLE = 20;
    private static final int PRIORITY = 24;

    // linux/netlink.h, linux/rtnetlink.h: struct nlmsghdr (16 bytes) and struct tcmsg (20 bytes)
    private static final int AF_NETLINK = 16;
    private static final int NETLINK_ROUTE = 0;
    private static final short RTM_NEWTFILTER = 44;
    private static final short RTM_GETTFILTER = 46;
    private static final short NLM_F_REQUEST_DUMP = 0x301;
    private static final int REQUEST_BYTES = 36;
    private static final int MESSAGE_TYPE = 4;
    private static final int MESSAGE_FLAGS = 6;
    private static final int TC_IFINDEX = 20;
    private static final int TC_PARENT = 28;
    private static final int ANSWER_BYTES = 32_768;

    private TcFilters() {}

    static MemorySegment hook(Arena arena, int ifindex, int point) {
        MemorySegment hook = arena.allocate(HOOK_BYTES, 8);
        hook.set(ValueLayout.JAVA_LONG, 0, HOOK_BYTES);
        hook.set(ValueLayout.JAVA_INT, HOOK_IFINDEX, ifindex);
        hook.set(ValueLayout.JAVA_INT, HOOK_POINT, point);
        return hook;
    }

    static MemorySegment options(Arena arena, TcPlace place) {
        MemorySegment options = arena.allocate(OPTIONS_BYTES, 8);
        options.set(ValueLayout.JAVA_LONG, 0, OPTIONS_BYTES);
        options.set(ValueLayout.JAVA_INT, HANDLE, place.handle());
        options.set(ValueLayout.JAVA_INT, PRIORITY, place.priority());
        return options;
    }

    /** Whether a BPF filter, whosever, is at a place. */
    public static boolean isTaken(int ifindex, TcDirection direction, TcPlace place) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment hook = hook(arena, ifindex, direction.attachPoint());
            MemorySegment found = options(arena, place);
            return B.bpf_tc_query(hook.address(), found.address()) >= 0;
        }
    }

    /**
     * Removes the BPF filter at a place if its program's name begins with {@code namePrefix}.
     *
     * @return whether there was one and it is gone now
     */
    public static boolean remove(
            int ifindex, TcDirection direction, TcPlace place, String namePrefix) {
        return remove(ifindex, direction, place, p -> p.name().startsWith(namePrefix));
    }

    static boolean remove(
            int ifindex, TcDirection direction, TcPlace place, Predicate<BpfInfo.OfProgram> ours) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment hook = hook(arena, ifindex, direction.attachPoint());
            MemorySegment found = options(arena, place);
            if (B.bpf_tc_query(hook.address(), found.address()) < 0) {
                return false; // no such interface, qdisc or filter, or a filter of another kind
            }
            int program = B.bpf_prog_get_fd_by_id(found.get(ValueLayout.JAVA_INT, PROGRAM_ID));
            if (program < 0) {
                return false; // replaced since
            }
            try {
                if (!ours.test(BpfInfo.ofProgram(program))) {
                    return false;
                }
            } finally {
                C.close(program);
            }
            int result = B.bpf_tc_detach(hook.address(), options(arena, place).address());
            if (result == -Errno.ENOENT.code() || result == -Errno.ENODEV.code()) {
                return false;
            }
            LibBpf.check(result, "bpf_tc_detach", "interface " + ifindex + ", " + place);
            return true;
        }
    }

    /**
     * Removes an interface's clsact qdisc unless a filter is attached to it.
     *
     * @return whether it was removed
     */
    public static boolean removeQdiscIfEmpty(int ifindex) {
        if (any(ifindex, TcDirection.INGRESS) || any(ifindex, TcDirection.EGRESS)) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            return B.bpf_tc_hook_destroy(hook(arena, ifindex, BOTH_POINTS).address()) == 0;
        }
    }

    /** Whether a filter of any kind is attached: asks for a dump and looks at the first answer. */
    static boolean any(int ifindex, TcDirection direction) {
        int fd = C.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
        if (fd < 0) {
            throw Libc.failure("socket", "AF_NETLINK, NETLINK_ROUTE");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(REQUEST_BYTES, 4);
            request.set(ValueLayout.JAVA_INT, 0, REQUEST_BYTES);
            request.set(ValueLayout.JAVA_SHORT, MESSAGE_TYPE, RTM_GETTFILTER);
            request.set(ValueLayout.JAVA_SHORT, MESSAGE_FLAGS, NLM_F_REQUEST_DUMP);
            request.set(ValueLayout.JAVA_INT, TC_IFINDEX, ifindex);
            request.set(ValueLayout.JAVA_INT, TC_PARENT, direction.parent());
            if (C.write(fd, request.address(), REQUEST_BYTES) != REQUEST_BYTES) {
                throw Libc.failure("write", "RTM_GETTFILTER, interface " + ifindex);
            }
            MemorySegment answer = arena.allocate(ANSWER_BYTES, 4);
            long length = C.read(fd, answer.address(), ANSWER_BYTES);
            if (length < 0) {
                throw Libc.failure("read", "RTM_GETTFILTER, interface " + ifindex);
            }
            if (length < 16) {
                throw new NativeCallException(
                        "read", Errno.EIO.code(), "RTM_GETTFILTER answered " + length + " bytes");
            }
            return answer.get(ValueLayout.JAVA_SHORT, MESSAGE_TYPE) == RTM_NEWTFILTER;
        } finally {
            C.close(fd);
        }
    }
}

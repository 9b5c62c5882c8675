package org.cofferdam.monitor.confinement;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.cofferdam.binding.libc.Libc;
import org.cofferdam.binding.privilege.Account;

/**
 * Tries what a monitor must not do, in a process of its own, and prints a line {@code NAME ERRNO} for each; 0: it went
 * through. With the word {@code confined} it becomes a user without privileges and takes the filter on first. Each call
 * is so chosen that it does no harm where it is allowed.
 */
final class ForbiddenCalls {
    private static final Libc C = Libc.C;
    private static final int NOBODY = 65534;

    private ForbiddenCalls() {}

    public static void main(String[] args) {
        Map<String, LongSupplier> calls = calls();
        if (args.length > 0 && args[0].equals("confined")) {
            new Account("nobody", NOBODY, NOBODY).become();
            Confinement.filter().install();
        }
        calls.forEach(
                (name, call) -> {
                    long result = call.getAsLong();
                    System.out.println(name + " " + (result < 0 ? Libc.errno() : 0));
                });
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }

    private static Map<String, LongSupplier> calls() {
        Arena arena = Arena.global();
        long shadow = Libc.string(arena, "/etc/shadow").address();
        long nowhere = Libc.string(arena, "/nonexistent").address();
        MemorySegment zeros = arena.allocate(256, 8);
        MemorySegment load = arena.allocate(128, 8);
        long program = program(arena, load);
        Map<String, LongSupplier> calls = new LinkedHashMap<>();
        calls.put("open-shadow", () -> C.open(shadow, 0, 0));
        calls.put("socket-inet", () -> C.socket(2, 1, 0));
        calls.put("socket-packet", () -> C.socket(17, 3, 0));
        calls.put("socket-netlink", () -> C.socket(16, 3, 0));
        calls.put("execve", () -> call(59, nowhere, 0, 0, 0));
        calls.put("fork", () -> call(56, 0x800 | 17, 0, 0, 0));
        calls.put("ptrace", () -> call(101, 16, Integer.MAX_VALUE, 0, 0));
        calls.put("process_vm_readv", () -> call(310, 1, 0, 0, 0));
        calls.put("mount", () -> call(165, 0, nowhere, 0, 0));
        calls.put("unshare", () -> call(272, 0x4000_0000, 0, 0, 0));
        calls.put("setns", () -> call(308, -1, 0, 0, 0));
        calls.put("setuid-0", () -> call(105, 0, 0, 0, 0));
        calls.put("kill-init", () -> call(62, 1, 0, 0, 0));
        calls.put("kexec_load", () -> call(246, 0, 0, 0, 0xffff_ffffL));
        calls.put("init_module", () -> call(175, 0, 0, nowhere, 0));
        calls.put("keyctl", () -> call(250, 0, -1, 0, 0));
        calls.put("add_key", () -> call(248, nowhere, nowhere, 0, 0));
        calls.put("perf_event_open", () -> call(298, zeros.address(), 0, -1, -1));
        calls.put("io_uring_setup", () -> call(425, 0, zeros.address(), 0, 0));
        calls.put("userfaultfd", () -> call(323, -1, 0, 0, 0));
        calls.put("bpf-prog-load", () -> call(321, 5, program, 128, 0));
        calls.put("ioctl-TIOCSTI", () -> C.ioctl(0, 0x5412, zeros.address()));
        calls.put("ioctl-SIOCSIFFLAGS", () -> C.ioctl(0, 0x8914, zeros.address()));
        return calls;
    }

    /** A socket filter that returns 0. */
    private static long program(Arena arena, MemorySegment attributes) {
        MemorySegment code = arena.allocate(16, 8);
        code.set(ValueLayout.JAVA_LONG, 0, 0xb7); // r0 = 0
        code.set(ValueLayout.JAVA_LONG, 8, 0x95); // exit
        attributes.set(ValueLayout.JAVA_INT, 0, 1);
        attributes.set(ValueLayout.JAVA_INT, 4, 2);
        attributes.set(ValueLayout.JAVA_LONG, 8, code.address());
        attributes.set(ValueLayout.JAVA_LONG, 16, Libc.string(arena, "GPL").address());
        return attributes.address();
    }

    private static long call(long number, long a, long b, long c, long d) {
        return C.syscall(number, a, b, c, d, 0);
    }
}

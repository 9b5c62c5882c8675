package org.cofferdam.binding.privilege;

import static org.cofferdam.binding.libc.Constants.SYS_SECCOMP;
import static org.cofferdam.binding.libc.Libc.C;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.libc.Errno;
import org.cofferdam.binding.libc.Libc;

/**
 * A list of system calls, and the classic BPF program that lets a process make these and no others: seccomp(2).
 *
 * <p>The program: another architecture than x86-64, or a number of the x32 ABI, ends the process. Then, for each call in
 * the list, one comparison with its number; behind it, one comparison for each of its lines. What meets no line gets
 * EPERM, or what another process says. Arguments are compared in their low 32 bits, which is all that the kernel takes of an {@code int}: lines may
 * look at such arguments only.
 */
public final class CallFilter {
    // linux/filter.h, linux/bpf_common.h
    private static final int LOAD_WORD = 0x20;
    private static final int JUMP_EQUAL = 0x15;
    private static final int JUMP_GREATER_EQUAL = 0x35;
    private static final int AND = 0x54;
    private static final int RETURN = 0x06;
    private static final int INSTRUCTION_BYTES = 8;
    private static final int MAX_INSTRUCTIONS = 4096;

    // struct seccomp_data, linux/seccomp.h
    private static final int DATA_NUMBER = 0;
    private static final int DATA_ARCHITECTURE = 4;
    private static final int DATA_ARGUMENTS = 16;
    private static final int ALLOW = 0x7fff0000;
    private static final int ERRNO = 0x00050000;
    private static final int USER_NOTIF = 0x7fc00000;
    private static final int KILL_PROCESS = 0x80000000;
    private static final int SET_MODE_FILTER = 1;
    private static final int FLAG_TSYNC = 1;
    private static final int FLAG_LOG = 2;
    private static final int FLAG_NEW_LISTENER = 8;
    private static final int FLAG_TSYNC_ESRCH = 16;

    private static final int AUDIT_ARCH_X86_64 = 0xc000003e;
    private static final int X32_BIT = 0x40000000;

    private final Map<String, List<CallRule>> rules;
    private final String hash;

    private CallFilter(Map<String, List<CallRule>> rules, String hash) {
        this.rules = rules;
        this.hash = hash;
    }

    /**
     * Reads a list: a rule a line, see {@link CallRule}; {@code #} begins a comment. The word {@code self} stands for this
     * process's number.
     */
    public static CallFilter parse(String list) {
        return parse(list, Map.of("self", (int) ProcessHandle.current().pid()));
    }

    /**
     * Reads a list: a rule a line, see {@link CallRule}; {@code #} begins a comment.
     *
     * @param words what stands for a number in the list's values
     * @throws IllegalArgumentException if a line is none, or names a call or a word that is not known
     */
    public static CallFilter parse(String list, Map<String, Integer> words) {
        Map<String, List<CallRule>> rules = new LinkedHashMap<>();
        for (String line : list.lines().toList()) {
            String text = line.replaceFirst("#.*", "").strip();
            if (!text.isEmpty()) {
                CallRule rule = CallRule.parse(text, words);
                rules.computeIfAbsent(rule.name(), name -> new ArrayList<>()).add(rule);
            }
        }
        try {
            byte[] sha256 =
                    MessageDigest.getInstance("SHA-256")
                            .digest(list.getBytes(StandardCharsets.UTF_8));
            return new CallFilter(rules, HexFormat.of().formatHex(sha256));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How many system calls are in the list, those that are only answered with an error not counted. */
    public int calls() {
        return (int) rules.values().stream().filter(lines -> lines.getFirst().errno() == 0).count();
    }

    /** The numbers of the calls in the list, those that are only answered with an error not among them. */
    public Set<Integer> numbers() {
        return rules.values().stream()
                .map(List::getFirst)
                .filter(rule -> rule.errno() == 0)
                .map(CallRule::number)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The SHA-256 of the list's text, in hexadecimal. */
    public String hash() {
        return hash;
    }

    /**
     * Puts all threads of this process under the filter. Needs no_new_privs or CAP_SYS_ADMIN.
     *
     * @throws NativeCallException if the kernel refuses, or a thread cannot be reached; no thread is filtered then
     */
    public void install() {
        long ignored = install(ERRNO | Errno.EPERM.code(), FLAG_TSYNC | FLAG_LOG);
        assert ignored == 0;
    }

    /**
     * As {@link #install}, but another process decides what is answered to a call that is not in the list: whoever has
     * the descriptor that this returns (seccomp_unotify(2)). Until somebody has, a thread that makes such a call waits.
     *
     * @return the descriptor, the caller's own
     */
    public int installNotifying() {
        return (int) install(USER_NOTIF, FLAG_TSYNC | FLAG_NEW_LISTENER | FLAG_TSYNC_ESRCH);
    }

    private long install(int otherwise, int flags) {
        List<long[]> program = program(otherwise);
        boolean listens = (flags & FLAG_NEW_LISTENER) != 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment code = arena.allocate((long) program.size() * INSTRUCTION_BYTES, 8);
            for (int i = 0; i < program.size(); i++) {
                code.set(ValueLayout.JAVA_LONG, (long) i * INSTRUCTION_BYTES, packed(program, i));
            }
            MemorySegment head = arena.allocate(16, 8); // struct sock_fprog
            head.set(ValueLayout.JAVA_SHORT, 0, (short) program.size());
            head.set(ValueLayout.JAVA_LONG, 8, code.address());
            long result = C.syscall(SYS_SECCOMP, SET_MODE_FILTER, flags, head.address(), 0, 0);
            if (result > 0 && !listens) {
                throw new NativeCallException(
                        "seccomp", Errno.EBUSY.code(), "thread " + result + " cannot be reached");
            }
            if (result < 0) {
                throw Libc.failure("seccomp", program.size() + " instructions");
            }
            return result;
        }
    }

    private static long packed(List<long[]> program, int i) {
        long[] in = program.get(i);
        return in[0] | in[1] << 16 | in[2] << 24 | in[3] << 32;
    }

    /** Instructions as code, jump if true, jump if false, constant. */
    private List<long[]> program(int otherwise) {
        List<long[]> p = new ArrayList<>();
        add(p, LOAD_WORD, 0, 0, DATA_ARCHITECTURE);
        add(p, JUMP_EQUAL, 1, 0, AUDIT_ARCH_X86_64);
        add(p, RETURN, 0, 0, KILL_PROCESS);
        add(p, LOAD_WORD, 0, 0, DATA_NUMBER);
        add(p, JUMP_GREATER_EQUAL, 0, 1, X32_BIT);
        add(p, RETURN, 0, 0, KILL_PROCESS);
        for (List<CallRule> lines : rules.values()) {
            List<long[]> block = new ArrayList<>();
            for (CallRule rule : lines) {
                line(block, rule);
            }
            add(block, RETURN, 0, 0, otherwise);
            if (block.size() > 255) {
                throw new IllegalArgumentException(
                        "there are too many lines for " + lines.getFirst().name());
            }
            add(p, JUMP_EQUAL, 0, block.size(), lines.getFirst().number());
            p.addAll(block);
        }
        add(p, RETURN, 0, 0, otherwise);
        if (p.size() > MAX_INSTRUCTIONS) {
            throw new IllegalArgumentException("the list of system calls is too long");
        }
        return p;
    }

    /** What a line allows returns; else it goes on behind the line. */
    private static void line(List<long[]> block, CallRule rule) {
        int left = rule.conditions().stream().mapToInt(CallFilter::instructions).sum();
        for (CallRule.Condition condition : rule.conditions()) {
            left -= instructions(condition);
            add(block, LOAD_WORD, 0, 0, DATA_ARGUMENTS + 8 * condition.argument());
            if (condition.mask() != -1) {
                add(block, AND, 0, 0, condition.mask());
            }
            add(block, JUMP_EQUAL, 0, left + 1, condition.value());
        }
        add(block, RETURN, 0, 0, rule.errno() == 0 ? ALLOW : ERRNO | rule.errno());
    }

    private static int instructions(CallRule.Condition condition) {
        return condition.mask() == -1 ? 2 : 3;
    }

    private static void add(List<long[]> to, int code, int yes, int no, int constant) {
        to.add(new long[] {code, yes, no, constant & 0xffff_ffffL});
    }
}

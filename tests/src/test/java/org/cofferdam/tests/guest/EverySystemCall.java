package org.cofferdam.tests.guest;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Makes system calls by number, all of them from 0 to a last one but those named, and says which were not refused.
 * Arguments: the last number, then the numbers that are left out. Afterwards it tries what the filter's lines forbid by
 * argument.
 */
public final class EverySystemCall {
    private static final int EPERM = 1;
    private static final int ENOSYS = 38;
    private static final int NO_BREAK = -1;
    private static final int BRK = 12;
    private static final int CLONE3 = 435;
    private static final int PAGE = 4096;
    private static final int X32_BIT = 0x40000000;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private final MethodHandle call;
    private final MemorySegment state;

    private EverySystemCall(Arena arena) {
        FunctionDescriptor seven =
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG);
        call =
                LINKER.downcallHandle(
                        LINKER.defaultLookup().findOrThrow("syscall"),
                        seven,
                        Linker.Option.captureCallState("errno"));
        state = arena.allocate(STATE);
    }

    /** Prints "refused N", "not refused …", "forbidden by argument: …". */
    public static void main(String[] args) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            EverySystemCall kernel = new EverySystemCall(arena);
            int last = Integer.parseInt(args[0]);
            if (args.length > 1 && args[1].equals("x32")) {
                System.out.println("x32 answered " + kernel.errno(X32_BIT | 39));
                return;
            }
            Set<Integer> left =
                    Arrays.stream(args).skip(1).map(Integer::valueOf).collect(Collectors.toSet());
            Set<String> wrong = new TreeSet<>();
            int refused = 0;
            for (int number = 0; number <= last; number++) {
                if (!left.contains(number)) {
                    int errno = kernel.errno(number);
                    if (errno == expected(number)) {
                        refused++;
                    } else {
                        wrong.add(number + " answered " + errno);
                    }
                }
            }
            System.out.println("refused " + refused);
            System.out.println("not refused " + wrong);
            System.out.println("forbidden by argument: " + kernel.forbiddenByArgument());
        }
    }

    /** brk has no errors: it is refused by an answer of 0, which is no address. */
    private static int expected(int number) {
        return switch (number) {
            case BRK -> NO_BREAK;
            case CLONE3 -> ENOSYS;
            default -> EPERM;
        };
    }

    /** The error number; 0 if the call was made. */
    private int errno(long number, long... arguments) throws Throwable {
        long[] a = Arrays.copyOf(arguments, 6);
        long result = (long) call.invokeExact(state, number, a[0], a[1], a[2], a[3], a[4], a[5]);
        if (number == BRK) {
            return result == 0 ? NO_BREAK : 0;
        }
        return result == -1 ? (int) ERRNO.get(state, 0L) : 0;
    }

    /** What was made of it, of which all should be EPERM. */
    private Set<String> forbiddenByArgument() throws Throwable {
        Set<String> made = new TreeSet<>();
        try (Arena arena = Arena.ofConfined()) {
            long page = arena.allocate(2 * PAGE, PAGE).address();
            tell(made, "read of descriptor 99", errno(0, 99, page, 1));
            tell(made, "write to descriptor 99", errno(1, 99, page, 1));
            tell(made, "pread64 of standard input", errno(17, 0, page, 1, 0));
            tell(made, "mmap executable", errno(9, 0, PAGE, 5, 0x22, -1));
            tell(made, "mmap of a descriptor", errno(9, 0, PAGE, 1, 2, 0));
            tell(made, "mmap shared", errno(9, 0, PAGE, 3, 0x21, -1));
            tell(made, "mprotect executable", errno(10, page, PAGE, 7));
            tell(made, "clone of a process", errno(56, 17, 0, 0, 0, 0));
            tell(made, "clone into a user namespace", errno(56, 0x10000000 | 17, 0, 0, 0, 0));
            tell(made, "prctl PR_SET_DUMPABLE", errno(157, 4, 1));
            tell(made, "madvise MADV_MERGEABLE", errno(28, page, PAGE, 12));
            tell(made, "epoll_pwait2 of descriptor 99", errno(441, 99, page, 1, 0, 0));
        }
        return made;
    }

    private static void tell(Set<String> made, String what, int errno) {
        if (errno != EPERM) {
            made.add(what + " answered " + errno);
        }
    }
}

package org.cofferdam.binding.privilege;

import static org.cofferdam.binding.libc.Libc.C;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.libc.Libc;

/** Puts another program in this process's place, execv(3): same process, environment and standard streams. */
public final class ProgramReplacement {
    private ProgramReplacement() {}

    /** Returns only if it fails, with what the kernel said. */
    public static NativeCallException with(List<String> words) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argv = arena.allocate(ValueLayout.JAVA_LONG, words.size() + 1L);
            for (int i = 0; i < words.size(); i++) {
                argv.setAtIndex(
                        ValueLayout.JAVA_LONG, i, Libc.string(arena, words.get(i)).address());
            }
            C.execv(argv.get(ValueLayout.JAVA_LONG, 0), argv.address());
            return Libc.failure("execv", words.getFirst());
        }
    }
}

package org.cofferdam.binding.privilege;

import static org.cofferdam.binding.libc.Libc.C;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.cofferdam.binding.libc.Libc;

/** A user of this machine. */
public record Account(String name, int uid, int gid) {
    // struct passwd, pwd.h
    private static final int UID = 16;
    private static final int GID = 20;

    /** Looks a user up, getpwnam(3). */
    public static Optional<Account> named(String name) {
        try (Arena arena = Arena.ofConfined()) {
            long found = C.getpwnam(Libc.string(arena, name).address());
            if (found == 0) {
                return Optional.empty();
            }
            MemorySegment entry = MemorySegment.ofAddress(found).reinterpret(GID + 4);
            return Optional.of(
                    new Account(
                            name,
                            entry.get(ValueLayout.JAVA_INT, UID),
                            entry.get(ValueLayout.JAVA_INT, GID)));
        }
    }

    /**
     * Makes this process, all its threads, this user: no other groups, and no capability is left if it was root.
     *
     * @throws org.cofferdam.binding.NativeCallException if the kernel refuses
     */
    public void become() {
        if (C.setgroups(0, 0) != 0) {
            throw Libc.failure("setgroups", "none");
        }
        if (C.setresgid(gid, gid, gid) != 0) {
            throw Libc.failure("setresgid", Integer.toString(gid));
        }
        if (C.setresuid(uid, uid, uid) != 0) {
            throw Libc.failure("setresuid", Integer.toString(uid));
        }
    }
}

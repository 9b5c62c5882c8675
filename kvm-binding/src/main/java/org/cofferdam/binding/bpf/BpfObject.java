package org.cofferdam.binding.bpf;

import static org.cofferdam.binding.bpf.LibBpf.B;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.libc.Libc;

/**
 * An object file of BPF programs and maps, loaded into the kernel. Closing it gives up its programs and maps;
 * those still attached or in use live on in the kernel until they are detached.
 *
 * <p>One thread at a time. Needs CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON, or root.
 */
public final class BpfObject implements AutoCloseable {
    private static final int VERIFIER_LOG_BYTES = 1 << 16;
    private static final int VERIFIER_LOG_SHOWN = 2000;

    // struct bpf_object_open_opts of libbpf 1.0 and later
    private static final int OPEN_OPTIONS_BYTES = 80;
    private static final int OBJECT_NAME = 8;
    private static final int LOG_BUFFER = 56;
    private static final int LOG_SIZE = 64;

    private final String name;
    private final long handle;
    private boolean open = true;

    private BpfObject(String name, long handle) {
        this.name = name;
        this.handle = handle;
    }

    /** Loads an object file, see {@link #load(String, byte[])}. */
    public static BpfObject load(Path file) throws IOException {
        return load(String.valueOf(file.getFileName()), Files.readAllBytes(file));
    }

    /**
     * Makes the maps and loads the programs of an object file.
     *
     * @param name for messages
     * @param elf the file's bytes, as clang's BPF target writes it, with BTF
     * @throws NativeCallException if the file is not such an object, a right is missing, or the verifier
     *     refuses a program; the end of the verifier's log is then part of the message
     */
    public static BpfObject load(String name, byte[] elf) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment image = arena.allocate(elf.length, 8);
            MemorySegment.copy(elf, 0, image, ValueLayout.JAVA_BYTE, 0, elf.length);
            MemorySegment log = arena.allocate(VERIFIER_LOG_BYTES, 8);
            MemorySegment options = arena.allocate(OPEN_OPTIONS_BYTES, 8);
            options.set(ValueLayout.JAVA_LONG, 0, OPEN_OPTIONS_BYTES);
            options.set(
                    ValueLayout.JAVA_LONG, OBJECT_NAME, Libc.string(arena, "cofferdam").address());
            options.set(ValueLayout.JAVA_LONG, LOG_BUFFER, log.address());
            options.set(ValueLayout.JAVA_LONG, LOG_SIZE, VERIFIER_LOG_BYTES);
            long handle = B.bpf_object__open_mem(image.address(), elf.length, options.address());
            if (handle == 0) {
                throw Libc.failure("bpf_object__open_mem", name);
            }
            int result = B.bpf_object__load(handle);
            if (result < 0) {
                B.bpf_object__close(handle);
                throw new NativeCallException("bpf_object__load", -result, name + said(log));
            }
            return new BpfObject(name, handle);
        }
    }

    private static String said(MemorySegment log) {
        byte[] text = log.toArray(ValueLayout.JAVA_BYTE);
        int end = 0;
        while (end < text.length && text[end] != 0) {
            end++;
        }
        int start = Math.max(0, end - VERIFIER_LOG_SHOWN);
        return end == 0
                ? ""
                : ", the verifier says: "
                        + new String(text, start, end - start, StandardCharsets.UTF_8).strip();
    }

    /**
     * The program with this name.
     *
     * @throws NativeCallException ENOENT if there is none
     */
    public BpfProgram program(String program) {
        try (Arena arena = Arena.ofConfined()) {
            long found =
                    B.bpf_object__find_program_by_name(
                            handle(), Libc.string(arena, program).address());
            if (found == 0) {
                throw Libc.failure("bpf_object__find_program_by_name", name + ", " + program);
            }
            int fd =
                    LibBpf.check(
                            B.bpf_program__fd(found), "bpf_program__fd", name + ", " + program);
            return BpfProgram.of(program, fd);
        }
    }

    /**
     * The map with this name.
     *
     * @throws NativeCallException ENOENT if there is none
     */
    public BpfMap map(String map) {
        return BpfMap.of(map, mapFd(map));
    }

    /** The ring buffer with this name, mapped; the caller closes it before this object. */
    public BpfRing ring(String map) {
        BpfMap ring = map(map);
        return BpfRing.map(ring.name(), ring.fd(), ring.maxEntries());
    }

    private int mapFd(String map) {
        try (Arena arena = Arena.ofConfined()) {
            return LibBpf.check(
                    B.bpf_object__find_map_fd_by_name(handle(), Libc.string(arena, map).address()),
                    "bpf_object__find_map_fd_by_name",
                    name + ", " + map);
        }
    }

    private long handle() {
        if (!open) {
            throw new IllegalStateException("the BPF object " + name + " is closed");
        }
        return handle;
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            B.bpf_object__close(handle);
        }
    }
}

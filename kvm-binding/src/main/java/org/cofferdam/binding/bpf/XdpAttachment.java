package org.cofferdam.binding.bpf;

import static org.cofferdam.binding.bpf.LibBpf.B;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cofferdam.binding.libc.Errno;

/** An XDP program at an interface. */
public final class XdpAttachment implements BpfAttachment {
    // struct bpf_xdp_attach_opts
    private static final int OPTIONS_BYTES = 16;
    private static final int OLD_PROGRAM_FD = 8;

    private final int ifindex;
    private final int fd;
    private final XdpMode mode;
    private boolean attached = true;

    XdpAttachment(int ifindex, int fd, XdpMode mode) {
        this.ifindex = ifindex;
        this.fd = fd;
        this.mode = mode;
    }

    @Override
    public int ifindex() {
        return ifindex;
    }

    /** Where it sits. */
    public XdpMode mode() {
        return mode;
    }

    @Override
    public void close() {
        if (!attached) {
            return;
        }
        attached = false;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment options = arena.allocate(OPTIONS_BYTES, 8);
            options.set(ValueLayout.JAVA_LONG, 0, OPTIONS_BYTES);
            // The kernel detaches only if this program is the one attached.
            options.set(ValueLayout.JAVA_INT, OLD_PROGRAM_FD, fd);
            int flags =
                    mode == XdpMode.NATIVE
                            ? BpfProgram.XDP_FLAGS_DRV_MODE
                            : BpfProgram.XDP_FLAGS_SKB_MODE;
            int result = B.bpf_xdp_detach(ifindex, flags, options.address());
            if (result != -Errno.ENODEV.code() && result != -Errno.EEXIST.code()) {
                LibBpf.check(result, "bpf_xdp_detach", "interface " + ifindex);
            }
        }
    }
}

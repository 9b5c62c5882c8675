package org.cofferdam.binding.bpf;

import static org.cofferdam.binding.bpf.LibBpf.B;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.libc.Errno;

/** A loaded program; it belongs to its {@link BpfObject}. Attaching takes effect in the caller's network namespace. */
public final class BpfProgram {
    // linux/if_link.h
    static final int XDP_FLAGS_UPDATE_IF_NOEXIST = 1;
    static final int XDP_FLAGS_SKB_MODE = 2;
    static final int XDP_FLAGS_DRV_MODE = 4;

    private final String name;
    private final int fd;
    private final int id;

    private BpfProgram(String name, int fd, int id) {
        this.name = name;
        this.fd = fd;
        this.id = id;
    }

    static BpfProgram of(String name, int fd) {
        return new BpfProgram(name, fd, BpfInfo.ofProgram(fd).id());
    }

    /** The name of its C function. */
    public String name() {
        return name;
    }

    /** The kernel's number for it, as bpftool shows it. */
    public int id() {
        return id;
    }

    /**
     * Attaches this XDP program to the driver of an interface that has no XDP program.
     *
     * @param ifindex the interface
     * @param genericToo whether the kernel's generic hook, behind the making of socket buffers, may stand in
     *     where the driver has none; {@link XdpAttachment#mode} says what came of it
     * @throws NativeCallException EBUSY or EEXIST if another program is attached, EOPNOTSUPP if the driver
     *     has no XDP and the generic hook is not wanted
     */
    public XdpAttachment attachXdp(int ifindex, boolean genericToo) {
        String what = name + " on interface " + ifindex;
        int result =
                B.bpf_xdp_attach(ifindex, fd, XDP_FLAGS_UPDATE_IF_NOEXIST | XDP_FLAGS_DRV_MODE, 0);
        if (result == 0) {
            return new XdpAttachment(ifindex, fd, XdpMode.NATIVE);
        }
        if (result != -Errno.EOPNOTSUPP.code() || !genericToo) {
            throw new NativeCallException("bpf_xdp_attach", -result, what + ", native mode");
        }
        LibBpf.check(
                B.bpf_xdp_attach(ifindex, fd, XDP_FLAGS_UPDATE_IF_NOEXIST | XDP_FLAGS_SKB_MODE, 0),
                "bpf_xdp_attach",
                what + ", generic mode");
        return new XdpAttachment(ifindex, fd, XdpMode.GENERIC);
    }

    /**
     * Attaches this tc program to an interface as a direct-action filter, and makes the interface's clsact
     * qdisc where there is none.
     *
     * @throws NativeCallException EEXIST if another filter has this place
     */
    public TcAttachment attachTc(int ifindex, TcDirection direction, TcPlace place) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment hook = TcFilters.hook(arena, ifindex, direction.attachPoint());
            int made = B.bpf_tc_hook_create(hook.address());
            if (made < 0 && made != -Errno.EEXIST.code()) {
                throw new NativeCallException(
                        "bpf_tc_hook_create", -made, "clsact on interface " + ifindex);
            }
            MemorySegment options = TcFilters.options(arena, place);
            options.set(ValueLayout.JAVA_INT, TcFilters.PROGRAM_FD, fd);
            int result = B.bpf_tc_attach(hook.address(), options.address());
            if (result < 0) {
                if (made == 0) {
                    TcFilters.removeQdiscIfEmpty(ifindex);
                }
                throw new NativeCallException(
                        "bpf_tc_attach",
                        -result,
                        name + " on interface " + ifindex + ", " + direction + ", " + place);
            }
            return new TcAttachment(ifindex, direction, place, id, made == 0);
        }
    }
}

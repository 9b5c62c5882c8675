package org.cofferdam.proxy.kernel;

import org.cofferdam.binding.bpf.BpfAttachment;
import org.cofferdam.binding.bpf.BpfProgram;
import org.cofferdam.binding.bpf.TcDirection;
import org.cofferdam.binding.bpf.TcPlace;

/** Puts a tc program of the proxy at an interface: itself, where it may, or by somebody who may. */
@FunctionalInterface
public interface FilterPlacer {
    /** For a process that has CAP_NET_ADMIN. */
    FilterPlacer DIRECT = BpfProgram::attachTc;

    /**
     * Attaches a program, and makes the interface's clsact qdisc where there is none.
     *
     * @throws org.cofferdam.binding.NativeCallException EEXIST if another filter has this place
     */
    BpfAttachment attach(BpfProgram program, int ifindex, TcDirection direction, TcPlace place);
}

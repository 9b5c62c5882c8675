package org.cofferdam.binding.kvm;

import static org.cofferdam.binding.kvm.KvmConstants.*;
import static org.cofferdam.binding.libc.Constants.O_CLOEXEC;
import static org.cofferdam.binding.libc.Constants.O_RDWR;
import static org.cofferdam.binding.libc.Libc.C;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.cofferdam.binding.libc.Libc;

/** An open /dev/kvm. Thread-safe; VMs made from it live on when it is closed. */
public final class Kvm implements AutoCloseable {
    /** What the driver domain cannot do without. */
    private static final List<Capability> NEEDED =
            List.of(Capability.USER_MEMORY, Capability.READONLY_MEM, Capability.IMMEDIATE_EXIT);

    private final int fd;
    private boolean open = true;

    private Kvm(int fd) {
        this.fd = fd;
    }

    /**
     * Opens /dev/kvm and checks that it is what this binding knows.
     *
     * @throws org.cofferdam.binding.NativeCallException ENOENT where there is no KVM, EACCES without permission
     * @throws UnsupportedKvmException where it lacks something
     */
    public static Kvm open() {
        int fd;
        try (Arena arena = Arena.ofConfined()) {
            fd = C.open(Libc.string(arena, "/dev/kvm").address(), O_RDWR | O_CLOEXEC, 0);
        }
        if (fd < 0) {
            throw Libc.failure("open", "/dev/kvm");
        }
        Kvm kvm = new Kvm(fd);
        try {
            int version = C.ioctl(fd, KVM_GET_API_VERSION, 0);
            if (version != KVM_API_VERSION) {
                throw new UnsupportedKvmException(
                        "/dev/kvm speaks API version " + version + ", not " + KVM_API_VERSION);
            }
            List<Capability> missing = new ArrayList<>(NEEDED);
            missing.removeIf(c -> kvm.check(c) > 0);
            if (!missing.isEmpty()) {
                throw new UnsupportedKvmException("/dev/kvm lacks " + missing);
            }
            return kvm;
        } catch (RuntimeException e) {
            kvm.close();
            throw e;
        }
    }

    /** What the kernel answers about a capability: 0 is no, 1 yes, larger a number that it explains. */
    public int check(Capability capability) {
        int answer = C.ioctl(fd, KVM_CHECK_EXTENSION, capability.number());
        if (answer < 0) {
            throw Libc.failure("ioctl", "KVM_CHECK_EXTENSION, " + capability);
        }
        return answer;
    }

    /** Makes an empty VM. */
    public Vm createVm() {
        int runBytes = C.ioctl(fd, KVM_GET_VCPU_MMAP_SIZE, 0);
        if (runBytes < 0) {
            throw Libc.failure("ioctl", "KVM_GET_VCPU_MMAP_SIZE");
        }
        int vm = C.ioctl(fd, KVM_CREATE_VM, 0);
        if (vm < 0) {
            throw Libc.failure("ioctl", "KVM_CREATE_VM");
        }
        return new Vm(fd, vm, runBytes);
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            C.close(fd);
        }
    }
}

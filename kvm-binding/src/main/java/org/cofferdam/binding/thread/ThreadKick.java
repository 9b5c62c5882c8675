package org.cofferdam.binding.thread;

import static org.cofferdam.binding.libc.Constants.SYS_TGKILL;
import static org.cofferdam.binding.libc.Libc.C;

import org.cofferdam.binding.libc.Errno;
import org.cofferdam.binding.libc.Libc;

/**
 * Gets one thread out of a blocked KVM_RUN, by the signal and the handler of {@link SliceTimer}.
 *
 * <p>A signal that comes before KVM_RUN is lost, so who kicks first sets what the thread looks at before it enters the
 * guest, which for a vCPU is {@code Vcpu.setImmediateExit(true)}; the kernel reads that after it has let signals in.
 */
public final class ThreadKick {
    private final int process = (int) ProcessHandle.current().pid();
    private final int thread = NativeThread.id();

    private ThreadKick() {}

    /** For the calling thread, which must be a platform thread. Installs the handler. */
    public static ThreadKick forThisThread() {
        SliceTimer.installHandler();
        return new ThreadKick();
    }

    /**
     * Interrupts the thread's system call. Any thread may call it, also when the other has ended: should its number have
     * gone to another thread of this process by then, that one's call is interrupted, which every call must bear.
     */
    public void kick() {
        if (C.syscall(SYS_TGKILL, process, thread, SliceTimer.SIGNAL, 0, 0) != 0
                && Libc.errno() != Errno.ESRCH.code()) {
            throw Libc.failure("tgkill", "thread " + thread + ", signal " + SliceTimer.SIGNAL);
        }
    }
}

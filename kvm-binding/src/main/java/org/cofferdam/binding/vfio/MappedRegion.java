package org.cofferdam.binding.vfio;

import static org.cofferdam.binding.libc.Constants.MAP_SHARED;
import static org.cofferdam.binding.libc.Constants.PROT_READ;
import static org.cofferdam.binding.libc.Constants.PROT_WRITE;
import static org.cofferdam.binding.libc.Libc.C;

import org.cofferdam.binding.libc.Libc;
import org.cofferdam.binding.memory.MappedMemory;

/**
 * A part of a device's region in this process's address space, to be shown to a guest. No segment is offered: a
 * device that goes away takes its registers with it, and a load here would be a fault in the JVM.
 */
public final class MappedRegion implements MappedMemory, AutoCloseable {
    private final long address;
    private final long size;
    private boolean open = true;

    MappedRegion(int fd, long fileOffset, long size, String detail) {
        long at = C.mmap(0, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, fileOffset);
        if (at == -1) {
            throw Libc.failure("mmap", detail);
        }
        this.address = at;
        this.size = size;
    }

    @Override
    public long address() {
        return address;
    }

    @Override
    public long size() {
        return size;
    }

    /** No virtual machine that has it in a slot may run again. */
    @Override
    public void close() {
        if (open) {
            open = false;
            C.munmap(address, size);
        }
    }
}

package org.cofferdam.binding.memory;

/** Memory of this process that can be shown to a guest in a memory slot: whole pages at a page boundary. */
public interface MappedMemory {
    /** Where it is mapped in this process. */
    long address();

    /** Size in bytes. */
    long size();
}

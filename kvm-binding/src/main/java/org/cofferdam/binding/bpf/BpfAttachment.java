package org.cofferdam.binding.bpf;

/** A program's place at an interface; closing takes the program away from there, and nothing else. */
public interface BpfAttachment extends AutoCloseable {
    /** The interface. */
    int ifindex();

    /** Detaches. Does nothing if the interface or the program's place there is gone. */
    @Override
    void close();
}

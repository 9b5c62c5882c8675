package org.cofferdam.audit;

/** Where records are at the end of a group commit. */
public enum Durability {
    /** On the device: what was recorded before outlives the power, fdatasync(2) after each group commit. */
    DEVICE,
    /** With the kernel: it outlives the monitor, and is on the device when the kernel thinks fit. */
    KERNEL
}

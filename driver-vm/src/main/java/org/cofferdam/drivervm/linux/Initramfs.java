package org.cofferdam.drivervm.linux;

/** Where the initramfs lies; 0 bytes if there is none. */
record Initramfs(long start, long bytes) {}

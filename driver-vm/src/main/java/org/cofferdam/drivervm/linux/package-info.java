/**
 * A stock Linux kernel as a driver domain: its image, and how that becomes memory and registers.
 *
 * <p>{@code ops/driver-image} makes a folder with a distribution's kernel and an initramfs of the package's own modules and
 * one small program of ours; {@link org.cofferdam.drivervm.linux.LinuxImage} reads and checks it once, when the monitor
 * starts. {@link org.cofferdam.drivervm.linux.LinuxLoader} fills a domain's memory at each start: the kernel (an ELF vmlinux
 * by the PVH entry, a bzImage by the 64-bit boot protocol), start info or zero page, memory map, initramfs; {@link
 * org.cofferdam.drivervm.linux.MpTable} tells of processor and interrupt lines.
 *
 * <p>What it trusts: the command line. Kernel files are not: each offset, length and address is checked before it is used.
 * The image's sums show that a file is the one that was made; they are no signature.
 *
 * <p>Threads: images are immutable; the loader is the domain thread's, while the domain does not run.
 */
@NullMarked
package org.cofferdam.drivervm.linux;

import org.jspecify.annotations.NullMarked;

/**
 * Driver-domain images and the memory they start in.
 *
 * <p>What lives here: the memory map of the small domain, the parser of image files, page tables, descriptor tables
 * and fault stub, the boot page that the driver reads and the status page that it writes. {@link
 * org.cofferdam.drivervm.NanoLoader} puts them together: it fills the domain's memory and says in which state the
 * virtual CPU starts.
 *
 * <p>Who calls it: the monitor's domain life cycle, on the domain thread, while the domain does not run. The status
 * page and the doorbell numbers are read while it runs.
 *
 * <p>What it trusts: the boot parameters. It does not trust image files (each offset is checked before it is used)
 * nor the status page (each field is read once into a snapshot). The fault frame lies in pages that the domain cannot
 * reach, but its register values are the domain's own words.
 *
 * <p>The driver's C sources and the fault stub are in {@code src/main/c}; gcc builds them before the Java code.
 */
@NullMarked
package org.cofferdam.drivervm;

import org.jspecify.annotations.NullMarked;

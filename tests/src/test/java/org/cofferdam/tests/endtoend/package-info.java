/**
 * The promises of the whole: a real monitor, a real domain on /dev/kvm, real packets between network namespaces
 * that share no other path.
 *
 * <p>Each class makes its own namespaces and its own monitor ({@link org.cofferdam.tests.lab}) and removes them,
 * so the classes are independent of each other and of anything else on the machine. They speak to the monitor as
 * an operator does, by the command line, and believe of the outcome only what other programs see: ping, a checked
 * TCP transfer, the kernel's tables, the log. Times are waited for, never asserted.
 */
@NullMarked
package org.cofferdam.tests.endtoend;

import org.jspecify.annotations.NullMarked;

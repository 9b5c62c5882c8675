/**
 * The kernel's view of a thread: its id, its nice value, its processor time, and the signal that gets it
 * out of KVM_RUN. The monitor's domain thread is who calls it.
 *
 * <p>Threads: everything acts on the calling thread, except the signal, which one thread sends to another.
 * Trust: nothing here comes from outside.
 */
@NullMarked
package org.cofferdam.binding.thread;

import org.jspecify.annotations.NullMarked;

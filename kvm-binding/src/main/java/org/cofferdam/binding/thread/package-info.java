/**
 * The kernel's view of a thread: its id, its nice value, its processor time, and the signal that gets it
 * out of KVM_RUN.
 */
@NullMarked
package org.cofferdam.binding.thread;

import org.jspecify.annotations.NullMarked;

/**
 * Memory that more than this process sees: memfd files mapped into the process. A segment made here is
 * bounded by its mapping and dies with it. Domain memory and rings are made of it.
 *
 * <p>Threads: any may use a segment; closing is for the thread that made it, when no other uses it any more.
 * Trust: whoever else has the memory may change it between any two reads, so a value is read once, checked,
 * then used.
 */
@NullMarked
package org.cofferdam.binding.memory;

import org.jspecify.annotations.NullMarked;

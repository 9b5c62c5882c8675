/**
 * Memory that more than this process sees: memfd files mapped into the process. A segment made here is
 * bounded by its mapping and dies with it.
 */
@NullMarked
package org.cofferdam.binding.memory;

import org.jspecify.annotations.NullMarked;

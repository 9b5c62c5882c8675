/** Tests of the package of this name. */
@NullMarked
package org.cofferdam.monitor.pc;

import org.jspecify.annotations.NullMarked;

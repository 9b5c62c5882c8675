/** Tests of the package of this name. */
@NullMarked
package org.cofferdam.monitor.control;

import org.jspecify.annotations.NullMarked;

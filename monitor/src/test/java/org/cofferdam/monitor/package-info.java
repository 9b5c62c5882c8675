/** Tests of how the monitor's parts are put together, as far as that needs no machine. */
@NullMarked
package org.cofferdam.monitor;

import org.jspecify.annotations.NullMarked;

/** Tests of the package of this name. */
@NullMarked
package org.cofferdam.monitor.state;

import org.jspecify.annotations.NullMarked;

/** Tests of the package of this name. */
@NullMarked
package org.cofferdam.monitor.cli;

import org.jspecify.annotations.NullMarked;

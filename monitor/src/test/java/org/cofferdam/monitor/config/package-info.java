/** Tests of the package of this name. */
@NullMarked
package org.cofferdam.monitor.config;

import org.jspecify.annotations.NullMarked;

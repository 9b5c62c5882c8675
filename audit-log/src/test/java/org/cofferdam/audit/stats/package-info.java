/** Tests of the sums. */
@NullMarked
package org.cofferdam.audit.stats;

import org.jspecify.annotations.NullMarked;

/** Tests of detectors, on real logs that a writer wrote with a clock of the test's own. */
@NullMarked
package org.cofferdam.audit.detect;

import org.jspecify.annotations.NullMarked;

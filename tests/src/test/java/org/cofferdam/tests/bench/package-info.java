/**
 * Programs that benchmarks run beside a monitor, where a shell cannot do it: here live loads that measure themselves.
 *
 * <p>Called by the scripts of tests/bench, never by a test; a figure passes or fails nothing. One thread each.
 *
 * <p>They trust the monitor that they measure with a frame's content and nothing else.
 */
@NullMarked
package org.cofferdam.tests.bench;

import org.jspecify.annotations.NullMarked;

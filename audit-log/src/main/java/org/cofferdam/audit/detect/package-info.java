/**
 * Detectors: rules that look at the records of logs, one block after the other, and raise alerts. DETECTORS.md says of
 * each what it catches, what it does not, and when it is wrong.
 *
 * <p>Time is the records' own, never the clock of the machine that reads: the same log gives the same alerts, live or
 * years later, here or on another machine that goes on from a saved state. One thread calls a {@link
 * org.cofferdam.audit.detect.Detection}.
 *
 * <p>A log is taken for the work of someone who was broken into. Whatever its records say, the state kept of it is
 * bounded: so many ports, so many targets, so many incidents, the least recently seen forgotten first.
 */
@NullMarked
package org.cofferdam.audit.detect;

import org.jspecify.annotations.NullMarked;

/**
 * The attack drill: scenarios with random rates and addresses against running monitors, and what {@code monitor audit
 * detect} says of each one's log, as a table of what was expected, missed and raised for nothing.
 *
 * <p>tests/drill/drill.sh runs it for as long as it is told to; in the build it takes about a minute. The seed is printed,
 * and given again plays the same drill. Threads of the test's own are the hostile guests: they have the library OS's card
 * and none of its manners.
 */
@NullMarked
package org.cofferdam.tests.drill;

import org.jspecify.annotations.NullMarked;

/**
 * Programs that tests run inside confined guests. Each has a main method, says on standard output what it saw, and knows
 * nothing of the library OS or of the tests: the JDK is all it needs.
 *
 * <p>Run by {@code libos run -- -cp}; the tests of org.cofferdam.tests.endtoend read what they say. One is hostile: it
 * makes every system call there is, by the foreign function interface, from within the filter.
 *
 * <p>They trust nothing and nobody trusts them.
 */
@NullMarked
package org.cofferdam.tests.guest;

import org.jspecify.annotations.NullMarked;

/**
 * What the fuzz tests of the other packages share: how an input's bytes become numbers ({@link
 * org.cofferdam.proxy.fuzz.FuzzInput}).
 *
 * <p>A fuzz test stands beside what it feeds, as a class of its own whose name ends in FuzzTest, with one method that has
 * the annotation FuzzTest: Jazzer fuzzes one of them for each JVM. In a plain build each is run on its seeds, which lie
 * in the resources under the class's name with "Inputs" and the method's name; tests/fuzz/all.sh lets Jazzer look for
 * new ones. One thread; an input is trusted in nothing and may end anywhere.
 */
@NullMarked
package org.cofferdam.proxy.fuzz;

import org.jspecify.annotations.NullMarked;

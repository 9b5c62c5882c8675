/**
 * The guest's own beginning, inside the JVM that the launcher executed: network, program, warm-up, confinement, and then
 * the program's main method.
 *
 * <p>Lives here: {@link org.cofferdam.libos.run.GuestMain}, called by the JVM's launcher and by nobody else.
 *
 * <p>Main thread. Trusts its command line, which {@code libos run} made; the program is trusted with nothing, since what
 * confines it is outside this process when its first instruction runs.
 */
@NullMarked
package org.cofferdam.libos.run;

import org.jspecify.annotations.NullMarked;

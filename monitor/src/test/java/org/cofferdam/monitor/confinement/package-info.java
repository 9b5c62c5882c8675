/** The list of system calls against the calls that it is there to keep out. */
@NullMarked
package org.cofferdam.monitor.confinement;

import org.jspecify.annotations.NullMarked;

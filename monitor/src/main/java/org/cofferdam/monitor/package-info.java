/**
 * The monitor as a process: its entry point and the place where its parts are put together.
 */
@NullMarked
package org.cofferdam.monitor;

import org.jspecify.annotations.NullMarked;

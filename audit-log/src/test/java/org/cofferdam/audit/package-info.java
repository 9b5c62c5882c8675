/** Tests that write a log and read it back, and the ring under two threads. */
@NullMarked
package org.cofferdam.audit;

import org.jspecify.annotations.NullMarked;

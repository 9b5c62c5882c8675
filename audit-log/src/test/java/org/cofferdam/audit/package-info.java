/** Tests of the writing side: what goes through the rings comes out of the files. */
@NullMarked
package org.cofferdam.audit;

import org.jspecify.annotations.NullMarked;

/** Tests of the reader and of what it prints. */
@NullMarked
package org.cofferdam.audit.read;

import org.jspecify.annotations.NullMarked;

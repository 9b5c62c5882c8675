/** Tests of the format itself: by vectors that lie among the resources, and by a second reader that knows FORMAT.md alone. */
@NullMarked
package org.cofferdam.audit.format;

import org.jspecify.annotations.NullMarked;

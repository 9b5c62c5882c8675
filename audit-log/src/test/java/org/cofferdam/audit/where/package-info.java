/** Tests of conditions as people write them. */
@NullMarked
package org.cofferdam.audit.where;

import org.jspecify.annotations.NullMarked;

/** Proofs of single records: made from real logs, checked without them, and changed in every part. */
@NullMarked
package org.cofferdam.audit.proof;

import org.jspecify.annotations.NullMarked;

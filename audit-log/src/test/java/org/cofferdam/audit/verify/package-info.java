/** Tests that damage a real log in every way and look whether the verifier names just that. */
@NullMarked
package org.cofferdam.audit.verify;

import org.jspecify.annotations.NullMarked;

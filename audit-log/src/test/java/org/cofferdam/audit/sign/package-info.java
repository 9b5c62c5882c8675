/** Keys of a log: their files, their change, and what a change that was cut short leaves. */
@NullMarked
package org.cofferdam.audit.sign;

import org.jspecify.annotations.NullMarked;

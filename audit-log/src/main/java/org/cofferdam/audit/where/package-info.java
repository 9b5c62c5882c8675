/**
 * Conditions on crossings as people write them: {@code port==3 and (verdict==SPOOFED_MAC or bytes>1000000)}.
 *
 * <p>{@link org.cofferdam.audit.where.WhereExpression#parse} makes a tree of small tests of a text, and says in one
 * sentence with the column what is wrong with it. The tree also tells which types and ports it can be true of, so that
 * a query need not read the rest. The command line and programs that read logs call this, on any thread; a tree is
 * immutable.
 *
 * <p>The text is an operator's, the crossings are not: length and depth are bounded, there are no regular expressions,
 * and a test costs time in proportion to the record at most.
 */
@NullMarked
package org.cofferdam.audit.where;

import org.jspecify.annotations.NullMarked;

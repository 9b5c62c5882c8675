/**
 * The verifier: walks a whole log and says, place by place, what is not as its writer left it.
 *
 * <p>The command line calls this, on its own thread and in its own process. Nothing in the files is
 * trusted. What a hash chain without a signature can show is limited: who can write the files and knows the
 * format can cut the end off at a block's border, or write the chain anew from any place on. The module's
 * README says so, too.
 */
@NullMarked
package org.cofferdam.audit.verify;

import org.jspecify.annotations.NullMarked;

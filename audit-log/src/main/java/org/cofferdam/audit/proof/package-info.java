/**
 * Proofs of single records: what somebody needs to believe that a record is in a host's log, and nothing else of it.
 *
 * <p>A proof holds the record, its path to the Merkle root of its block, the headers from that block to the next one that a
 * checkpoint signs, the checkpoint, and the keys from the log's first to the one that signed. Whoever checks it needs
 * no file of the log and, to be sure whose log it is, one public key that came another way. Nothing in a proof is
 * trusted: all is bounded and computed again.
 */
@NullMarked
package org.cofferdam.audit.proof;

import org.jspecify.annotations.NullMarked;

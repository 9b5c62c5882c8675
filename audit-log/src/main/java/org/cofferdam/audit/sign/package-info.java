/**
 * Signed checkpoints: what ties a chain of hashes to somebody who holds a key.
 *
 * <p>A log signs its own chain by Ed25519 (RFC 8032) with a key of its own, which changes at each start: the old key
 * signs the new one, then it is deleted. So who takes the files away with the key that lies there can forge what comes
 * from that run on, and nothing that was signed before. A checkpoint signs the block before the one that it stands in.
 * Checkpoints that were seen elsewhere, in Kafka for instance, are what shows that a log was cut off at its end.
 */
@NullMarked
package org.cofferdam.audit.sign;

import org.jspecify.annotations.NullMarked;

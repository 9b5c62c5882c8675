/**
 * The writing side of the audit log, and the vocabulary both sides share.
 *
 * <p>{@link org.cofferdam.audit.AuditLog} owns a directory and the thread "audit-writer", which alone
 * touches the files. Each thread that causes crossings has an {@link org.cofferdam.audit.AuditSource}, the
 * producing end of an off-heap ring: one thread, no lock, no allocation. {@link
 * org.cofferdam.audit.CrossingType} says what can be recorded and how it reads.
 *
 * <p>The proxy and the monitor call this. Their threads are trusted to stay one to a source; what they put
 * into fields and texts may come from a hostile peer and is only ever carried, never interpreted. Nothing
 * is lost silently: a full ring answers false, and who drops says how much.
 */
@NullMarked
package org.cofferdam.audit;

import org.jspecify.annotations.NullMarked;

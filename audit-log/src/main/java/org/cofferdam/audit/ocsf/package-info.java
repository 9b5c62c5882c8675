/**
 * Crossings as events of the Open Cybersecurity Schema Framework, version 1.9.0, which security tools read without
 * being taught ours.
 *
 * <p>{@link org.cofferdam.audit.ocsf.OcsfEvent} writes one JSON object for a crossing; which class, activity and
 * outcome a type has is a table, {@link org.cofferdam.audit.ocsf.OcsfMapping}. The command line and the shipper call
 * it, on their own threads; nothing here has a state.
 *
 * <p>What the schema has no place for goes into {@code unmapped}, under the names that our own JSON uses. Texts come
 * from a log whose writer may have been broken into: control characters are written as escapes, and no text decides
 * anything but itself.
 */
@NullMarked
package org.cofferdam.audit.ocsf;

import org.jspecify.annotations.NullMarked;

/** Tests of the events in the schema of security tools. */
@NullMarked
package org.cofferdam.audit.ocsf;

import org.jspecify.annotations.NullMarked;

/**
 * What a monitor leaves in the file system and in the host while it runs, and how the next one cleans up after it.
 *
 * <p>Each monitor has a run directory of its own (mode 0700): a lock held while it lives, its pid with the start time
 * that makes it unique, the control socket, and a journal of every change to the host, written before the change is
 * made. A monitor killed at any moment therefore leaves a list of what it may have done. The next start, holding the
 * lock, undoes what the list names, after checking that each thing is still what the list says.
 *
 * <p>Called at start and stop by the command line, and by whoever changes the host, through {@link
 * org.cofferdam.monitor.state.HostJournal}. Any thread; the journal serialises. The directory's content is trusted as
 * far as its owner and mode are right; the names in it are validated again before a command sees them.
 */
@NullMarked
package org.cofferdam.monitor.state;

import org.jspecify.annotations.NullMarked;

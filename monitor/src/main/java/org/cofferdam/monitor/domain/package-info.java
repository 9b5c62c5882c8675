/**
 * The driver domain: a small virtual machine in which the untrusted driver runs, its life cycle, and the
 * thread that gives it time.
 *
 * <p>{@link org.cofferdam.monitor.domain.DomainThread} owns everything here and all agents of the packet path
 * (card, switch, kernel proxy): it alternates between them and slices of KVM_RUN, because waking another core
 * costs more than the work of a burst. Other threads only post commands to it.
 *
 * <p>Nothing that comes from the domain is trusted: an exit's address, size and value, a doorbell, the status
 * page. A domain that faults, spins or does not serve its queues is ended and, if the policy says so, started
 * afresh from its image in cleared memory.
 */
@NullMarked
package org.cofferdam.monitor.domain;

import org.jspecify.annotations.NullMarked;
